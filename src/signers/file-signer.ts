import type { SignatureAlgorithm } from '../algorithms/algorithm.ts';
import type { Waiting } from './key-access.ts';
import { readKeyFile } from './key-file.ts';
import type { Secret } from './secret.ts';
import type { Signer } from './signer.ts';
import { importPkcs8, publicKeyOfPkcs8, type SoftwareKey, softwareSigner } from './software-key.ts';

export interface OpenFileOptions {
  /** Which algorithm to use the key with, and a check that it is one of the key's. */
  readonly algorithm?: SignatureAlgorithm;
  /** Asked only if the file is encrypted. */
  passphrase(path: string): Promise<Secret>;
  /** For signatures that take seconds, as those of SLH-DSA do. */
  readonly waiting?: Waiting;
}

/** Opens a PKCS #8 file, in PEM or DER, encrypted or not; the key is then in memory. */
export async function openFileSigner(
  path: string,
  { algorithm, passphrase, waiting = (_, work) => work }: OpenFileOptions,
): Promise<Signer> {
  const { pkcs8 } = await readKeyFile(path, passphrase);
  const key = await importPkcs8(pkcs8, path, algorithm);
  const sign: SoftwareKey['sign'] = (...message) =>
    waiting(`signing with ${key.algorithm.name}`, key.sign(...message));
  return softwareSigner({ algorithm: key.algorithm, publicKey: key.publicKey, sign });
}

/** SubjectPublicKeyInfo of the key in a PKCS #8 file, which may be one that cannot sign. */
export async function openPublicKey(
  path: string,
  { passphrase }: Pick<OpenFileOptions, 'passphrase'>,
): Promise<Uint8Array> {
  const { pkcs8 } = await readKeyFile(path, passphrase);
  return publicKeyOfPkcs8(pkcs8, path);
}
