import { Command } from 'commander';
import type { CliContext } from './context.ts';

/** A command of a group, such as `generate` of `pki key`. */
export interface GroupRow {
  readonly name: string;
  readonly summary: string;
  /** Adds options and action. */
  readonly load: () => Promise<(command: Command, context: CliContext) => Command>;
}

export interface GroupOptions {
  readonly context: CliContext;
  readonly argv: readonly string[];
  /** Adds what all commands of the group have, before their own options. */
  readonly prepare: (command: Command) => Command;
}

/** A command that has commands; only those that `argv` mentions are loaded. */
export async function commandGroup(
  name: string,
  rows: readonly GroupRow[],
  { context, argv, prepare }: GroupOptions,
): Promise<Command> {
  const group = new Command(name);
  for (const row of rows) {
    const command = new Command(row.name).description(row.summary);
    if (argv.includes(row.name)) (await row.load())(prepare(command), context);
    group.addCommand(command);
  }
  return group;
}
