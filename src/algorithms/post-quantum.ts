import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { PostQuantumAlgorithm } from './algorithm.ts';
import { type RawPrivateKey, rawPkcs8 } from './private-key-forms.ts';
import { encodeSpki } from './spki.ts';

/** A private key that an engine has expanded and is ready to sign with. */
export interface PostQuantumKey {
  readonly publicKey: Uint8Array;
  /** The pure mode, hedged (FIPS 204 algorithm 2, FIPS 205 algorithm 22); a context of at most 255 octets. */
  sign(message: Uint8Array, context: Uint8Array): Promise<Uint8Array>;
}

/** One implementation of ML-DSA and SLH-DSA. */
export interface PostQuantumEngine {
  readonly name: string;
  /** Throws unless all forms that are given are of one key; of SLH-DSA nothing but use tells. */
  open(algorithm: PostQuantumAlgorithm, key: RawPrivateKey): PostQuantumKey;
  verify(
    algorithm: PostQuantumAlgorithm,
    publicKey: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
    context: Uint8Array,
  ): boolean;
}

export const NO_CONTEXT = new Uint8Array(0);

/** OpenSSL inside of Node: about ten times as fast as JavaScript. */
export const nativeEngine: PostQuantumEngine = {
  name: 'node:crypto',
  open(algorithm, privateKey) {
    const der = Buffer.from(rawPkcs8(algorithm, privateKey));
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    return {
      publicKey: rawPublicKey(key, algorithm.publicKeyBytes),
      sign: (message, context) => signOnThread(message, { key, context }),
    };
  },
  verify(algorithm, publicKey, message, signature, context) {
    const spki = Buffer.from(encodeSpki(algorithm, publicKey));
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    return verify(null, message, { key, context }, signature);
  },
};

/** SLH-DSA takes seconds, in which an interruption has to get through. */
function signOnThread(
  message: Uint8Array,
  key: { key: KeyObject; context: Uint8Array },
): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  sign(null, message, key, (error, signature) => (error ? reject(error) : resolve(signature)));
  return promise;
}

function rawPublicKey(privateKey: KeyObject, length: number): Uint8Array {
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return Uint8Array.from(spki.subarray(spki.length - length));
}

/** JavaScript: for a Node without these algorithms in its OpenSSL, and as the second opinion. */
export async function nobleEngine(): Promise<PostQuantumEngine> {
  const { nobleSets } = await import('./noble-sets.ts');
  return {
    name: '@noble/post-quantum',
    open(algorithm, privateKey) {
      const set = nobleSets[algorithm.name];
      const { secretKey, publicKey } = set.keygen(keygenSeed(algorithm, privateKey));
      if (privateKey.expanded && Buffer.compare(secretKey, privateKey.expanded) !== 0) {
        throw new Error('the parts of the private key disagree');
      }
      const signAll = async (message: Uint8Array, context: Uint8Array) =>
        set.sign(message, secretKey, { context });
      return { publicKey, sign: signAll };
    },
    verify: (algorithm, publicKey, message, signature, context) =>
      signature.length === algorithm.maxSignatureBytes &&
      nobleSets[algorithm.name].verify(signature, message, publicKey, { context }),
  };
}

/** An SLH-DSA key begins with what it was made from; PK.root, its last part, follows from that. */
function keygenSeed(
  { family, expandedKeyBytes }: PostQuantumAlgorithm,
  { seed, expanded }: RawPrivateKey,
): Uint8Array {
  if (seed) return seed;
  if (family === 'slh-dsa') return expanded.subarray(0, (3 * expandedKeyBytes) / 4);
  // nothing here proves that the parts of an expanded key belong together
  throw new Error('without its seed, an ML-DSA key needs OpenSSL 3.5');
}

let chosen: Promise<PostQuantumEngine> | undefined;

/** The engine that signs on this runtime: OpenSSL's where it has the algorithms, else noble's. */
export function postQuantumEngine(): Promise<PostQuantumEngine> {
  chosen ??= nativeIsThere() ? Promise.resolve(nativeEngine) : nobleEngine();
  return chosen;
}

/** True from OpenSSL 3.5 on. Asked by version, since making a key to find out costs a key. */
export function nativeIsThere(openssl: string = process.versions.openssl ?? ''): boolean {
  const [major = 0, minor = 0] = openssl.split('.').map((part) => Number.parseInt(part, 10));
  return major > 3 || (major === 3 && minor >= 5);
}
