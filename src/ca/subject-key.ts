import type { CompositeAlgorithm, KeyAlgorithm } from '../algorithms/algorithm.ts';
import { splitPublicKey } from '../algorithms/composite.ts';
import {
  algorithmOfKeyIdentifier,
  algorithmsOfKey,
  parseSpki,
  publicKeyObject,
  type RsaParameters,
  rsaParameters,
} from '../algorithms/spki.ts';

/** A key that a certificate is asked for, as the rules see it. */
export interface SubjectKey {
  /** An algorithm with keys of this kind, whatever their size; undefined for unknown kinds. */
  readonly algorithm: KeyAlgorithm | undefined;
  /** For RSA keys, and composites with one. */
  readonly rsa: RsaParameters | undefined;
  /** Why the key itself is malformed, if it is. */
  readonly problem: string | undefined;
}

export function describeSubjectKey(spki: Uint8Array): SubjectKey {
  const { identifier, publicKey } = parseSpki(spki);
  const algorithm = algorithmOfKeyIdentifier(identifier);
  return {
    algorithm,
    rsa: algorithm && rsaHalf(algorithm, publicKey),
    problem: algorithm ? malformed(algorithm, spki, publicKey) : 'its key is of an unknown type',
  };
}

function rsaHalf(algorithm: KeyAlgorithm, publicKey: Uint8Array): RsaParameters | undefined {
  if (algorithm.family === 'classical') {
    return algorithm.key.kind === 'rsa' ? rsaParameters(publicKey) : undefined;
  }
  if (algorithm.family !== 'composite') return undefined;
  const half = splitPublicKey(algorithm, publicKey)?.classical;
  return half && publicKeyObject(half)
    ? rsaHalf(algorithm.classical, parseSpki(half).publicKey)
    : undefined; // what is malformed is said below
}

function malformed(
  algorithm: KeyAlgorithm,
  spki: Uint8Array,
  publicKey: Uint8Array,
): string | undefined {
  switch (algorithm.family) {
    case 'ml-dsa':
    case 'slh-dsa':
    case 'ml-kem':
      return publicKey.length === algorithm.publicKeyBytes
        ? undefined
        : `its ${algorithm.name} key has ${publicKey.length} octets`;
    case 'composite': {
      const halves = splitPublicKey(algorithm, publicKey);
      if (!halves) return `its ${algorithm.name} key is too short`;
      return notReadable(halves.classical) ?? notOfRow(algorithm, halves.classical);
    }
    default:
      return notReadable(spki);
  }
}

const notReadable = (spki: Uint8Array): string | undefined =>
  publicKeyObject(spki) ? undefined : 'its public key is malformed';

/** A composite with an RSA key of another size has the right identifier all the same. */
const notOfRow = ({ name, classical }: CompositeAlgorithm, spki: Uint8Array): string | undefined =>
  algorithmsOfKey(spki).includes(classical)
    ? undefined
    : `the classical half of its ${name} key is not a key for ${classical.name}`;
