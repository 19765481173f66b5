import { DerError, enterDer, readDer } from '../der/reader.ts';
import { contextPrimitive, type Der, integer, octetString, sequence, TAG } from '../der/writer.ts';
import type { MlKemAlgorithm, PostQuantumAlgorithm } from './algorithm.ts';

/**
 * What is stored of a private key of octets: its seed, its expanded form, or both (RFC 9881 §6,
 * RFC 9935 §6). SLH-DSA has the expanded form alone (RFC 9909 §7).
 */
export type RawPrivateKey =
  | { readonly seed: Uint8Array; readonly expanded?: Uint8Array }
  | { readonly seed?: never; readonly expanded: Uint8Array };

type RawAlgorithm = PostQuantumAlgorithm | MlKemAlgorithm;

/** PKCS #8 with the forms that are given; of an ML-DSA seed alone, 54 octets at any level. */
export const rawPkcs8 = (algorithm: RawAlgorithm, key: RawPrivateKey): Der =>
  sequence(integer(0), algorithm.keyIdentifier, octetString(privateKey(algorithm, key)));

/** Contents of `privateKey`: the octets of SLH-DSA, a CHOICE of forms of the others. */
function privateKey({ seedBytes }: RawAlgorithm, { seed, expanded }: RawPrivateKey): Uint8Array {
  if (seed && expanded) return sequence(octetString(seed), octetString(expanded));
  if (seed) return contextPrimitive(0, seed);
  return seedBytes === undefined ? expanded : octetString(expanded);
}

/** Reads the contents of `privateKey`; decides by tag, never by length. Throws DerError. */
export function parsePrivateKey(algorithm: RawAlgorithm, octets: Uint8Array): RawPrivateKey {
  const { seedBytes, expandedKeyBytes } = algorithm;
  if (seedBytes === undefined) return { expanded: sized(octets, expandedKeyBytes) };
  const { tag, contents } = readDer(octets);
  if (tag === SEED_TAG) return { seed: sized(contents, seedBytes) };
  if (tag === TAG.octetString) return { expanded: sized(contents, expandedKeyBytes) };
  const both = enterDer(octets);
  const seed = sized(both.octetString(), seedBytes);
  const expanded = sized(both.octetString(), expandedKeyBytes);
  both.end();
  return { seed, expanded };
}

const SEED_TAG = 0x80;

function sized(octets: Uint8Array, length: number): Uint8Array {
  if (octets.length === length) return octets;
  throw new DerError(`${octets.length} octets where ${length} are expected`);
}
