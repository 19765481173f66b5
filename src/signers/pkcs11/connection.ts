import type { KeyAccess } from '../key-access.ts';
import type { Pkcs11KeyRef } from '../key-ref.ts';
import { LoginError, type Remedy, remediesOf } from './errors.ts';
import { type Line, openLine, openSessions } from './line.ts';
import { login } from './login.ts';
import type { Pkcs11Module } from './module.ts';
import { ModuleClosedError, ModuleLostError } from './module-client.ts';
import type { Pkcs11Session } from './session.ts';
import type { Token } from './slots.ts';

/** How long is waited for calls that run when the command ends. Milliseconds. */
const MOMENT = 2000;

/** Ways to get a connection back, or the handles in it. */
const RECOVERIES: readonly Remedy[] = ['find-key', 'log-in', 'reopen', 'restart'];

/** `atAnyRate`: also from what would otherwise end the command. */
function recoveries(error: unknown, atAnyRate = false): readonly Remedy[] {
  if (error instanceof LoginError) return []; // also that of a module that was lost in it
  if (error instanceof ModuleLostError) return error.hung && !atAnyRate ? [] : ['restart'];
  if (error instanceof ModuleClosedError) return atAnyRate ? ['restart'] : [];
  return remediesOf(error).filter((remedy) => RECOVERIES.includes(remedy));
}

/** A token that pki is logged in to, in a process of its own, and the way back when it is lost. */
export class TokenConnection implements AsyncDisposable {
  readonly ref: Pkcs11KeyRef;
  readonly access: KeyAccess;
  #line: Line;
  /** Counts what was opened; handles of an earlier one mean nothing. */
  #generation = 0;
  #recovering: Promise<void> | undefined;
  /** The module was ended, and could not be started again; the next operation tries that once more. */
  #down = false;
  readonly #running = new Set<Promise<unknown>>();

  private constructor(ref: Pkcs11KeyRef, access: KeyAccess, line: Line) {
    this.ref = ref;
    this.access = access;
    this.#line = line;
  }

  /** Tries once more where that may help; logging in comes last, and is not tried again. */
  static async open(ref: Pkcs11KeyRef, access: KeyAccess): Promise<TokenConnection> {
    const line = await openLine(ref, access).catch((error: unknown) => {
      if (recoveries(error).length === 0) throw error;
      return openLine(ref, access);
    });
    return new TokenConnection(ref, access, line);
  }

  get module(): Pkcs11Module {
    return this.#line.module;
  }

  get token(): Token {
    return this.#line.token;
  }

  /** The session for searching and reading. */
  get anchor(): Pkcs11Session {
    return this.#line.anchor;
  }

  get generation(): number {
    return this.#generation;
  }

  /** Runs one operation in a session of its own, several of them at once if there are several. */
  use<Result>(operation: (session: Pkcs11Session) => Promise<Result>): Promise<Result> {
    return this.#line.pool.use(this.#line.anchor, operation);
  }

  /**
   * Gets the connection back after `error`, which an operation of `generation` met; false if that
   * may not help. Handles are invalid afterwards. Several that failed together recover once. With
   * `late`, which gets what is opened for it, also when the command is ending.
   */
  async recover(error: unknown, generation: number, late?: AsyncDisposableStack): Promise<boolean> {
    const remedies = recoveries(error, late !== undefined || this.#down);
    const again = generation !== this.#generation || this.#recovering; // others met it first
    if (again && error instanceof ModuleClosedError) return this.#recovered();
    if (remedies.length === 0) return false;
    if (generation === this.#generation) {
      const access = { ...this.access, resources: late ?? this.access.resources };
      this.#recovering ??= this.#apply(remedies, access).finally(() => {
        this.#recovering = undefined;
      });
    }
    return this.#recovered();
  }

  /** Does `work`, and once more if the connection could be got back after what it met. */
  async retried<Result>(work: () => Promise<Result>, late?: AsyncDisposableStack): Promise<Result> {
    const { generation } = this;
    try {
      return await work();
    } catch (error) {
      if (!(await this.recover(error, generation, late))) throw error;
      return work();
    }
  }

  async #recovered(): Promise<true> {
    await this.#recovering;
    return true;
  }

  async #apply(remedies: readonly Remedy[], access: KeyAccess): Promise<void> {
    for (const [index, remedy] of remedies.entries()) {
      try {
        await this.#remedy(remedy, access);
        break;
      } catch (error) {
        if (error instanceof LoginError || index + 1 === remedies.length) throw error;
      }
    }
    this.#generation += 1;
  }

  async #remedy(remedy: Remedy, access: KeyAccess): Promise<void> {
    const { module, token, anchor, pool } = this.#line;
    const { ref } = this;
    if (remedy === 'find-key') return; // the signer does, since the generation is another one
    if (remedy === 'log-in') return login(module, anchor, ref, access);
    await pool.close();
    await anchor.close();
    if (remedy === 'reopen') {
      this.#line = await openSessions(module, token, ref, access);
      return;
    }
    this.#down = true;
    await module[Symbol.asyncDispose]();
    this.#line = await openLine(ref, access);
    this.#down = false;
  }

  /** Does `work` before the connection is closed, if it is closed meanwhile. */
  run<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = work();
    this.#running.add(result);
    const done = () => this.#running.delete(result);
    result.then(done, done);
    return result;
  }

  /** Gives what runs a moment to finish; a module that hangs is ended, so that nothing waits for it. */
  async calm(): Promise<void> {
    const { module } = this.#line;
    const moment = setTimeout(() => module.end(Promise.resolve()), MOMENT);
    await Promise.allSettled(this.#running);
    clearTimeout(moment);
  }

  /** Finishes what runs and closes everything; what hangs is waited for no longer than it takes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#down = false;
    await this.#line.module.end(Promise.allSettled(this.#running));
  }
}
