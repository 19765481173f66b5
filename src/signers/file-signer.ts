import { readFileSync } from 'node:fs';
import type { SignatureAlgorithm } from '../algorithms/algorithm.ts';
import { derFromFile, pem } from '../der/pem.ts';
import { DerError, enterDer } from '../der/reader.ts';
import { TAG } from '../der/writer.ts';
import { PkiError, systemErrorText } from '../errors.ts';
import { decryptPkcs8, encryptPkcs8 } from './pkcs8.ts';
import type { Secret } from './secret.ts';
import type { ContextSigner, Signer } from './signer.ts';
import { importPkcs8, type SoftwareKey } from './software-key.ts';

/** A signer whose private key was read from a PKCS #8 file into memory. */
class FileSigner implements Signer {
  readonly #key: SoftwareKey;

  constructor(key: SoftwareKey) {
    this.#key = key;
  }

  get algorithm() {
    return this.#key.algorithm;
  }

  get publicKey() {
    return this.#key.publicKey;
  }

  async sign(message: Uint8Array, context?: Uint8Array): Promise<Uint8Array> {
    return this.#key.sign(message, context);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** The same for ML-DSA, where the signature may be made under a context. */
class MlDsaFileSigner extends FileSigner implements ContextSigner {
  readonly takesContext = true;
}

/** What a signer in software is made of; also used for keys that were generated just now. */
export const softwareSigner = (key: SoftwareKey): Signer =>
  key.algorithm.family === 'ml-dsa' ? new MlDsaFileSigner(key) : new FileSigner(key);

export interface OpenFileOptions {
  /** Which algorithm to use the key with, and a check that it is one of the key's. */
  readonly algorithm?: SignatureAlgorithm;
  /** Asked only if the file is encrypted. */
  passphrase(path: string): Promise<Secret>;
}

/** Opens a PKCS #8 file, in PEM or DER, encrypted or not. */
export async function openFileSigner(
  path: string,
  { algorithm, passphrase }: OpenFileOptions,
): Promise<Signer> {
  const pkcs8 = await decrypted(readKeyFile(path), path, passphrase);
  return softwareSigner(await importPkcs8(pkcs8, path, algorithm));
}

function readKeyFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const message = `cannot read the key file ${path}: ${systemErrorText(error)}`;
    throw new PkiError('KEY_UNAVAILABLE', message, { cause: error });
  }
}

const ENCRYPTED = 'ENCRYPTED PRIVATE KEY';
const PLAIN = 'PRIVATE KEY';

async function decrypted(
  file: Buffer,
  path: string,
  passphrase: OpenFileOptions['passphrase'],
): Promise<Uint8Array> {
  const der = derFromFile(file, [ENCRYPTED, PLAIN]);
  if (!der) {
    throw new PkiError('KEY_UNAVAILABLE', `${path} holds no private key`, {
      hints: [`it has to be PKCS #8: a PEM block "${PLAIN}" or "${ENCRYPTED}"`],
    });
  }
  try {
    // an encrypted key begins with an AlgorithmIdentifier, a plain one with a version
    const encrypted = enterDer(der).nextTag === TAG.sequence;
    return encrypted ? decryptPkcs8(der, await passphrase(path), path) : der;
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new PkiError('KEY_UNAVAILABLE', `${path} is damaged: ${error.message}`, { cause: error });
  }
}

/** The text of a key file; without a passphrase it is not encrypted. */
export const keyFileText = (pkcs8: Uint8Array, passphrase?: Secret): string =>
  passphrase ? pem(ENCRYPTED, encryptPkcs8(pkcs8, passphrase)) : pem(PLAIN, pkcs8);
