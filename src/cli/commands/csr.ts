import type { Command } from 'commander';
import { commandGroup, type GroupRow } from '../command-group.ts';
import type { CliContext } from '../context.ts';
import { jsonOption } from '../options.ts';

const ROWS: readonly GroupRow[] = [
  {
    name: 'create',
    summary: 'make a certificate request',
    load: async () => (await import('./csr/create.ts')).csrCreateCommand,
  },
  {
    name: 'show',
    summary: 'show a certificate request',
    load: async () => (await import('./csr/show.ts')).csrShowCommand,
  },
  {
    name: 'verify',
    summary: 'check that a request proves possession of every key in it',
    load: async () => (await import('./csr/verify.ts')).csrVerifyCommand,
  },
];

/** The commands about requests. */
export const csrCommand = (context: CliContext, argv: readonly string[]): Promise<Command> =>
  commandGroup('csr', ROWS, {
    context,
    argv,
    prepare: (command) => command.addOption(jsonOption()),
  });
