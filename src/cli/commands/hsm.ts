import { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { addTokenKeyOptions } from '../hsm-options.ts';
import { addSecretOptions, jsonOption } from '../options.ts';

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
];

/** The commands about tokens; only those that `argv` mentions are loaded. */
export async function hsmCommand(context: CliContext, argv: readonly string[]): Promise<Command> {
  const group = new Command('hsm');
  for (const { name, summary, load } of ROWS) {
    const command = new Command(name).description(summary);
    if (argv.includes(name)) {
      addSecretOptions(addTokenKeyOptions(command)).addOption(jsonOption());
      (await load())(command, context);
    }
    group.addCommand(command);
  }
  return group;
}
