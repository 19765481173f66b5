import type { SignatureAlgorithm } from '../algorithms/algorithm.ts';

/**
 * A private key that can sign, wherever it lives: a file, an HSM, or two of those at once.
 *
 * `message` is the data itself, never a digest. Ed25519 (RFC 8032 §5.1.6) and pure ML-DSA, the
 * only mode that certificates may use (RFC 9881 §8.3), leave no hash for the caller to compute.
 */
export interface Signer extends AsyncDisposable {
  readonly algorithm: SignatureAlgorithm;
  /** SubjectPublicKeyInfo in DER (RFC 5280 §4.1.2.7). */
  readonly publicKey: Uint8Array;
  /** Where the key is, as keyPlace() names it: one for each half of a hybrid; none in memory. */
  readonly places?: readonly string[];
  /** Returns the octets of `signatureValue` (RFC 5280 §4.1.1.3), not wrapped in a BIT STRING. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** An ML-DSA key that also signs under a context (FIPS 204 §5.2), as composites need. */
export interface ContextSigner extends Signer {
  readonly takesContext: true;
  sign(message: Uint8Array, context?: Uint8Array): Promise<Uint8Array>;
}

export const takesContext = (signer: Signer): signer is ContextSigner => 'takesContext' in signer;
