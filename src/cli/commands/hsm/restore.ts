import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describeKey } from '../../../algorithms/spki.ts';
import { PkiError, systemErrorText } from '../../../errors.ts';
import { fingerprint, type KeyBackup, parseBackup } from '../../../hsm/backup-file.ts';
import { restoreKey } from '../../../hsm/restore.ts';
import { type Pkcs11KeyRef, printKeyRef } from '../../../signers/key-ref.ts';
import { hex } from '../../../signers/pkcs11/keys.ts';
import type { CliContext } from '../../context.ts';
import { type BackupOptions, openWrapping } from '../../hsm/backup-options.ts';
import { openToken, tokenOf } from '../../hsm/open-token.ts';
import { pathOf } from '../../options.ts';
import { json, table } from '../../present.ts';
import { printable } from '../../printable.ts';

interface HsmRestoreOptions extends BackupOptions {
  readonly exportable?: boolean;
}

const AFTER_HELP = `
The key gets the label and the ID of the backup, unless --pkcs11-key-label or --pkcs11-key-id give
others. It stays in the token unless --exportable is given.

Example:
  $ pki hsm restore root-2026.backup --hsm-config second-hsm.yaml`;

export function hsmRestoreCommand(command: Command, context: CliContext): Command {
  return command
    .argument('<file>', 'what "pki hsm backup" wrote')
    .option(
      '--backup-passphrase-file <file>',
      'passphrase of the backup; otherwise PKI_BACKUP_PASSPHRASE, or asked for',
    )
    .option('--wrapping-key <label>', 'AES key of the token, if it has another label here')
    .option('--exportable', 'let the key leave this token again, for another backup')
    .addHelpText('after', AFTER_HELP)
    .action(async (file: string, options: HsmRestoreOptions) => {
      await tokenOf(context, options); // before a passphrase is asked for
      const read = parseBackup(contentsOf(context, file), file);
      const { wrappingKey } = await openWrapping(context, read, options);
      const { backup } = read;
      if ('advice' in backup.wrapped) throw new TypeError('a backup without a key was opened');
      const { connection, ref } = await openToken(context, options);
      const restored = await restoreKey(connection, {
        backup: { ...backup, wrapped: backup.wrapped },
        wrappingKey,
        ref,
        exportable: options.exportable ?? false,
        interrupted: context.interrupted,
      });
      const facts = summary(backup, restored, options);
      if (options.json) return context.print(json(facts));
      const { label, key, algorithm, id, sha256, exportable } = facts;
      const rows = [
        ['key', key],
        ['algorithm', algorithm],
        ['ID', id],
        ['SHA-256', sha256],
        ['exportable', exportable ? 'yes' : 'no'],
        ['proved', 'it signed, and its public key is that of the backup'],
      ] as const;
      context.print(`restored the key "${printable(label)}"\n${table(rows)}`);
    });
}

function contentsOf(context: CliContext, file: string): string {
  try {
    return readFileSync(pathOf(context, file), 'utf8');
  } catch (error) {
    throw new PkiError('USAGE', `cannot read ${file}: ${systemErrorText(error)}`, { cause: error });
  }
}

const summary = (
  { publicKey }: KeyBackup,
  ref: Pkcs11KeyRef,
  { exportable = false }: HsmRestoreOptions,
) => ({
  label: ref.object ?? '',
  id: hex(ref.id ?? Uint8Array.of()),
  token: ref.token ?? '',
  key: printKeyRef(ref),
  algorithm: describeKey(publicKey),
  sha256: fingerprint(publicKey),
  exportable,
});
