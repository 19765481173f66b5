import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { MlKemAlgorithm } from './algorithm.ts';
import { nativeIsThere } from './post-quantum.ts';
import { type RawPrivateKey, rawPkcs8 } from './private-key-forms.ts';
import { encodeSpki } from './spki.ts';

/**
 * SubjectPublicKeyInfo of an ML-KEM private key. Throws unless all forms that are given are of one
 * key, and the expanded one is consistent (FIPS 203 §7.3).
 */
export async function mlKemPublicKey(
  algorithm: MlKemAlgorithm,
  key: RawPrivateKey,
): Promise<Uint8Array> {
  if (!nativeIsThere()) return encodeSpki(algorithm, await nobleEncapsulationKey(algorithm, key));
  const der = Buffer.from(rawPkcs8(algorithm, key));
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return Uint8Array.from(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }));
}

async function nobleEncapsulationKey(
  { name }: MlKemAlgorithm,
  { seed, expanded }: RawPrivateKey,
): Promise<Uint8Array> {
  if (!seed) throw new Error('without its seed, an ML-KEM key needs OpenSSL 3.5');
  const noble = await import('@noble/post-quantum/ml-kem.js');
  const sets = {
    'ml-kem-512': noble.ml_kem512,
    'ml-kem-768': noble.ml_kem768,
    'ml-kem-1024': noble.ml_kem1024,
  };
  const { publicKey, secretKey } = sets[name].keygen(seed);
  if (expanded && Buffer.compare(secretKey, expanded) !== 0) {
    throw new Error('the parts of the private key disagree');
  }
  return publicKey;
}
