import type { CompositeAlgorithm } from '../algorithms/algorithm.ts';
import { compositeMessage } from '../algorithms/composite.ts';
import { encodeSpki, parseSpki } from '../algorithms/spki.ts';
import { PkiError } from '../errors.ts';
import { type Signer, takesContext } from './signer.ts';

/**
 * A classical key and an ML-DSA key that act as one (draft-ietf-lamps-pq-composite-sigs-19). The
 * halves may live in different places: the draft names separate keystores as conformant (§10.2).
 */
export class HybridSigner implements Signer {
  readonly algorithm: CompositeAlgorithm;
  readonly publicKey: Uint8Array;
  readonly #sign: (message: Uint8Array) => Promise<Uint8Array>;
  readonly #halves: readonly Signer[];

  /** Takes over both signers: disposing of this one disposes of them. */
  constructor(algorithm: CompositeAlgorithm, mlDsa: Signer, classical: Signer) {
    if (!takesContext(mlDsa)) throw noContext(algorithm);
    mustMatch(algorithm, mlDsa, classical);
    this.algorithm = algorithm;
    this.#halves = [mlDsa, classical];
    const keys = this.#halves.map((half) => parseSpki(half.publicKey).publicKey);
    this.publicKey = encodeSpki(algorithm, Buffer.concat(keys));
    this.#sign = async (message) => {
      const representative = compositeMessage(algorithm, message);
      const signatures = await Promise.all([
        mlDsa.sign(representative, algorithm.label),
        classical.sign(representative),
      ]);
      return Buffer.concat(signatures); // ML-DSA's length is fixed: no framing
    };
  }

  get places(): readonly string[] {
    return this.#halves.flatMap(({ places = [] }) => places);
  }

  sign(message: Uint8Array): Promise<Uint8Array> {
    return this.#sign(message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const half of this.#halves) await half[Symbol.asyncDispose]();
  }
}

function mustMatch(algorithm: CompositeAlgorithm, mlDsa: Signer, classical: Signer): void {
  const [found, wanted] = [
    [mlDsa.algorithm.name, classical.algorithm.name],
    [algorithm.mlDsa.name, algorithm.classical.name],
  ].map((names) => names.join(' and '));
  if (found === wanted) return;
  throw new PkiError('KEY_UNAVAILABLE', `${algorithm.name} needs keys for ${wanted}`, {
    hints: [`these are keys for ${found}`],
  });
}

const noContext = (algorithm: CompositeAlgorithm): PkiError =>
  new PkiError(
    'KEY_UNAVAILABLE',
    `the ML-DSA key cannot sign with the context string that ${algorithm.name} needs`,
    { hints: ['keep the ML-DSA half of a composite in a file'] },
  );
