import type { Handle, KeyPair, Mechanism, Template } from 'pkcs11js';
import { CKF } from './constants.ts';
import { CKR, call, remediesOf, returnCode } from './errors.ts';
import type { Pkcs11Library } from './library.ts';
import { type Quirks, quirksOf } from './quirks.ts';
import type { Token } from './slots.ts';

/** How many handles are asked for at a time. */
const FIND_BATCH = 64;

/** Pauses before a session is asked for again. Milliseconds; six seconds in all. */
const PAUSES = [100, 200, 400, 800, 1500, 3000];

/** Return codes of an attribute that an object has not, or does not tell. */
const UNTOLD: readonly number[] = [CKR.attributeSensitive, CKR.attributeTypeInvalid];

/** One signature to make. */
export interface SignOperation {
  readonly mechanism: Mechanism;
  readonly key: Handle;
  readonly data: Uint8Array;
  /** The longest that the mechanism may give, in octets. */
  readonly maxBytes: number;
  /** For keys that want a login for each signature: called when it was begun. */
  readonly authenticate?: (session: Pkcs11Session) => Promise<void>;
}

/** One session with a token. One operation at a time; the next one waits for it. */
export class Pkcs11Session {
  readonly token: Token;
  readonly quirks: Quirks;
  readonly handle: Handle;
  readonly #library: Pkcs11Library;
  #busy: Promise<unknown> = Promise.resolve();
  #closed: Promise<unknown> | undefined;

  private constructor(library: Pkcs11Library, token: Token, handle: Handle, quirks: Quirks) {
    this.#library = library;
    this.token = token;
    this.handle = handle;
    this.quirks = quirks;
  }

  /** Waits, but not for long, where the token has no session left. */
  static async open(
    library: Pkcs11Library,
    token: Token,
    quirks: Quirks = quirksOf(token),
  ): Promise<Pkcs11Session> {
    // read-only sessions are unknown to AWS CloudHSM
    const flags = CKF.serialSession | CKF.rwSession;
    for (let attempt = 0; ; attempt += 1) {
      try {
        const handle = await call(`opening a session with the token "${token.label}"`, () =>
          library.C_OpenSession(token.slot, flags),
        );
        return new Pkcs11Session(library, token, handle, quirks);
      } catch (error) {
        const wait =
          remediesOf(error).includes('wait') || quirks.busy.includes(returnCode(error) ?? -1);
        const pause = wait ? PAUSES[attempt] : undefined;
        if (pause === undefined) throw error;
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }

  /** Handles of all objects that match. */
  find(template: Template): Promise<readonly Handle[]> {
    return this.#exclusively('searching the token', async () => {
      // both at once: calls are performed in their order, and going to the module takes time
      const begun = this.#library.C_FindObjectsInit(this.handle, template);
      const found: Handle[] = [];
      for (let batch = await both(begun, this.#next()); ; batch = await this.#next()) {
        found.push(...batch);
        if (batch.length < FIND_BATCH) break;
      }
      await this.#library.C_FindObjectsFinal(this.handle);
      return found;
    });
  }

  #next(): Promise<readonly Handle[]> {
    return this.#library.C_FindObjects(this.handle, FIND_BATCH);
  }

  /**
   * The value of one attribute; undefined if the object does not have it or does not tell. One at
   * a time, since one unknown attribute makes the module refuse all of a list.
   */
  async attribute(object: Handle, type: number): Promise<Buffer | undefined> {
    try {
      const [result] = await call('reading an attribute', () =>
        this.#library.C_GetAttributeValue(this.handle, object, [{ type }]),
      );
      return result?.value as Buffer | undefined;
    } catch (error) {
      if (UNTOLD.includes(returnCode(error) ?? -1)) return undefined;
      throw error;
    }
  }

  /** Signs in one part; the result is what the mechanism gives. */
  sign({ mechanism, key, data, maxBytes, authenticate }: SignOperation): Promise<Buffer> {
    return this.#exclusively('signing in the token', async () => {
      await this.#library.C_SignInit(this.handle, mechanism, key);
      await authenticate?.(this);
      return this.#library.C_SignAsync(this.handle, Buffer.from(data), Buffer.alloc(maxBytes));
    });
  }

  generateKeyPair(
    mechanism: Mechanism,
    publicTemplate: Template,
    privateTemplate: Template,
  ): Promise<KeyPair> {
    return this.#exclusively('generating a key pair in the token', () =>
      this.#library.C_GenerateKeyPairAsync(this.handle, mechanism, publicTemplate, privateTemplate),
    );
  }

  /** `key` encrypted under `wrappingKey`, at most `maxBytes` long. */
  wrap(mechanism: Mechanism, wrappingKey: Handle, key: Handle, maxBytes: number): Promise<Buffer> {
    return this.#exclusively('wrapping the key', () =>
      this.#library.C_WrapKeyAsync(
        this.handle,
        mechanism,
        wrappingKey,
        key,
        Buffer.alloc(maxBytes),
      ),
    );
  }

  unwrap(
    mechanism: Mechanism,
    wrappingKey: Handle,
    wrapped: Uint8Array,
    template: Template,
  ): Promise<Handle> {
    return this.#exclusively('unwrapping the key', () =>
      this.#library.C_UnwrapKeyAsync(
        this.handle,
        mechanism,
        wrappingKey,
        Buffer.from(wrapped),
        template,
      ),
    );
  }

  createObject(template: Template): Promise<Handle> {
    return this.#exclusively('creating an object in the token', () =>
      this.#library.C_CreateObject(this.handle, template),
    );
  }

  async setAttribute(object: Handle, type: number, value: boolean): Promise<void> {
    await call('changing an attribute', () =>
      this.#library.C_SetAttributeValue(this.handle, object, [{ type, value }]),
    );
  }

  async destroy(object: Handle): Promise<void> {
    await call('deleting a key from the token', () =>
      this.#library.C_DestroyObject(this.handle, object),
    );
  }

  #exclusively<Result>(doing: string, operation: () => Promise<Result>): Promise<Result> {
    const result = this.#busy.then(() => call(doing, operation));
    this.#busy = result.catch(() => undefined);
    return result;
  }

  /** Closes the session once it is idle. That it fails changes nothing: it is not used again. */
  async close(): Promise<void> {
    this.#closed ??= this.#busy.then(() => this.#library.C_CloseSession(this.handle));
    await this.#closed.catch(() => undefined);
  }
}

/** The result of the second of two calls; if the first one failed, that is what is told. */
async function both<Result>(first: Promise<unknown>, second: Promise<Result>): Promise<Result> {
  const [begun, done] = await Promise.allSettled([first, second]);
  if (begun.status === 'rejected') throw begun.reason;
  if (done.status === 'rejected') throw done.reason;
  return done.value;
}
