import { createPublicKey, type KeyObject } from 'node:crypto';
import { DerReader, enterDer } from '../der/reader.ts';
import { bitString, type Der, sequence } from '../der/writer.ts';
import type { ClassicalAlgorithm, KeyAlgorithm, SignatureAlgorithm } from './algorithm.ts';
import { ALGORITHMS, KEY_ALGORITHMS } from './registry.ts';
import { SCHEMES } from './schemes.ts';

/** SubjectPublicKeyInfo taken apart (RFC 5280 §4.1.2.7). */
export interface PublicKeyInfo {
  /** AlgorithmIdentifier, DER. */
  readonly identifier: Uint8Array;
  /** The octets of `subjectPublicKey`: a point, an RSAPublicKey, raw keys, or two of those. */
  readonly publicKey: Uint8Array;
}

/** Takes a SubjectPublicKeyInfo apart; throws DerError. */
export function parseSpki(spki: Uint8Array): PublicKeyInfo {
  const reader = enterDer(spki);
  const identifier = reader.read(0x30).octets;
  const publicKey = reader.bitString();
  reader.end();
  return { identifier, publicKey };
}

/** SubjectPublicKeyInfo for `algorithm` around the octets of `subjectPublicKey`. */
export const encodeSpki = ({ keyIdentifier }: KeyAlgorithm, publicKey: Uint8Array): Der =>
  sequence(keyIdentifier, bitString(publicKey));

/** An RSAPublicKey taken apart (RFC 8017 §A.1.1). */
export interface RsaParameters {
  readonly modulus: bigint;
  /** Length of the modulus. */
  readonly bits: number;
  readonly exponent: bigint;
}

export function rsaParameters(publicKey: Uint8Array): RsaParameters {
  const reader = enterDer(publicKey);
  const modulus = reader.integer();
  const exponent = reader.integer();
  reader.end();
  return { modulus, bits: modulus.toString(2).length, exponent };
}

/**
 * The algorithms that a key can sign with, its usual one first. An RSA key has two (PKCS #1 v1.5
 * and PSS), a key of an unknown kind or size none.
 */
export function algorithmsOfKey(spki: Uint8Array): readonly SignatureAlgorithm[] {
  const { identifier, publicKey } = parseSpki(spki);
  return ALGORITHMS.filter(
    (row) =>
      Buffer.compare(row.keyIdentifier, identifier) === 0 &&
      (row.family !== 'classical' || fitsRow(row, publicKey)),
  );
}

function fitsRow({ key }: ClassicalAlgorithm, publicKey: Uint8Array): boolean {
  return key.kind !== 'rsa' || rsaParameters(publicKey).bits === key.bits;
}

/** An algorithm with keys of this kind, whatever their size; undefined for unknown kinds. */
export const algorithmOfKeyIdentifier = (identifier: Uint8Array): KeyAlgorithm | undefined =>
  KEY_ALGORITHMS.find((row) => Buffer.compare(row.keyIdentifier, identifier) === 0);

/** OpenSSL's view of a key; undefined for what it refuses, such as points off their curve. */
export function publicKeyObject(spki: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

/** What a key can do, which key usages tell: RSA both, ML-KEM encrypts, all others sign. */
export type KeyUse = 'both' | 'signature' | 'encryption';

export function keyUse(spki: Uint8Array): KeyUse {
  const row = algorithmOfKeyIdentifier(parseSpki(spki).identifier);
  if (row?.family === 'ml-kem') return 'encryption';
  return row?.family === 'classical' && row.key.kind === 'rsa' ? 'both' : 'signature';
}

/** What a person would call the key: `ecdsa-p384`, `rsa-3072`, `ml-dsa-65`, or an OID. */
export function describeKey(spki: Uint8Array): string {
  const { identifier, publicKey } = parseSpki(spki);
  const row = algorithmOfKeyIdentifier(identifier);
  if (row?.family !== 'classical') {
    return row?.name ?? new DerReader(identifier).enter().objectIdentifier();
  }
  if (row.key.kind === 'rsa') return `rsa-${rsaParameters(publicKey).bits}`;
  return row.name;
}

/** True for signatures of ML-DSA or SLH-DSA, alone or as half of a composite. */
export const isPostQuantumSignature = (identifier: Uint8Array): boolean =>
  ALGORITHMS.some(
    (row) => row.family !== 'classical' && Buffer.compare(row.identifier, identifier) === 0,
  );

/** The name of a signature algorithm as its specification has it, or its OID. */
export function describeSignature(identifier: Uint8Array): string {
  const rows = [...Object.values(SCHEMES), ...ALGORITHMS];
  const found = rows.find((row) => Buffer.compare(row.identifier, identifier) === 0);
  return found?.name ?? new DerReader(identifier).enter().objectIdentifier();
}
