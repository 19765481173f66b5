import { createHash } from 'node:crypto';
import type { CompositeAlgorithm } from './algorithm.ts';
import { NO_CONTEXT } from './post-quantum.ts';
import { encodeSpki } from './spki.ts';

const PREFIX = Buffer.from('CompositeAlgorithmSignatures2025', 'ascii');

/** Octets that SHAKE256 gives as a pre-hash (draft-ietf-lamps-pq-composite-sigs-19 §6). */
const SHAKE256_BYTES = 64;

/**
 * What both halves sign: `M' = Prefix ‖ Label ‖ len(ctx) ‖ ctx ‖ PH(M)`, of at most 389 octets
 * (draft-ietf-lamps-pq-composite-sigs-19 §3.2). Certificates have an empty context.
 */
export function compositeMessage(
  { label, prehash }: CompositeAlgorithm,
  message: Uint8Array,
  context: Uint8Array = NO_CONTEXT,
): Uint8Array {
  const hash =
    prehash === 'shake256'
      ? createHash(prehash, { outputLength: SHAKE256_BYTES })
      : createHash(prehash);
  const digest = hash.update(message).digest();
  return Buffer.concat([PREFIX, label, Uint8Array.of(context.length), context, digest]);
}

/** The public keys of both halves; undefined if there are not enough octets for both. */
export function splitPublicKey({ mlDsa, classical }: CompositeAlgorithm, publicKey: Uint8Array) {
  if (publicKey.length <= mlDsa.publicKeyBytes) return undefined;
  return {
    mlDsa: publicKey.subarray(0, mlDsa.publicKeyBytes),
    classical: encodeSpki(classical, publicKey.subarray(mlDsa.publicKeyBytes)),
  };
}

/** The signatures of both halves; no framing, since ML-DSA's length is fixed. */
export function splitSignature({ mlDsa }: CompositeAlgorithm, signature: Uint8Array) {
  if (signature.length <= mlDsa.maxSignatureBytes) return undefined;
  return {
    mlDsa: signature.subarray(0, mlDsa.maxSignatureBytes),
    classical: signature.subarray(mlDsa.maxSignatureBytes),
  };
}
