import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { caDirectoryOption, pathOf } from '../../options.ts';
import { json } from '../../present.ts';

interface MigrateOptions {
  readonly caDir: string;
  readonly backup?: string;
  readonly json?: boolean;
}

const AFTER_HELP = `
Any command that changes a store of an older version brings it to the format of this one. This one
does nothing else, and makes a backup before: an older pki cannot open the store after it.

Examples:
  $ pki store migrate --ca-dir ./ca --backup /backup/before-migration`;

export const storeMigrateCommand = (command: Command, context: CliContext): Command =>
  command
    .addOption(caDirectoryOption())
    .requiredOption('--backup <directory>', 'where the backup is made; it must not exist')
    .addHelpText('after', AFTER_HELP)
    .action(async (options: MigrateOptions & { readonly backup: string }) => {
      const migrated = await migrate(options, context);
      const { before, format, backup } = migrated;
      const text =
        backup === null
          ? `the store has the format ${format} already, nothing to do\n`
          : `brought the store from format ${before} to ${format}; it was backed up to ${backup}\n`;
      context.print(options.json ? json(migrated) : text);
    });

async function migrate({ caDir, backup }: { caDir: string; backup: string }, context: CliContext) {
  const { openCaDirectory, CA_FILES } = await import('../../../store/ca-directory.ts');
  const { SCHEMA_VERSION } = await import('../../../store/schema.ts');
  const { StoreInspection } = await import('../../../store/store-inspection.ts');
  const path = pathOf(context, caDir);
  const versionOf = (): number => {
    using inspection = StoreInspection.open(`${path}/${CA_FILES.store}`);
    return inspection.version;
  };
  using looked = await openCaDirectory(path, { readOnly: true }); // refuses a newer format
  const before = versionOf();
  if (before === SCHEMA_VERSION) return { before, format: before, backup: null };
  const { backUp } = await import('../../../store/backup.ts');
  const { nameText, parseName } = await import('../../../x509/names.ts');
  const ca = nameText(parseName(looked.certificate.tbs.subject));
  backUp({ path, ca, keys: false, now: context.clock() }, pathOf(context, backup));
  using _upgraded = await openCaDirectory(path);
  return { before, format: versionOf(), backup };
}
