import { tokenAlgorithmNamed } from '../../../src/algorithms/registry.ts';
import type { Pkcs11KeyRef } from '../../../src/signers/key-ref.ts';
import { generatePkcs11Signer } from '../../../src/signers/pkcs11/generate-signer.ts';
import { tokenAccess } from '../../signers/on-softhsm.ts';
import { PIN, type softHsm } from '../../support/softhsm.ts';
import { world } from '../../support/world.ts';

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

type Hsm = ReturnType<typeof softHsm>;

/** Command lines for the token `A` of keys that are backed up, and for those of which they are restored. */
export function backupCommands(hsm: Hsm, cwd: string) {
  const pki = backupWorld(cwd);
  const token = (label: string) => ['--pkcs11-lib', hsm.module, '--pkcs11-token', label];
  const key = (label: string, object: string) => [...token(label), '--pkcs11-key-label', object];
  const backup = (object: string, out: string, ...options: readonly string[]) =>
    pki('hsm', 'backup', ...key('A', object), '--out', out, ...options);
  const restore = (name: string, label: string, ...options: readonly string[]) =>
    pki('hsm', 'restore', name, ...token(label), ...options);
  const make = (object: string, id: number, algorithm: string, exportable = true) => {
    const place = { modulePath: hsm.module, token: 'A' };
    const ref = { kind: 'pkcs11', ...place, object, id: Uint8Array.of(id) } as const;
    return tokenKeyPair(ref, algorithm, exportable);
  };
  return { pki, token, key, backup, restore, make };
}
