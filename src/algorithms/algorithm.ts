import type { Der } from '../der/writer.ts';
import type { ClassicalScheme } from './schemes.ts';

interface Common {
  /** What people type, such as `ecdsa-p384`; unique, compared without regard to case. */
  readonly name: string;
  /** AlgorithmIdentifier of signatures, DER. */
  readonly identifier: Der;
  /** AlgorithmIdentifier of the SubjectPublicKeyInfo, DER. */
  readonly keyIdentifier: Der;
  /** The longest signature, in octets; DER-encoded ones vary. */
  readonly maxSignatureBytes: number;
  readonly cites: string;
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
export interface ClassicalAlgorithm extends Common {
  readonly family: 'classical';
  readonly scheme: ClassicalScheme;
  readonly key: RsaKey | EllipticCurveKey | EdwardsKey;
}

/** Pure ML-DSA (FIPS 204 algorithm 2), the only mode for certificates (RFC 9881 §8.3). */
export interface MlDsaAlgorithm extends Common {
  readonly family: 'ml-dsa';
  readonly name: 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87';
  readonly publicKeyBytes: number;
  /** Length of the expanded private key (RFC 9881 §6). */
  readonly expandedKeyBytes: number;
}

/** One row of draft-ietf-lamps-pq-composite-sigs-19, section 6. */
export interface CompositeAlgorithm extends Common {
  readonly family: 'composite';
  /** Domain separator: the ML-DSA context, and part of the message representative. */
  readonly label: Der;
  readonly prehash: 'sha256' | 'sha512' | 'shake256';
  readonly mlDsa: MlDsaAlgorithm;
  readonly classical: ClassicalAlgorithm;
}

export type SignatureAlgorithm = ClassicalAlgorithm | MlDsaAlgorithm | CompositeAlgorithm;
