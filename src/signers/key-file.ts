import { readFileSync } from 'node:fs';
import { derFromFile, pem } from '../der/pem.ts';
import { DerError, enterDer } from '../der/reader.ts';
import { TAG } from '../der/writer.ts';
import { PkiError, systemErrorText } from '../errors.ts';
import { decryptPkcs8, describeEncryption, encryptPkcs8 } from './pkcs8.ts';
import type { Secret } from './secret.ts';

/** A PKCS #8 file that was read and, if need be, decrypted. */
export interface KeyFile {
  /** PrivateKeyInfo, DER. */
  readonly pkcs8: Uint8Array;
  /** How the file is encrypted, in words; undefined if it is not. */
  readonly encryption: string | undefined;
}

const ENCRYPTED = 'ENCRYPTED PRIVATE KEY';
const PLAIN = 'PRIVATE KEY';

/** Reads PKCS #8, in PEM or DER; the passphrase is asked for only if the file is encrypted. */
export async function readKeyFile(
  path: string,
  passphrase: (path: string) => Promise<Secret>,
): Promise<KeyFile> {
  const der = derFromFile(contentsOf(path), [ENCRYPTED, PLAIN]);
  if (!der) {
    throw new PkiError('KEY_UNAVAILABLE', `${path} holds no private key`, {
      hints: [`it has to be PKCS #8: a PEM block "${PLAIN}" or "${ENCRYPTED}"`],
    });
  }
  try {
    // an encrypted key begins with an AlgorithmIdentifier, a plain one with a version
    if (enterDer(der).nextTag !== TAG.sequence) return { pkcs8: der, encryption: undefined };
    const encryption = describeEncryption(der, path);
    return { pkcs8: decryptPkcs8(der, await passphrase(path), path), encryption };
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new PkiError('KEY_UNAVAILABLE', `${path} is damaged: ${error.message}`, { cause: error });
  }
}

function contentsOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const message = `cannot read the key file ${path}: ${systemErrorText(error)}`;
    throw new PkiError('KEY_UNAVAILABLE', message, { cause: error });
  }
}

/** The text of a key file; without a passphrase it is not encrypted. */
export const keyFileText = (pkcs8: Uint8Array, passphrase?: Secret): string =>
  passphrase ? pem(ENCRYPTED, encryptPkcs8(pkcs8, passphrase)) : pem(PLAIN, pkcs8);
