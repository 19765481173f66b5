import type { Handle, Mechanism, Template } from 'pkcs11js';
import { PkiError } from '../../errors.ts';
import type { Secret } from '../secret.ts';
import { CKF, CKU_USER } from './constants.ts';
import { CKR_USER_ALREADY_LOGGED_IN, call, pkcs11Error, returnCode } from './errors.ts';
import type { Pkcs11Module } from './module.ts';
import { type Token, tokenFlags } from './slots.ts';

/** How many handles are asked for at a time. */
const FIND_BATCH = 64;

/** Asks for the PIN of the token with this label. */
type PinSource = (token: string) => Promise<Secret>;

/** One session with a token, logged in where the token asks for it. One operation at a time. */
export class Pkcs11Session implements AsyncDisposable {
  readonly token: Token;
  readonly #module: Pkcs11Module;
  readonly #handle: Handle;
  /** The operation that runs now; the next one waits for it, and so does closing. */
  #busy: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(module: Pkcs11Module, token: Token, handle: Handle) {
    this.#module = module;
    this.token = token;
    this.#handle = handle;
  }

  /** Once it is open, the session owns the module: closing it gives the module back. */
  static async open(module: Pkcs11Module, token: Token, pin: PinSource): Promise<Pkcs11Session> {
    // read-only sessions are unknown to AWS CloudHSM
    const flags = CKF.serialSession | CKF.rwSession;
    const handle = call(`opening a session with the token "${token.label}"`, () =>
      module.library.C_OpenSession(token.slot, flags),
    );
    const session = new Pkcs11Session(module, token, handle);
    try {
      await session.#login(pin);
      return session;
    } catch (error) {
      module.library.C_CloseSession(handle);
      throw error;
    }
  }

  async #login(pin: PinSource): Promise<void> {
    const { token } = this;
    if ((token.flags & CKF.loginRequired) === 0) return;
    if ((token.flags & CKF.userPinLocked) !== 0) throw pinLocked(token);
    const secret = await pin(token.label);
    try {
      this.#module.library.C_Login(this.#handle, CKU_USER, secret.reveal());
    } catch (error) {
      if (returnCode(error) === CKR_USER_ALREADY_LOGGED_IN) return;
      // never again with the same PIN: each wrong one counts
      const hints = triesLeft(tokenFlags(this.#module, token));
      throw pkcs11Error(error, `logging in to the token "${token.label}"`, hints);
    }
  }

  /** Handles of all objects that match. */
  find(template: Template): readonly Handle[] {
    const { library } = this.#module;
    return call('searching the token', () => {
      library.C_FindObjectsInit(this.#handle, template);
      try {
        const found: Handle[] = [];
        for (;;) {
          const batch = library.C_FindObjects(this.#handle, FIND_BATCH);
          found.push(...batch);
          if (batch.length < FIND_BATCH) return found;
        }
      } finally {
        library.C_FindObjectsFinal(this.#handle);
      }
    });
  }

  /**
   * The value of one attribute; undefined if the object does not have it or does not tell. One at
   * a time, since one unknown attribute makes the module refuse all of a list.
   */
  attribute(object: Handle, type: number): Buffer | undefined {
    try {
      const [result] = this.#module.library.C_GetAttributeValue(this.#handle, object, [{ type }]);
      return result?.value;
    } catch (error) {
      if (returnCode(error) === undefined) throw error;
      return undefined;
    }
  }

  mechanisms(): ReadonlySet<number> {
    const list = call(`listing the mechanisms of the token "${this.token.label}"`, () =>
      this.#module.library.C_GetMechanismList(this.token.slot),
    );
    return new Set(list);
  }

  /** Signs `data` in one part; the result is what the mechanism gives, at most `maxBytes` long. */
  sign(mechanism: Mechanism, key: Handle, data: Uint8Array, maxBytes: number): Promise<Buffer> {
    const input = Buffer.from(data);
    return this.#exclusively('signing in the token', () => {
      this.#module.library.C_SignInit(this.#handle, mechanism, key);
      const output = Buffer.alloc(maxBytes);
      // a thread reads `input`, to which pkcs11js holds no reference: it has to live until then
      return this.#module.library
        .C_SignAsync(this.#handle, input, output)
        .finally(() => input.fill(0));
    });
  }

  generateKeyPair(mechanism: Mechanism, publicTemplate: Template, privateTemplate: Template) {
    return this.#exclusively('generating a key pair in the token', () =>
      this.#module.library.C_GenerateKeyPairAsync(
        this.#handle,
        mechanism,
        publicTemplate,
        privateTemplate,
      ),
    );
  }

  destroy(object: Handle): void {
    call('deleting a key from the token', () =>
      this.#module.library.C_DestroyObject(this.#handle, object),
    );
  }

  #exclusively<Result>(doing: string, operation: () => Promise<Result>): Promise<Result> {
    const result = this.#busy.then(operation).catch((error: unknown) => {
      throw pkcs11Error(error, doing);
    });
    this.#busy = result.catch(() => undefined);
    return result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#busy;
    try {
      call('closing the session', () => this.#module.library.C_CloseSession(this.#handle));
    } finally {
      await this.#module[Symbol.asyncDispose]();
    }
  }
}

function triesLeft(flags: number): readonly string[] {
  if ((flags & CKF.userPinLocked) !== 0) return ['the PIN is locked now'];
  if ((flags & CKF.userPinFinalTry) !== 0) return ['one try is left before the PIN is locked'];
  return (flags & CKF.userPinCountLow) !== 0 ? ['the token says that few tries are left'] : [];
}

const pinLocked = ({ label }: Token): PkiError =>
  new PkiError('AUTH', `PKCS#11 error: CKR_PIN_LOCKED: the PIN of the token "${label}" is locked`, {
    hints: ['the security officer can set a new PIN with the tool of the token'],
  });
