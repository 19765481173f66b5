import type { Der } from '../der/writer.ts';
import type { ClassicalScheme } from './schemes.ts';

interface Common {
  /** What people type, such as `ecdsa-p384`; unique, compared without regard to case. */
  readonly name: string;
  /** AlgorithmIdentifier of the SubjectPublicKeyInfo, DER. */
  readonly keyIdentifier: Der;
  readonly status: AlgorithmStatus;
  readonly cites: string;
}

/** Whether what a row cites is final; an Internet-Draft may still change under the same OIDs. */
export type AlgorithmStatus = 'standard' | 'draft';

interface Signing extends Common {
  /** AlgorithmIdentifier of signatures, DER. */
  readonly identifier: Der;
  /** The longest signature, in octets; DER-encoded ones vary. */
  readonly maxSignatureBytes: number;
}

export interface RsaKey {
  readonly kind: 'rsa';
  readonly bits: number;
}

export interface EllipticCurveKey {
  readonly kind: 'ec';
  /** The name that `node:crypto` takes as `namedCurve`. */
  readonly curve: string;
  /** The curve's OBJECT IDENTIFIER, DER. */
  readonly curveOid: Der;
  /** Length of a coordinate, and of the group order, in octets. */
  readonly fieldBytes: number;
}

export interface EdwardsKey {
  readonly kind: 'edwards';
  readonly curve: 'ed25519' | 'ed448';
  readonly publicKeyBytes: number;
}

/** RSA, ECDSA or EdDSA: a kind of key together with the scheme it signs with. */
export interface ClassicalAlgorithm extends Signing {
  readonly family: 'classical';
  readonly scheme: ClassicalScheme;
  readonly key: RsaKey | EllipticCurveKey | EdwardsKey;
}

/** Sizes of keys that are octets without structure. */
interface RawKeys {
  readonly publicKeyBytes: number;
  /** Length of the private key as an engine uses it. */
  readonly expandedKeyBytes: number;
}

/** Pure ML-DSA (FIPS 204 algorithm 2), the only mode for certificates (RFC 9881 §8.3). */
export interface MlDsaAlgorithm extends Signing, RawKeys {
  readonly family: 'ml-dsa';
  readonly name: 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87';
  /** Length of the seed that is stored instead of the expanded key (RFC 9881 §6). */
  readonly seedBytes: 32;
}

/** Pure SLH-DSA (FIPS 205 algorithm 22); its private key has one form (RFC 9909 §7). */
export interface SlhDsaAlgorithm extends Signing, RawKeys {
  readonly family: 'slh-dsa';
  readonly name: `slh-dsa-${'sha2' | 'shake'}-${'128' | '192' | '256'}${'s' | 'f'}`;
  readonly seedBytes?: never;
}

/** ML-KEM: a subject's key that things are encrypted to; it signs nothing (RFC 9935). */
export interface MlKemAlgorithm extends Common, RawKeys {
  readonly family: 'ml-kem';
  readonly name: 'ml-kem-512' | 'ml-kem-768' | 'ml-kem-1024';
  /** Length of `d ‖ z`, from which the key is made (RFC 9935 §6). */
  readonly seedBytes: 64;
}

/** One row of draft-ietf-lamps-pq-composite-sigs-19, section 6. */
export interface CompositeAlgorithm extends Signing {
  readonly family: 'composite';
  /** Domain separator: the ML-DSA context, and part of the message representative. */
  readonly label: Der;
  readonly prehash: 'sha256' | 'sha512' | 'shake256';
  readonly mlDsa: MlDsaAlgorithm;
  readonly classical: ClassicalAlgorithm;
}

/** Signs with raw keys and, where it is asked to, under a context string. */
export type PostQuantumAlgorithm = MlDsaAlgorithm | SlhDsaAlgorithm;

/** What a key in a token can be for. A composite key is two keys. */
export type TokenAlgorithm = ClassicalAlgorithm | MlDsaAlgorithm;

/** Signs with one key. */
export type SingleAlgorithm = ClassicalAlgorithm | PostQuantumAlgorithm;

export type SignatureAlgorithm = SingleAlgorithm | CompositeAlgorithm;

/** Whatever a certificate may hold a key for. */
export type KeyAlgorithm = SignatureAlgorithm | MlKemAlgorithm;
