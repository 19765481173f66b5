import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import {
  bitString,
  contextPrimitive,
  type Der,
  integer,
  octetString,
  sequence,
} from '../der/writer.ts';
import type { MlDsaAlgorithm } from './algorithm.ts';

/** Length of an ML-DSA seed (FIPS 204 algorithm 1), in octets. */
export const ML_DSA_SEED_BYTES = 32;

/** What is stored of a private key: its seed, its expanded form, or both (RFC 9881 §6). */
export type MlDsaSecret =
  | { readonly seed: Uint8Array; readonly expanded?: Uint8Array }
  | { readonly seed?: never; readonly expanded: Uint8Array };

/** A private key that an engine has expanded and is ready to sign with. */
export interface MlDsaKey {
  readonly publicKey: Uint8Array;
  /** Pure ML-DSA, hedged (FIPS 204 algorithm 2); `context` has at most 255 octets. */
  sign(message: Uint8Array, context: Uint8Array): Uint8Array;
}

/** One implementation of ML-DSA. */
export interface MlDsaEngine {
  readonly name: string;
  /** Throws unless all forms that are given are of one key, and each of them is consistent. */
  open(algorithm: MlDsaAlgorithm, secret: MlDsaSecret): MlDsaKey;
  verify(
    algorithm: MlDsaAlgorithm,
    publicKey: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
    context: Uint8Array,
  ): boolean;
}

export const NO_CONTEXT = new Uint8Array(0);

/** PKCS #8 with the forms that are given; with the seed alone, 54 octets at any level. */
export const mlDsaPkcs8 = (algorithm: MlDsaAlgorithm, secret: MlDsaSecret): Der =>
  sequence(integer(0), algorithm.identifier, octetString(privateKeyChoice(secret)));

/** ML-DSA-NN-PrivateKey (RFC 9881 §6). */
function privateKeyChoice({ seed, expanded }: MlDsaSecret): Der {
  if (seed && expanded) return sequence(octetString(seed), octetString(expanded));
  return seed ? contextPrimitive(0, seed) : octetString(expanded);
}

/** SubjectPublicKeyInfo of a raw ML-DSA public key (RFC 9881 §4). */
export const mlDsaSpki = (algorithm: MlDsaAlgorithm, publicKey: Uint8Array): Der =>
  sequence(algorithm.identifier, bitString(publicKey));

/** OpenSSL inside of Node: about ten times as fast as JavaScript. */
export const nativeEngine: MlDsaEngine = {
  name: 'node:crypto',
  open(algorithm, secret) {
    const der = Buffer.from(mlDsaPkcs8(algorithm, secret));
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    return {
      publicKey: rawPublicKey(key, algorithm),
      sign: (message, context) => sign(null, message, { key, context }),
    };
  },
  verify(algorithm, publicKey, message, signature, context) {
    const spki = Buffer.from(mlDsaSpki(algorithm, publicKey));
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    return verify(null, message, { key, context }, signature);
  },
};

function rawPublicKey(privateKey: KeyObject, algorithm: MlDsaAlgorithm): Uint8Array {
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return Uint8Array.from(spki.subarray(spki.length - algorithm.publicKeyBytes));
}

/** JavaScript: for a Node without ML-DSA in its OpenSSL, and as the second opinion. */
export async function nobleEngine(): Promise<MlDsaEngine> {
  const noble = await import('@noble/post-quantum/ml-dsa.js');
  const sets = {
    'ml-dsa-44': noble.ml_dsa44,
    'ml-dsa-65': noble.ml_dsa65,
    'ml-dsa-87': noble.ml_dsa87,
  };
  return {
    name: '@noble/post-quantum',
    open(algorithm, { seed, expanded }) {
      const set = sets[algorithm.name];
      // nothing here proves that the parts of an expanded key belong together
      if (!seed) throw new Error('without its seed, an ML-DSA key needs OpenSSL 3.5');
      const { secretKey, publicKey } = set.keygen(seed);
      if (expanded && Buffer.compare(secretKey, expanded) !== 0) {
        throw new Error('the seed and the expanded private key disagree');
      }
      return { publicKey, sign: (message, context) => set.sign(message, secretKey, { context }) };
    },
    verify: (algorithm, publicKey, message, signature, context) =>
      signature.length === algorithm.maxSignatureBytes &&
      sets[algorithm.name].verify(signature, message, publicKey, { context }),
  };
}

let chosen: Promise<MlDsaEngine> | undefined;

/** The engine that signs on this runtime: OpenSSL's where it has ML-DSA, else noble's. */
export function mlDsaEngine(): Promise<MlDsaEngine> {
  chosen ??= nativeIsThere() ? Promise.resolve(nativeEngine) : nobleEngine();
  return chosen;
}

/** True from OpenSSL 3.5 on. Asked by version, since making a key to find out costs a key. */
export function nativeIsThere(openssl: string = process.versions.openssl ?? ''): boolean {
  const [major = 0, minor = 0] = openssl.split('.').map((part) => Number.parseInt(part, 10));
  return major > 3 || (major === 3 && minor >= 5);
}
