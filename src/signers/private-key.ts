import type {
  ClassicalAlgorithm,
  CompositeAlgorithm,
  MlKemAlgorithm,
  PostQuantumAlgorithm,
} from '../algorithms/algorithm.ts';
import { parsePrivateKey, type RawPrivateKey, rawPkcs8 } from '../algorithms/private-key-forms.ts';
import { algorithmOfKeyIdentifier } from '../algorithms/spki.ts';
import { DerError, enterDer, readDer } from '../der/reader.ts';
import {
  contextConstructed,
  type Der,
  integer,
  octetString,
  sequence,
  TAG,
} from '../der/writer.ts';

/** A PrivateKeyInfo taken apart (RFC 5958 §2). That its parts belong together is not proven yet. */
export type PrivateKey =
  | { readonly kind: 'classical'; readonly pkcs8: Uint8Array }
  | {
      readonly kind: 'raw';
      readonly algorithm: PostQuantumAlgorithm | MlKemAlgorithm;
      readonly forms: RawPrivateKey;
    }
  | CompositePrivateKey;

/** Two keys that are stored as one (draft-ietf-lamps-pq-composite-sigs-19 §4.2, §5.2). */
export interface CompositePrivateKey {
  readonly kind: 'composite';
  readonly algorithm: CompositeAlgorithm;
  readonly mlDsaSeed: Uint8Array;
  /** PKCS #8 of the classical half alone. */
  readonly classical: Uint8Array;
}

/** Reads PKCS #8, DER. Throws DerError; what is in a classical key is for OpenSSL to read. */
export function parsePkcs8(pkcs8: Uint8Array): PrivateKey {
  const reader = enterDer(pkcs8);
  const version = reader.smallInteger();
  if (version > 1) throw new DerError(`version ${version} is unknown`); // 1: a public key is behind
  const algorithm = algorithmOfKeyIdentifier(reader.read(TAG.sequence).octets);
  const octets = reader.octetString();
  if (!algorithm || algorithm.family === 'classical') return { kind: 'classical', pkcs8 };
  if (algorithm.family === 'composite') return parseComposite(algorithm, octets);
  return { kind: 'raw', algorithm, forms: parsePrivateKey(algorithm, octets) };
}

/** PKCS #8 in the form that others read: with a seed, the seed alone. */
export function encodePkcs8(key: PrivateKey): Der {
  switch (key.kind) {
    case 'classical':
      return key.pkcs8;
    case 'raw': {
      const { seed } = key.forms;
      return rawPkcs8(key.algorithm, seed ? { seed } : key.forms);
    }
    case 'composite': {
      const halves = [key.mlDsaSeed, innerKey(key.algorithm.classical, key.classical)];
      const octets = octetString(Buffer.concat(halves));
      return sequence(integer(0), key.algorithm.keyIdentifier, octets);
    }
  }
}

/** The seed, whose length is fixed, and the classical key; no framing. */
function parseComposite(algorithm: CompositeAlgorithm, octets: Uint8Array): CompositePrivateKey {
  const { seedBytes } = algorithm.mlDsa;
  if (octets.length <= seedBytes) throw new DerError('a composite private key is too short');
  const classical = outerKey(algorithm.classical, octets.subarray(seedBytes));
  return { kind: 'composite', algorithm, mlDsaSeed: octets.subarray(0, seedBytes), classical };
}

/**
 * How a composite writes its classical half: RSAPrivateKey; ECPrivateKey with its parameters and
 * without its public key; of EdDSA the octets alone (draft-ietf-lamps-pq-composite-sigs-19 §4).
 */
function innerKey({ key }: ClassicalAlgorithm, pkcs8: Uint8Array): Uint8Array {
  const reader = enterDer(pkcs8);
  reader.integer();
  reader.read();
  const octets = reader.octetString();
  if (key.kind === 'rsa') return octets;
  if (key.kind === 'edwards') return readDer(octets, TAG.octetString).contents;
  const ecPrivateKey = enterDer(octets);
  const version = ecPrivateKey.read(TAG.integer).octets;
  const scalar = ecPrivateKey.read(TAG.octetString).octets;
  return sequence(version, scalar, contextConstructed(0, key.curveOid));
}

function outerKey({ key, keyIdentifier }: ClassicalAlgorithm, inner: Uint8Array): Der {
  const octets = key.kind === 'edwards' ? octetString(inner) : inner;
  if (key.kind !== 'edwards') enterDer(inner); // DER, and nothing behind it
  return sequence(integer(0), keyIdentifier, octetString(octets));
}
