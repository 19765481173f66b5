import { constants, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import type {
  ClassicalAlgorithm,
  PostQuantumAlgorithm,
  SignatureAlgorithm,
} from '../algorithms/algorithm.ts';
import { mlKemPublicKey } from '../algorithms/ml-kem.ts';
import { obsoleteAlgorithm } from '../algorithms/obsolete.ts';
import { NO_CONTEXT, postQuantumEngine } from '../algorithms/post-quantum.ts';
import type { RawPrivateKey } from '../algorithms/private-key-forms.ts';
import { HASH_BYTES } from '../algorithms/schemes.ts';
import { algorithmsOfKey, encodeSpki } from '../algorithms/spki.ts';
import { enterDer } from '../der/reader.ts';
import { PkiError } from '../errors.ts';
import { HybridSigner } from './hybrid-signer.ts';
import { type CompositePrivateKey, type PrivateKey, parsePkcs8 } from './private-key.ts';
import type { Signer } from './signer.ts';

/** A private key in this process's memory. */
export interface SoftwareKey {
  /** Of the algorithms that the key can be used with, the one that was asked for. */
  readonly algorithm: SignatureAlgorithm;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** `context` is for ML-DSA alone. */
  sign(message: Uint8Array, context?: Uint8Array): Promise<Uint8Array>;
}

/**
 * Reads a PKCS #8 PrivateKeyInfo. `wanted` chooses among the algorithms of a key that has several
 * (RSA: PKCS #1 v1.5 or PSS) and is an error for a key of another kind. `name` is for errors.
 */
export async function importPkcs8(
  pkcs8: Uint8Array,
  name: string,
  wanted?: SignatureAlgorithm,
): Promise<SoftwareKey> {
  const key = await explained(name, () => open(parsePkcs8(pkcs8), name, wanted));
  if (!wanted || wanted.name === key.algorithm.name) return key;
  throw new PkiError(
    'KEY_UNAVAILABLE',
    `${name} holds a key for ${key.algorithm.name}, not for ${wanted.name}`,
  );
}

/** SubjectPublicKeyInfo of any private key, of one that cannot sign too; `name` is for errors. */
export function publicKeyOfPkcs8(pkcs8: Uint8Array, name: string): Promise<Uint8Array> {
  return explained(name, async () => {
    const key = parsePkcs8(pkcs8);
    if (key.kind === 'raw' && key.algorithm.family === 'ml-kem') {
      return mlKemPublicKey(key.algorithm, key.forms);
    }
    return (await open(key, name)).publicKey;
  });
}

async function explained<Result>(name: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof PkiError) throw error;
    throw new PkiError('KEY_UNAVAILABLE', `${name} is not a private key that can be used`, {
      hints: ['it has to be PKCS #8 with an RSA, EC, EdDSA, ML-DSA, SLH-DSA or composite key'],
      cause: error,
    });
  }
}

async function open(
  key: PrivateKey,
  name: string,
  wanted?: SignatureAlgorithm,
): Promise<SoftwareKey> {
  switch (key.kind) {
    case 'classical':
      mustNotBeObsolete(key.pkcs8, name);
      return openClassical(key.pkcs8, wanted);
    case 'composite':
      return openComposite(key);
    case 'raw': {
      const { algorithm, forms } = key;
      if (algorithm.family !== 'ml-kem') return openPostQuantum(algorithm, forms);
      throw new PkiError(
        'KEY_UNAVAILABLE',
        `${name} holds a key for ${algorithm.name}, which cannot sign`,
        {
          hints: [
            'a request for it is signed by another key: "pki csr create --signer-cert CERT --signer-key KEY" (RFC 9883)',
          ],
        },
      );
    }
  }
}

/** What OpenSSL cannot open either, and people may wonder about. */
function mustNotBeObsolete(pkcs8: Uint8Array, name: string): void {
  const reader = enterDer(pkcs8);
  reader.read();
  const oid = reader.enter().objectIdentifier();
  const why = obsoleteAlgorithm(oid);
  if (why)
    throw new PkiError('KEY_UNAVAILABLE', `${name} cannot be used: its algorithm ${oid} ${why}`);
}

async function openPostQuantum(
  algorithm: PostQuantumAlgorithm,
  forms: RawPrivateKey,
): Promise<SoftwareKey> {
  const key = (await postQuantumEngine()).open(algorithm, forms);
  return {
    algorithm,
    publicKey: encodeSpki(algorithm, key.publicKey),
    sign: (message, context = NO_CONTEXT) => key.sign(message, context),
  };
}

async function openComposite(key: CompositePrivateKey): Promise<SoftwareKey> {
  const { algorithm, mlDsaSeed, classical } = key;
  const mlDsa = await openPostQuantum(algorithm.mlDsa, { seed: mlDsaSeed });
  const other = openClassical(classical, algorithm.classical);
  const both = new HybridSigner(algorithm, softwareSigner(mlDsa), softwareSigner(other));
  return { algorithm, publicKey: both.publicKey, sign: (message) => both.sign(message) };
}

function openClassical(pkcs8: Uint8Array, wanted: SignatureAlgorithm | undefined): SoftwareKey {
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const usable = algorithmsOfKey(publicKey);
  const algorithm = usable.find((row) => row.name === wanted?.name) ?? usable[0];
  if (algorithm?.family !== 'classical') throw new Error('no algorithm for this key');
  return {
    algorithm,
    publicKey: Uint8Array.from(publicKey),
    sign: async (message) => signClassical(algorithm, key, message),
  };
}

function signClassical(
  { scheme }: ClassicalAlgorithm,
  key: KeyObject,
  message: Uint8Array,
): Uint8Array {
  const { hash } = scheme;
  const options =
    scheme.family === 'rsa-pss' && hash
      ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: HASH_BYTES[hash] }
      : { key };
  return sign(hash ?? null, message, options);
}

/** The key as a Signer; one of ML-DSA signs under a context too. */
export const softwareSigner = (key: SoftwareKey): Signer => ({
  algorithm: key.algorithm,
  publicKey: key.publicKey,
  sign: (message: Uint8Array, context?: Uint8Array) => key.sign(message, context),
  ...(key.algorithm.family === 'ml-dsa' && { takesContext: true }),
  async [Symbol.asyncDispose]() {},
});
