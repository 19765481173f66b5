import type { SignatureAlgorithm } from '../algorithms/algorithm.ts';
import { PkiError } from '../errors.ts';
import { type ContextSigner, type Signer, takesContext } from './signer.ts';

type Open = () => Promise<Signer>;

/**
 * One key in several places, such as the members of an HSM cluster. The first that can be reached
 * signs; when it is gone, the next one takes its place. A place whose key is another one is an
 * error, and so is a PIN that one of them refuses: the others are not tried with it.
 */
export class FailoverSigner implements Signer {
  readonly algorithm: SignatureAlgorithm;
  readonly publicKey: Uint8Array;
  readonly #note: (text: string) => void;
  /** Places that have not been used, or not since the others failed. */
  #others: readonly Open[];
  #current: Promise<Signer>;
  /** The one that signs, or that signed last. */
  #signing: Signer;

  protected constructor(current: Signer, others: readonly Open[], note: (text: string) => void) {
    this.algorithm = current.algorithm;
    this.publicKey = current.publicKey;
    this.#current = Promise.resolve(current);
    this.#signing = current;
    this.#others = others;
    this.#note = note;
  }

  /** Opens the first place that can be opened; the others when they are needed. */
  static async open(
    places: readonly Open[],
    note: (text: string) => void,
  ): Promise<FailoverSigner> {
    const [place, ...others] = places;
    if (!place) throw new TypeError('a key without a place');
    try {
      const signer = await place();
      return takesContext(signer)
        ? new FailoverMlDsaSigner(signer, others, note)
        : new FailoverSigner(signer, others, note);
    } catch (error) {
      if (others.length === 0 || !isGone(error)) throw error;
      note(passedOver(error));
      return FailoverSigner.open(others, note);
    }
  }

  get places(): readonly string[] {
    return this.#signing.places ?? [];
  }

  async sign(message: Uint8Array, context?: Uint8Array): Promise<Uint8Array> {
    for (;;) {
      const current = this.#current;
      const signer = await current;
      this.#signing = signer;
      try {
        return await (takesContext(signer) ? signer.sign(message, context) : signer.sign(message));
      } catch (error) {
        if (!isGone(error)) throw error;
        if (this.#current === current) this.#current = this.#next(error, signer);
      }
    }
  }

  /** The next place with the same key; several signatures that failed together share it. */
  async #next(error: unknown, failed: Signer): Promise<Signer> {
    await failed[Symbol.asyncDispose]();
    const [place, ...others] = this.#others;
    if (!place) throw error;
    this.#note(passedOver(error));
    this.#others = others;
    const signer = await place().catch((failure: unknown) => {
      if (!isGone(failure)) throw failure;
      return this.#next(failure, failed);
    });
    try {
      mustBeSameKey(this, signer);
      return signer;
    } catch (different) {
      await signer[Symbol.asyncDispose]();
      throw different;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const signer = await this.#current.catch(() => undefined);
    await signer?.[Symbol.asyncDispose]();
  }
}

/** The same for ML-DSA, where the signature may be made under a context. */
class FailoverMlDsaSigner extends FailoverSigner implements ContextSigner {
  readonly takesContext = true;
}

/** Refuses places that do not hold the same key. */
export function mustBeSameKey(one: Signer, other: Signer): void {
  if (Buffer.compare(one.publicKey, other.publicKey) === 0) return;
  throw new PkiError('INTEGRITY', 'the tokens do not hold the same key', {
    hints: ['nothing was signed with the other one; name only tokens with copies of one key'],
  });
}

/** Another place may help against a key that cannot be reached, and against nothing else. */
const isGone = (error: unknown): boolean =>
  error instanceof PkiError && error.code === 'KEY_UNAVAILABLE';

const passedOver = (error: unknown): string =>
  `warning: going on with the next token: ${error instanceof Error ? error.message : String(error)}`;
