import type { Argument, Command, Option } from 'commander';
import { collect } from './collect.ts';
import type { CliContext } from './context.ts';
import { pkiProgram } from './program.ts';

/** The whole command line as data: completions and the reference are made from it. */
export interface CommandOutline {
  /** Without `pki`, as `['ocsp', 'sign']`; none for the program itself. */
  readonly words: readonly string[];
  readonly summary: string;
  /** What `--help` shows behind `Usage: `. */
  readonly usage: string;
  readonly arguments: readonly ArgumentOutline[];
  readonly options: readonly OptionOutline[];
  /** What `--help` says after the options, without the examples. */
  readonly notes: string;
  /** Command lines, those that go on in a next line included. */
  readonly examples: readonly string[];
  readonly commands: readonly CommandOutline[];
}

export interface ArgumentOutline {
  /** The placeholder, such as `file|serial`. */
  readonly name: string;
  readonly summary: string;
  readonly variadic: boolean;
  readonly choices: readonly string[];
}

export interface OptionOutline {
  /** As `--out <file>`, or `-h, --help`. */
  readonly flags: string;
  readonly long: string;
  readonly short: string | undefined;
  /** With the default and the choices, as `--help` has it. */
  readonly summary: string;
  /** The placeholder of its value; undefined if it takes none. */
  readonly value: string | undefined;
  readonly choices: readonly string[];
  readonly required: boolean;
  readonly repeatable: boolean;
}

/** Loads every command, which takes a while: for those who ask about all of them. */
export async function programOutline(context: CliContext): Promise<CommandOutline> {
  let names: readonly string[] = [];
  for (;;) {
    const program = await pkiProgram(names, context);
    const found = namesIn(program);
    if (found.length === names.length) return outlineOf(program, []);
    names = found; // what they load may have commands in turn
  }
}

/** All commands that can be called, in order; groups are left out. */
export const callable = (outline: CommandOutline): readonly CommandOutline[] =>
  outline.commands.length === 0 ? [outline] : outline.commands.flatMap(callable);

const namesIn = ({ commands }: Command): readonly string[] =>
  commands.flatMap((command) => [command.name(), ...namesIn(command)]);

function outlineOf(command: Command, words: readonly string[]): CommandOutline {
  const help = command.createHelp();
  const { notes, examples } = afterHelp(command);
  return {
    words,
    summary: command.description(),
    usage: help.commandUsage(command),
    arguments: command.registeredArguments.map(argumentOutline),
    options: help
      .visibleOptions(command)
      .map((option) => optionOutline(option, help.optionDescription(option))),
    notes,
    examples,
    commands: command.commands.map((sub) => outlineOf(sub, [...words, sub.name()])),
  };
}

const argumentOutline = (argument: Argument): ArgumentOutline => ({
  name: argument.name(),
  summary: argument.description,
  variadic: argument.variadic,
  choices: argument.argChoices ?? [],
});

const optionOutline = (option: Option, summary: string): OptionOutline => ({
  flags: option.flags,
  long: option.long ?? option.flags,
  short: option.short,
  summary,
  value: /<(.+)>/.exec(option.flags)?.[1],
  choices: option.argChoices ?? [],
  required: option.mandatory,
  repeatable: option.parseArg === collect,
});

/** What was given to addHelpText(), which commander only tells as the end of the whole help. */
function afterHelp(command: Command): Pick<CommandOutline, 'notes' | 'examples'> {
  let text = '';
  const writeOut = (part: string) => {
    text += part;
  };
  command.configureOutput({ writeOut }).outputHelp();
  const after = text.slice(command.helpInformation().length);
  const [notes = '', examples = ''] = after.split(/^Examples?:\n/m);
  return {
    notes: notes.trim(),
    examples: examples
      .split(/^ {2}\$ /m)
      .map((example) => example.trim())
      .filter((example) => example !== ''),
  };
}
