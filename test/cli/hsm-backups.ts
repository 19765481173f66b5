import { tokenAlgorithmNamed } from '../../src/algorithms/registry.ts';
import type { Pkcs11KeyRef } from '../../src/signers/key-ref.ts';
import { generatePkcs11Signer } from '../../src/signers/pkcs11/generate-signer.ts';
import { tokenAccess } from '../signers/on-softhsm.ts';
import { PIN } from '../support/softhsm.ts';
import { world } from '../support/world.ts';

export const BACKUP_PASSPHRASE = 'the passphrase of a backup';

/** Command lines with the PIN and the passphrase of backups in the environment. */
export const backupWorld = (cwd: string, env: Readonly<Record<string, string>> = {}) =>
  world({ cwd, env: { PKCS11_PIN: PIN, PKI_BACKUP_PASSPHRASE: BACKUP_PASSPHRASE, ...env } });

/** Makes a key pair as `--pkcs11-generate-key` does. */
export async function tokenKeyPair(
  ref: Pkcs11KeyRef,
  algorithm: string,
  exportable = true,
): Promise<void> {
  const plan = { ref, algorithm: tokenAlgorithmNamed(algorithm), exportable };
  const { signer } = await generatePkcs11Signer(plan, tokenAccess());
  await signer[Symbol.asyncDispose]();
}
