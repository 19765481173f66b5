import type { Command } from 'commander';
import { commandGroup, type GroupRow } from '../command-group.ts';
import type { CliContext } from '../context.ts';
import { jsonOption } from '../options.ts';

const ROWS: readonly GroupRow[] = [
  {
    name: 'list',
    summary: 'list the profiles that there are',
    load: async () => (await import('./profile/list.ts')).profileListCommand,
  },
  {
    name: 'show',
    summary: 'show a profile, together with what it is built on',
    load: async () => (await import('./profile/show.ts')).profileShowCommand,
  },
  {
    name: 'check',
    summary: 'check a file, and name every mistake in it with its line',
    load: async () => (await import('./profile/check.ts')).profileCheckCommand,
  },
  {
    name: 'export',
    summary: 'print a built-in profile in YAML, to start from',
    load: async () => (await import('./profile/export.ts')).profileExportCommand,
  },
  {
    name: 'new',
    summary: 'make a file with comments, to be filled in',
    load: async () => (await import('./profile/new.ts')).profileNewCommand,
  },
];

/** The commands about profiles. */
export const profileCommand = (context: CliContext, argv: readonly string[]): Promise<Command> =>
  commandGroup('profile', ROWS, {
    context,
    argv,
    prepare: (command) => command.addOption(jsonOption()),
  });
