import type { Command } from 'commander';
import { commandGroup, type GroupRow } from '../command-group.ts';
import type { CliContext } from '../context.ts';
import { addHsmAccessOptions, addTokenKeyOptions } from '../hsm/hsm-options.ts';
import { debugOption, jsonOption } from '../options.ts';

const ROWS: readonly GroupRow[] = [
  {
    name: 'list',
    summary: 'list the tokens of a PKCS#11 library',
    load: async () => (await import('./hsm/list.ts')).hsmListCommand,
  },
  {
    name: 'info',
    summary: 'show what a token tells without a login',
    load: async () => (await import('./hsm/info.ts')).hsmInfoCommand,
  },
  {
    name: 'mechanisms',
    summary: 'list the mechanisms of a token, and what pki does with them',
    load: async () => (await import('./hsm/mechanisms.ts')).hsmMechanismsCommand,
  },
  {
    name: 'keys',
    summary: 'list the keys and certificates of a token, and what is odd about them',
    load: async () => (await import('./hsm/keys.ts')).hsmKeysCommand,
  },
  {
    name: 'generate',
    summary: 'make a key pair in a token',
    load: async () => (await import('./hsm/generate.ts')).hsmGenerateCommand,
  },
  {
    name: 'delete',
    summary: 'delete a key pair from a token',
    load: async () => (await import('./hsm/delete.ts')).hsmDeleteCommand,
  },
  {
    name: 'test',
    summary: 'sign with a key by every mechanism, and verify',
    load: async () => (await import('./hsm/test.ts')).hsmTestCommand,
  },
  {
    name: 'doctor',
    summary: 'look at everything that a signature depends on',
    load: async () => (await import('./hsm/doctor.ts')).hsmDoctorCommand,
  },
  {
    name: 'health',
    summary: 'log in, sign once and tell how long it took, for monitoring',
    load: async () => (await import('./hsm/health.ts')).hsmHealthCommand,
  },
  {
    name: 'backup',
    summary: 'back up a key of a token into an encrypted file',
    load: async () => (await import('./hsm/backup.ts')).hsmBackupCommand,
  },
  {
    name: 'restore',
    summary: 'put a key from a backup into a token',
    load: async () => (await import('./hsm/restore.ts')).hsmRestoreCommand,
  },
];

/** The commands about tokens. */
export const hsmCommand = (context: CliContext, argv: readonly string[]): Promise<Command> =>
  commandGroup('hsm', ROWS, {
    context,
    argv,
    prepare: (command) =>
      addHsmAccessOptions(addTokenKeyOptions(command))
        .addOption(debugOption())
        .addOption(jsonOption()),
  });
