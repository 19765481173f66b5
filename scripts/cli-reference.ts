/** The generated parts of docs/cli.md. */
import { processContext } from '../src/cli/context.ts';
import { ENVIRONMENT } from '../src/cli/environment.ts';
import {
  type CommandOutline,
  callable,
  type OptionOutline,
  programOutline,
} from '../src/cli/outline.ts';
import { EXIT_STATUSES } from '../src/errors.ts';
import { code, table } from './markdown.ts';
import { divided, sharedOptions } from './shared-options.ts';

/** The whole command line, loaded once. */
export const OUTLINE = programOutline(processContext(new AbortController().signal));

const titleOf = ({ words }: CommandOutline): string => ['pki', ...words].join(' ');

export const commandList = async (): Promise<string> =>
  callable(await OUTLINE)
    .map((command) => {
      const title = titleOf(command);
      return `- [${code(title)}](#${title.replaceAll(' ', '-')}): ${command.summary}`;
    })
    .join('\n');

export async function commandReference(): Promise<string> {
  const program = await OUTLINE;
  const shared = sharedOptions(program);
  return callable(program)
    .map((command) => section(command, shared))
    .join('\n\n');
}

export const sharedReference = async (): Promise<string> =>
  optionTable(sharedOptions(await OUTLINE));

function section(command: CommandOutline, shared: readonly OptionOutline[]): string {
  const { own, common } = divided(command, shared);
  const { summary, usage, examples, notes } = command;
  const names = common.map(({ long }) => code(long)).join(', ');
  return [
    `### ${titleOf(command)}`,
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    fenced(usage),
    ...(command.arguments.length === 0 ? [] : [argumentTable(command)]),
    optionTable(own),
    ...(common.length === 0
      ? []
      : [
          `Besides, with [the meaning that they have everywhere](#options-of-many-commands): ${names}.`,
        ]),
    ...(notes === '' ? [] : [fenced(notes)]),
    ...(examples.length === 0 ? [] : [fenced(examples.join('\n'), 'sh')]),
  ].join('\n\n');
}

const fenced = (text: string, language = 'text'): string => `\`\`\`${language}\n${text}\n\`\`\``;

const argumentTable = (command: CommandOutline): string =>
  table(
    ['argument', 'meaning'],
    command.arguments.map(({ name, summary, choices }) => [
      code(name),
      choices.length === 0 ? summary : `${summary}: ${choices.join(', ')}`,
    ]),
  );

const optionTable = (options: readonly OptionOutline[]): string =>
  table(
    ['option', 'meaning'],
    options.map(({ flags, summary, required }) => [
      code(flags),
      required ? `${summary}; required` : summary,
    ]),
  );

export const errorTable = (): string =>
  table(
    ['status', '`code`', 'meaning'],
    EXIT_STATUSES.map(({ status, code: name, meaning }) => [
      `${status}`,
      name === undefined ? '–' : code(name),
      meaning,
    ]),
  );

export const environmentTable = (): string =>
  table(
    ['variable', 'meaning'],
    ENVIRONMENT.map(({ name, purpose }) => [code(name), purpose]),
  );
