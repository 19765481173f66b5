import type { Command } from 'commander';
import { commandGroup, type GroupRow } from '../command-group.ts';
import type { CliContext } from '../context.ts';
import { jsonOption } from '../options.ts';

const ROWS: readonly GroupRow[] = [
  {
    name: 'check',
    summary: 'hold everything in a CA directory against everything else',
    load: async () => (await import('./store/check.ts')).storeCheckCommand,
  },
  {
    name: 'settle',
    summary: 'record what became of an issuance that was interrupted',
    load: async () => (await import('./store/settle.ts')).storeSettleCommand,
  },
  {
    name: 'backup',
    summary: 'copy a CA as it is at one moment, while others issue',
    load: async () => (await import('./store/backup.ts')).storeBackupCommand,
  },
  {
    name: 'restore',
    summary: 'make a CA directory of a backup, with what was published since',
    load: async () => (await import('./store/restore.ts')).storeRestoreCommand,
  },
  {
    name: 'migrate',
    summary: 'bring the store to the format of this version, after a backup',
    load: async () => (await import('./store/migrate.ts')).storeMigrateCommand,
  },
];

/** The commands about the store of a CA. */
export const storeCommand = (context: CliContext, argv: readonly string[]): Promise<Command> =>
  commandGroup('store', ROWS, {
    context,
    argv,
    prepare: (command) => command.addOption(jsonOption()),
  });
