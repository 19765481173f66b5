import type { Command } from 'commander';
import { describeKey } from '../../../algorithms/spki.ts';
import { PkiError } from '../../../errors.ts';
import { describeTokenKey, type KeyDescription, wrapKey, wrapsOf } from '../../../hsm/backup.ts';
import {
  fingerprint,
  type KeyBackup,
  printBackup,
  type WrappedPart,
} from '../../../hsm/backup-file.ts';
import { vendorBackup } from '../../../hsm/vendor-backup.ts';
import { WRAP_FORMATS } from '../../../hsm/wrap-formats.ts';
import type { TokenConnection } from '../../../signers/pkcs11/connection.ts';
import { hex } from '../../../signers/pkcs11/keys.ts';
import type { CliContext } from '../../context.ts';
import { type BackupOptions, chooseWrapping, type Wrapping } from '../../hsm/backup-options.ts';
import { openToken } from '../../hsm/open-token.ts';
import { pathOf } from '../../options.ts';
import { OutputFile } from '../../output-file.ts';
import { json, table } from '../../present.ts';
import { printable } from '../../printable.ts';

interface HsmBackupOptions extends BackupOptions {
  readonly out: string;
  readonly publicOnly?: boolean;
  readonly force?: boolean;
}

const AFTER_HELP = `
The file holds the key encrypted under a passphrase, or under an AES key of the token. Keys that
were not made with --exportable do not leave their token: then it holds the public part only.

Examples:
  $ pki hsm backup --hsm-config hsm.yaml --pkcs11-key-label root-2026 --out root-2026.backup
  $ pki hsm backup --hsm-config hsm.yaml --pkcs11-key-label root-2026 --wrapping-key backup-kek --out root-2026.backup`;

export function hsmBackupCommand(command: Command, context: CliContext): Command {
  return command
    .requiredOption('--out <file>', 'the backup, mode 0600')
    .option(
      '--backup-passphrase-file <file>',
      'passphrase of the backup; otherwise PKI_BACKUP_PASSPHRASE, or asked for',
    )
    .option('--wrapping-key <label>', 'encrypt under this AES-256 key of the token instead')
    .option('--public-only', 'leave the key out, also if it could leave the token')
    .option('--force', 'replace a file that exists')
    .addHelpText('after', AFTER_HELP)
    .action(async (options: HsmBackupOptions) => {
      const { out, force = false } = options;
      if (out === '-') throw new PkiError('USAGE', 'a backup is written to a file, not to "-"');
      const file = new OutputFile(pathOf(context, out), { mode: 0o600, force });
      context.resources.use(file);
      const { connection, ref } = await openToken(context, options);
      const key = await describeTokenKey(connection, ref);
      const { wrapped, wrapping } = await wrappedPart(context, connection, key, options);
      const backup = { ...key, wrapped, made: secondsText(context.clock()) };
      file.write(printBackup(backup, wrapping?.keys));
      file.commit();
      for (const note of notes(key, backup, wrapping)) {
        context.note(`pki: note: ${printable(note)}`);
      }
      context.print(options.json ? json(backupJson(backup, out)) : text(backup, out));
    });
}

const secondsText = (time: Date): string => time.toISOString().replace(/\.\d+Z$/, 'Z');

/** Before a passphrase is asked for, it is known that the token can wrap the key at all. */
async function wrappedPart(
  context: CliContext,
  connection: TokenConnection,
  key: KeyDescription,
  options: HsmBackupOptions,
): Promise<{ readonly wrapped: KeyBackup['wrapped']; readonly wrapping?: Wrapping }> {
  if (!key.exportable || options.publicOnly) {
    return { wrapped: { advice: vendorBackup(connection.anchor.quirks.vendor) } };
  }
  const ways = await wrapsOf(connection);
  const wrapping = await chooseWrapping(context, options);
  const wrapped = await wrapKey(connection, key, ways, wrapping.wrappingKey);
  return { wrapped: { ...wrapped, under: wrapping.under }, wrapping };
}

function notes(
  { exportable, attributes }: KeyDescription,
  { wrapped }: KeyBackup,
  wrapping: Wrapping | undefined,
): readonly string[] {
  if ('octets' in wrapped) {
    const other = wrapping?.keys ? 'its passphrase' : 'a token with the wrapping key';
    return [`who has this file and ${other} has the key; keep them apart`];
  }
  const told = attributes['CKA_EXTRACTABLE'] === undefined ? 'is not told' : 'is false';
  const why = exportable
    ? 'the key is not in the file, as --public-only says'
    : `the key cannot leave the token (CKA_EXTRACTABLE ${told}), so it is not in the file`;
  return [why, `to back up the key itself: ${wrapped.advice}`];
}

const summary = ({ label, id, publicKey, from, wrapped }: KeyBackup) => ({
  label,
  id: hex(id),
  algorithm: describeKey(publicKey),
  sha256: fingerprint(publicKey),
  token: from.token,
  wrapped: 'octets' in wrapped,
});

function backupJson(backup: KeyBackup, file: string) {
  const { wrapped } = backup;
  if ('advice' in wrapped) return { file, ...summary(backup), advice: wrapped.advice };
  const { format, mechanism, under } = wrapped;
  const by = 'label' in under ? { wrappingKey: under.label } : { passphrase: true };
  return { file, ...summary(backup), mechanism, format, ...by };
}

function text(backup: KeyBackup, file: string): string {
  const { label, id, algorithm, sha256, wrapped } = summary(backup);
  const title = wrapped ? 'backed up the key' : 'wrote the public part of the key';
  const rows = [
    ['file', file],
    ['algorithm', algorithm],
    ['ID', id || 'none'],
    ['SHA-256', sha256],
    ['token', `"${backup.from.token}" (serial ${backup.from.serial})`],
    ...('octets' in backup.wrapped ? wrappedRows(backup.wrapped) : []),
  ] as const;
  const lines = `${title} "${label}"\n${table(rows)}`;
  return lines.split('\n').map(printable).join('\n');
}

const wrappedRows = ({ under, mechanism, format }: WrappedPart) =>
  [
    ['under', 'label' in under ? `the key "${under.label}" of the token` : 'a passphrase'],
    ['by', `${mechanism}: ${WRAP_FORMATS[format]}`],
    ['proved', 'the token unwrapped it again, and it signed'],
  ] as const;
