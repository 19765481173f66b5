import { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { addHsmAccessOptions, addTokenKeyOptions } from '../hsm-options.ts';
import { debugOption, jsonOption } from '../options.ts';

interface HsmCommandRow {
  readonly name: string;
  readonly summary: string;
  /** Adds options and action; the options that name and open a token are there already. */
  readonly load: () => Promise<(command: Command, context: CliContext) => Command>;
}

const ROWS: readonly HsmCommandRow[] = [
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

/** The commands about tokens; only those that `argv` mentions are loaded. */
export async function hsmCommand(context: CliContext, argv: readonly string[]): Promise<Command> {
  const group = new Command('hsm');
  for (const { name, summary, load } of ROWS) {
    const command = new Command(name).description(summary);
    if (argv.includes(name)) {
      addHsmAccessOptions(addTokenKeyOptions(command))
        .addOption(debugOption())
        .addOption(jsonOption());
      (await load())(command, context);
    }
    group.addCommand(command);
  }
  return group;
}
