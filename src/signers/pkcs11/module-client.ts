import type { ChildProcess } from 'node:child_process';
import type { Handle } from 'pkcs11js';
import { PkiError } from '../../errors.ts';
import type { Trace } from '../key-access.ts';
import {
  FUNCTIONS,
  type FunctionName,
  type ModuleRequest,
  type ModuleResponse,
  type Pkcs11Library,
  ReturnCodeError,
} from './library.ts';
import { traceLine } from './trace.ts';

/** How long the module may take to say good-bye before its process is killed. Milliseconds. */
const FAREWELL = 3000;

/** Calls that may take ten times as long: a process starts, RSA keys are searched for, people type. */
const SLOW: readonly string[] = ['load', 'C_GenerateKeyPairAsync', 'C_Login'];

export interface ModuleClientOptions {
  /** How long one call may take. Milliseconds. */
  readonly timeout: number;
  readonly trace: Trace | undefined;
}

/** The process with the module is gone, or was ended because it did not answer. */
export class ModuleLostError extends PkiError {
  readonly hung: boolean;

  constructor(message: string, hung: boolean) {
    const hint = hung
      ? 'the HSM or the way to it hangs; --pkcs11-timeout says how long to wait'
      : 'this is a fault of the module; its vendor may want the output of --debug pkcs11';
    super('KEY_UNAVAILABLE', message, { hints: [hint] });
    this.hung = hung;
  }
}

/** The process was ended on purpose, at the end of a command or to start another one. */
export class ModuleClosedError extends PkiError {
  constructor() {
    super('KEY_UNAVAILABLE', 'the PKCS#11 module was closed');
  }
}

interface Pending {
  readonly name: string;
  readonly answered: Promise<unknown>;
  readonly settle: (outcome: ModuleResponse | PkiError) => void;
}

/** A PKCS#11 module in a process of its own. */
export class ModuleClient implements AsyncDisposable {
  readonly library: Pkcs11Library;
  readonly #child: ChildProcess;
  readonly #options: ModuleClientOptions;
  readonly #pending = new Map<number, Pending>();
  readonly #sessions = new Map<string, Handle>();
  #requests = 0;
  #lost: PkiError | undefined;
  #ending: Promise<void> | undefined;

  /** `child` runs module-host.ts. */
  constructor(child: ChildProcess, options: ModuleClientOptions) {
    this.#child = child;
    this.#options = options;
    child.on('message', (response: ModuleResponse) => this.#settle(response.id, response));
    child.on('error', (error) => this.#lose(cannotStart(error)));
    child.on('exit', (status, signal) => this.#lose(crashed(this.#running(), signal ?? status)));
    const functions = FUNCTIONS.map((name) => [
      name,
      (...args: readonly unknown[]) => this.#call(name, args),
    ]);
    this.library = Object.fromEntries(functions) as Pkcs11Library;
  }

  /** Loads the module, for which the environment variables `hidden` do not exist. */
  load(path: string, hidden: readonly string[]): Promise<unknown> {
    return this.#call('load', [path, hidden]);
  }

  async #call(name: FunctionName | 'load', args: readonly unknown[]): Promise<unknown> {
    const { trace } = this.#options;
    const start = performance.now();
    const outcome = this.#lost ?? (await this.#answer(name, args));
    if (name !== 'load') trace?.(traceLine(name, args, outcome, performance.now() - start));
    if (outcome instanceof PkiError) throw outcome;
    if ('result' in outcome) {
      this.#follow(name, args, outcome.result);
      return outcome.result;
    }
    if ('returnCode' in outcome) {
      throw new ReturnCodeError(standardName(name), outcome.returnCode);
    }
    const { failure } = outcome;
    throw Object.assign(new Error(failure.message), { name: failure.name });
  }

  /** Some tokens keep the sessions of a process that has ended, and have few of them. */
  #follow(name: string, [handle]: readonly unknown[], result: unknown): void {
    const key = (value: unknown) => Buffer.from(value as Handle).toString('hex');
    if (name === 'C_OpenSession') this.#sessions.set(key(result), result as Handle);
    if (name === 'C_CloseSession') this.#sessions.delete(key(handle));
  }

  #answer(name: FunctionName | 'load', args: readonly unknown[]) {
    const id = ++this.#requests;
    const patience = this.#options.timeout * (SLOW.includes(name) ? 10 : 1);
    const timer = setTimeout(() => this.#lose(hung(name, patience)), patience);
    const { promise, resolve } = Promise.withResolvers<ModuleResponse | PkiError>();
    const settle = (outcome: ModuleResponse | PkiError) => {
      clearTimeout(timer);
      resolve(outcome);
    };
    this.#pending.set(id, { name: standardName(name), answered: promise, settle });
    const request: ModuleRequest = { id, name, args };
    this.#child.send(request, (error) => {
      if (error) this.#lose(crashed(standardName(name), null));
    });
    return promise;
  }

  #settle(id: number, outcome: ModuleResponse | PkiError): void {
    this.#pending.get(id)?.settle(outcome);
    this.#pending.delete(id);
  }

  /** The oldest call without an answer: the process performs them in their order. */
  #running(): string | undefined {
    return this.#pending.values().next().value?.name;
  }

  #lose(error: PkiError): void {
    this.#lost ??= error;
    this.#child.kill('SIGKILL'); // nothing else ends a call that hangs
    for (const id of [...this.#pending.keys()]) this.#settle(id, this.#lost);
  }

  /** Lets the calls that run come to their end, unless they hang, and ends. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.end(Promise.all([...this.#pending.values()].map(({ answered }) => answered)));
  }

  /** Waits for `last`, but not long, finalises the module if nothing hangs in it, and ends its process. */
  end(last: Promise<unknown>): Promise<void> {
    this.#ending ??= this.#end(last);
    return this.#ending;
  }

  async #end(last: Promise<unknown>): Promise<void> {
    if (!this.#lost) await within(FAREWELL, last);
    if (!this.#lost && this.#pending.size === 0) {
      const { library } = this;
      const closing = [...this.#sessions.values()].map((handle) => library.C_CloseSession(handle));
      await within(FAREWELL, Promise.all([...closing, library.C_Finalize()]));
    }
    this.#lose(new ModuleClosedError());
  }
}

/** Resolves when `work` has succeeded or failed, or after so many milliseconds. */
async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
}

/** The asynchronous forms are pkcs11js's own; the module sees the standard function. */
const standardName = (name: string): string => name.replace(/Async$/, '');

const hung = (name: string, patience: number): PkiError =>
  new ModuleLostError(
    `the PKCS#11 module ${name === 'load' ? 'was not loaded' : `did not answer ${standardName(name)}`} within ${patience / 1000} seconds`,
    true,
  );

const crashed = (during: string | undefined, how: string | number | null): PkiError =>
  new ModuleLostError(
    `the process of the PKCS#11 module ended${during ? ` in ${during}` : ''}${how === null ? '' : ` (${how})`}`,
    false,
  );

const cannotStart = (error: Error): PkiError =>
  new PkiError('KEY_UNAVAILABLE', 'cannot start a process for the PKCS#11 module', {
    cause: error,
  });
