import type { Command } from 'commander';
import { commandGroup, type GroupRow } from '../command-group.ts';
import type { CliContext } from '../context.ts';
import { jsonOption } from '../options.ts';

const ROWS: readonly GroupRow[] = [
  {
    name: 'generate',
    summary: 'make a private key in a file',
    load: async () => (await import('./key/generate.ts')).keyGenerateCommand,
  },
  {
    name: 'show',
    summary: 'show what a private key file holds, but for its secrets',
    load: async () => (await import('./key/show.ts')).keyShowCommand,
  },
  {
    name: 'public',
    summary: 'print the public key of a private key, in a file or in a token',
    load: async () => (await import('./key/public.ts')).keyPublicCommand,
  },
  {
    name: 'convert',
    summary: 'write a private key file anew: its form, its encryption',
    load: async () => (await import('./key/convert.ts')).keyConvertCommand,
  },
];

/** The commands about private keys in files; those in tokens have "pki hsm". */
export const keyCommand = (context: CliContext, argv: readonly string[]): Promise<Command> =>
  commandGroup('key', ROWS, {
    context,
    argv,
    prepare: (command) => command.addOption(jsonOption()),
  });
