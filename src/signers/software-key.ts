import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import type {
  ClassicalAlgorithm,
  MlDsaAlgorithm,
  SignatureAlgorithm,
} from '../algorithms/algorithm.ts';
import {
  ML_DSA_SEED_BYTES,
  type MlDsaSecret,
  mlDsaEngine,
  mlDsaPkcs8,
  mlDsaSpki,
  NO_CONTEXT,
} from '../algorithms/ml-dsa.ts';
import { HASH_BYTES } from '../algorithms/schemes.ts';
import { algorithmOfKeyIdentifier, algorithmsOfKey } from '../algorithms/spki.ts';
import { DerError, enterDer, readDer } from '../der/reader.ts';
import { TAG } from '../der/writer.ts';
import { PkiError } from '../errors.ts';

/** A private key in this process's memory. */
export interface SoftwareKey {
  /** Of the algorithms that the key can be used with, the one that was asked for. */
  readonly algorithm: ClassicalAlgorithm | MlDsaAlgorithm;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** `context` is for ML-DSA alone. */
  sign(message: Uint8Array, context?: Uint8Array): Uint8Array;
}

/** Makes a key pair and returns its private key as PKCS #8, DER; ML-DSA as the 32-octet seed. */
export async function generatePkcs8(
  algorithm: ClassicalAlgorithm | MlDsaAlgorithm,
): Promise<Uint8Array> {
  if (algorithm.family === 'ml-dsa') {
    return mlDsaPkcs8(algorithm, { seed: randomBytes(ML_DSA_SEED_BYTES) });
  }
  const privateKey = await generateClassical(algorithm);
  return Uint8Array.from(privateKey.export({ format: 'der', type: 'pkcs8' }));
}

/** On a thread: a large RSA key takes seconds, in which an interruption has to get through. */
function generateClassical({ key }: ClassicalAlgorithm): Promise<KeyObject> {
  const { promise, resolve, reject } = Promise.withResolvers<KeyObject>();
  const done = (error: Error | null, _: KeyObject, privateKey: KeyObject) =>
    error ? reject(error) : resolve(privateKey);
  if (key.kind === 'rsa') generateKeyPair('rsa', { modulusLength: key.bits }, done);
  else if (key.kind === 'ec') generateKeyPair('ec', { namedCurve: key.curve }, done);
  else if (key.curve === 'ed25519') generateKeyPair('ed25519', {}, done);
  else generateKeyPair('ed448', {}, done);
  return promise;
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
  try {
    const mlDsa = parseMlDsa(pkcs8);
    const key = mlDsa ? await openMlDsa(...mlDsa) : openClassical(pkcs8, wanted);
    if (wanted && wanted.name !== key.algorithm.name) throw wrongKind(key, wanted, name);
    return key;
  } catch (error) {
    if (error instanceof PkiError) throw error;
    throw new PkiError('KEY_UNAVAILABLE', `${name} is not a private key that can be used`, {
      hints: ['it has to be PKCS #8 with an RSA, EC, Ed25519 or ML-DSA key'],
      cause: error,
    });
  }
}

function wrongKind(key: SoftwareKey, wanted: SignatureAlgorithm, name: string): PkiError {
  return new PkiError(
    'KEY_UNAVAILABLE',
    `${name} holds a key for ${key.algorithm.name}, not for ${wanted.name}`,
  );
}

/** The parts of an ML-DSA PrivateKeyInfo; undefined for a key of another kind. */
function parseMlDsa(pkcs8: Uint8Array): [MlDsaAlgorithm, MlDsaSecret] | undefined {
  const reader = enterDer(pkcs8);
  const version = reader.smallInteger();
  if (version > 1) throw new DerError(`version ${version} is unknown`); // 1: a public key is behind
  const identifier = reader.read(TAG.sequence).octets;
  const row = algorithmOfKeyIdentifier(identifier);
  return row?.family === 'ml-dsa' ? [row, mlDsaSecret(row, reader.octetString())] : undefined;
}

/** Decides by tag, never by length (RFC 9881 §6): seed, expanded key, or both. */
function mlDsaSecret(row: MlDsaAlgorithm, choice: Uint8Array): MlDsaSecret {
  const { tag, contents } = readDer(choice);
  if (tag === 0x80) return { seed: sized(contents, ML_DSA_SEED_BYTES) };
  if (tag === TAG.octetString) return { expanded: sized(contents, row.expandedKeyBytes) };
  const both = enterDer(choice);
  const seed = sized(both.octetString(), ML_DSA_SEED_BYTES);
  const expanded = sized(both.octetString(), row.expandedKeyBytes);
  both.end();
  return { seed, expanded };
}

function sized(octets: Uint8Array, length: number): Uint8Array {
  if (octets.length === length) return octets;
  throw new DerError(`${octets.length} octets where ${length} are expected`);
}

async function openMlDsa(algorithm: MlDsaAlgorithm, secret: MlDsaSecret): Promise<SoftwareKey> {
  const key = (await mlDsaEngine()).open(algorithm, secret);
  return {
    algorithm,
    publicKey: mlDsaSpki(algorithm, key.publicKey),
    sign: (message, context = NO_CONTEXT) => key.sign(message, context),
  };
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
    sign: (message) => signClassical(algorithm, key, message),
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
