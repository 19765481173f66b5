import { join } from 'node:path';
import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { caDirectoryOption, pathOf } from '../../options.ts';
import { json, table } from '../../present.ts';

interface BackupOptions {
  readonly caDir: string;
  readonly keys?: boolean;
  readonly json?: boolean;
}

const AFTER_HELP = `
Others may go on issuing meanwhile: the store is copied as it is at one moment. The files have mode
0600, and their hashes are in manifest.json. Keys in files are left out without --keys, and have to
be encrypted with it; those in tokens are for "pki hsm backup".

Examples:
  $ pki store backup --ca-dir ./ca /backup/ca-2030-01-31
  $ pki store backup --ca-dir ./ca /backup/ca-with-keys --keys`;

export const storeBackupCommand = (command: Command, context: CliContext): Command =>
  command
    .argument('<directory>', 'where the backup is made; it must not exist')
    .addOption(caDirectoryOption())
    .option('--keys', 'with the key files, which have to be encrypted')
    .addHelpText('after', AFTER_HELP)
    .action(async (target: string, { caDir, keys = false, ...options }: BackupOptions) => {
      const { CA_FILES, openCaDirectory } = await import('../../../store/ca-directory.ts');
      const { backUp } = await import('../../../store/backup.ts');
      const { nameText, parseName } = await import('../../../x509/names.ts');
      const path = pathOf(context, caDir);
      const directory = context.resources.use(await openCaDirectory(path, { readOnly: true }));
      const ca = nameText(parseName(directory.certificate.tbs.subject));
      const now = context.clock();
      const { Phases, sizeOf } = await import('../../progress.ts');
      using phases = new Phases(context, sizeOf([join(path, CA_FILES.store)]));
      phases.next('copying the store');
      const manifest = backUp({ path, ca, keys, now }, pathOf(context, target));
      const { lastEntry, crlNumber, files } = manifest;
      const summary = { directory: target, keys, lastEntry, crlNumber, files: Object.keys(files) };
      const rows = [
        ['directory', target],
        ['keys', keys ? 'with the key files' : 'without'],
        ['last entry', `${lastEntry.number}${lastEntry.at === null ? '' : `, ${lastEntry.at}`}`],
        ['CRL number', crlNumber],
      ] as const;
      context.print(options.json ? json(summary) : `backed up ${ca}\n${table(rows)}`);
    });
