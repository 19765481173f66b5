import type { Command } from 'commander';
import { commandGroup, type GroupRow } from '../command-group.ts';
import type { CliContext } from '../context.ts';
import { jsonOption } from '../options.ts';

const ROWS: readonly GroupRow[] = [
  {
    name: 'verify',
    summary: 'verify that the trail is whole, and that the store is as it tells',
    load: async () => (await import('./audit/verify.ts')).auditVerifyCommand,
  },
  {
    name: 'show',
    summary: 'show the last entries, or those about one certificate',
    load: async () => (await import('./audit/show.ts')).auditShowCommand,
  },
  {
    name: 'export',
    summary: 'print the whole trail, one entry a line, to be verified elsewhere',
    load: async () => (await import('./audit/export.ts')).auditExportCommand,
  },
  {
    name: 'head',
    summary: 'print the last entry as number and hash, to be kept elsewhere',
    load: async () => (await import('./audit/head.ts')).auditHeadCommand,
  },
];

/** The commands about the audit trail. */
export const auditCommand = (context: CliContext, argv: readonly string[]): Promise<Command> =>
  commandGroup('audit', ROWS, {
    context,
    argv,
    prepare: (command) => command.addOption(jsonOption()),
  });
