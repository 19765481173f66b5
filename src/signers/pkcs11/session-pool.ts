import { PkiError } from '../../errors.ts';
import type { HsmSettings } from '../hsm-settings.ts';
import type { Pkcs11Library } from './library.ts';
import { type Quirks, quirksOf } from './quirks.ts';
import { Pkcs11Session } from './session.ts';
import type { Token } from './slots.ts';

/**
 * Sessions for operations that may fail in the middle. The anchor, which holds the login, is not
 * one of them, unless the token has no second session to give.
 */
export class SessionPool {
  readonly #library: Pkcs11Library;
  readonly #token: Token;
  readonly #size: number;
  /** How long a caller waits for a session. Milliseconds. */
  readonly #patience: number;
  readonly #quirks: Quirks;
  #open = 0;
  #closed = false;
  readonly #idle: Pkcs11Session[] = [];
  readonly #waiting: ((session: Pkcs11Session | undefined) => void)[] = [];

  /** As many sessions as were asked for, and as the token admits beside the anchor. */
  constructor(library: Pkcs11Library, token: Token, { sessions, timeout, vendor }: HsmSettings) {
    this.#library = library;
    this.#token = token;
    this.#size = Math.min(sessions, (token.maxSessions ?? Number.POSITIVE_INFINITY) - 1);
    this.#patience = timeout;
    this.#quirks = quirksOf(token, vendor);
  }

  /** Runs `operation` in a session of its own; one that it failed in is not used again. */
  async use<Result>(
    anchor: Pkcs11Session,
    operation: (session: Pkcs11Session) => Promise<Result>,
  ): Promise<Result> {
    if (this.#size < 1) return operation(anchor);
    const session = await this.#take();
    try {
      const result = await operation(session);
      await this.#hand(session);
      return result;
    } catch (error) {
      this.#open -= 1;
      await session.close();
      this.#waiting.shift()?.(undefined);
      throw error;
    }
  }

  async #take(): Promise<Pkcs11Session> {
    const idle = this.#idle.pop();
    if (idle) return idle;
    if (this.#open < this.#size) return this.#openOne();
    const handed = await new Promise<Pkcs11Session | undefined>((resolve, reject) => {
      const give = (session: Pkcs11Session | undefined) => {
        clearTimeout(timer);
        resolve(session);
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(give), 1);
        reject(noneFree(this.#token, this.#patience));
      }, this.#patience);
      this.#waiting.push(give);
    });
    return handed ?? this.#openOne();
  }

  async #openOne(): Promise<Pkcs11Session> {
    this.#open += 1; // before the wait, so that others see that the place is taken
    try {
      return await Pkcs11Session.open(this.#library, this.#token, this.#quirks);
    } catch (error) {
      this.#open -= 1;
      this.#waiting.shift()?.(undefined);
      throw error;
    }
  }

  async #hand(session: Pkcs11Session): Promise<void> {
    const next = this.#waiting.shift();
    if (next) next(session);
    else if (this.#closed) await session.close();
    else this.#idle.push(session);
  }

  /** Closes what is idle now, and what is in use when it is not any more. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#idle.splice(0).map((session) => session.close()));
  }
}

const noneFree = ({ label }: Token, patience: number): PkiError =>
  new PkiError(
    'KEY_UNAVAILABLE',
    `no session of the token "${label}" became free within ${patience / 1000} seconds`,
    { hints: ['--pkcs11-sessions gives it more at once'] },
  );
