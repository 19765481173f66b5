import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
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

/** What is stored of a private key: the seed, or the expanded key where somebody kept only that. */
export type MlDsaSecret = { readonly seed: Uint8Array } | { readonly expanded: Uint8Array };

/** A private key that an engine has expanded and is ready to sign with. */
export interface MlDsaKey {
  readonly publicKey: Uint8Array;
  /** Pure ML-DSA, hedged (FIPS 204 algorithm 2); `context` has at most 255 octets. */
  sign(message: Uint8Array, context: Uint8Array): Uint8Array;
}

/** One implementation of ML-DSA. */
export interface MlDsaEngine {
  readonly name: string;
  /** Throws if the parts of an expanded key disagree. */
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

/** PKCS #8 with the seed alone, 54 octets at any level, or the expanded key (RFC 9881 §6). */
export function mlDsaPkcs8(algorithm: MlDsaAlgorithm, secret: MlDsaSecret): Der {
  const choice = 'seed' in secret ? contextPrimitive(0, secret.seed) : octetString(secret.expanded);
  return sequence(integer(0), algorithm.identifier, octetString(choice));
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
  const engine: MlDsaEngine = {
    name: '@noble/post-quantum',
    open(algorithm, secret) {
      const set = sets[algorithm.name];
      const pair =
        'seed' in secret
          ? set.keygen(secret.seed)
          : { secretKey: secret.expanded, publicKey: set.getPublicKey(secret.expanded) };
      const key: MlDsaKey = {
        publicKey: pair.publicKey,
        sign: (message, context) => set.sign(message, pair.secretKey, { context }),
      };
      if ('expanded' in secret) mustSignForItself(engine, algorithm, key);
      return key;
    },
    verify: (algorithm, publicKey, message, signature, context) =>
      signature.length === algorithm.maxSignatureBytes &&
      sets[algorithm.name].verify(signature, message, publicKey, { context }),
  };
  return engine;
}

/** Nothing ties the parts of an expanded key together but a signature that verifies. */
function mustSignForItself(engine: MlDsaEngine, algorithm: MlDsaAlgorithm, key: MlDsaKey): void {
  const message = randomBytes(32);
  const signature = key.sign(message, NO_CONTEXT);
  if (!engine.verify(algorithm, key.publicKey, message, signature, NO_CONTEXT)) {
    throw new Error('the parts of the expanded private key disagree');
  }
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
