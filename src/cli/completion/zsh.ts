import type { ArgumentOutline, CommandOutline, OptionOutline } from '../outline.ts';
import { quoted } from './quote.ts';
import { argumentValues, optionValues, type Values } from './values.ts';

/** Completion for zsh: a function for each command, in the terms of `_arguments`. */
export const zshCompletion = (program: CommandOutline): string => `#compdef pki
# Completion of pki for zsh, made by "pki completion zsh".

${functions(program).join('\n\n')}

# as a file in $fpath, and sourced
if [[ $funcstack[1] == _pki ]]; then
  _pki "$@"
else
  compdef _pki pki
fi
`;

const functions = (command: CommandOutline): readonly string[] => [
  ...command.commands.flatMap(functions),
  command.commands.length > 0 ? groupFunction(command) : commandFunction(command),
];

const nameOf = ({ words }: CommandOutline): string => ['_pki', ...words].join('_');

const commandFunction = (command: CommandOutline): string => `${nameOf(command)}() {
  _arguments -S \\
${[...command.options.flatMap(optionSpecs), ...argumentSpecs(command)]
  .map((spec) => `    ${quoted(spec)}`)
  .join(' \\\n')}
}`;

function groupFunction(command: CommandOutline): string {
  const rows = command.commands.map(({ words, summary }) =>
    quoted(`${words.at(-1)}:${summary.replaceAll(':', '\\:')}`),
  );
  const cases = command.commands.map((sub) => `        ${sub.words.at(-1)}) ${nameOf(sub)} ;;`);
  return `${nameOf(command)}() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  _arguments -C -S \\
${command.options
  .flatMap(optionSpecs)
  .map((spec) => `    ${quoted(spec)} \\`)
  .join('\n')}
    '1: :->command' '*:: :->rest'
  case $state in
    command)
      local -a commands=(
        ${rows.join('\n        ')}
      )
      _describe command commands
      ;;
    rest)
      case $words[1] in
${cases.join('\n')}
      esac
      ;;
  esac
}`;
}

function optionSpecs(option: OptionOutline): readonly string[] {
  const { long, short, summary, value, repeatable } = option;
  const explained = `[${summary.replaceAll(/[[\]\\]/g, '\\$&')}]`;
  if (value === undefined) {
    const excluded = short === undefined ? '' : `(${short} ${long})`;
    return [short, long]
      .filter((flag) => flag !== undefined)
      .map((flag) => `${excluded}${flag}${explained}`);
  }
  const action = actionOf(optionValues(option));
  return [`${repeatable ? '*' : ''}${long}=${explained}:${message(value)}:${action}`];
}

const argumentSpecs = (command: CommandOutline): readonly string[] =>
  command.arguments.map((argument: ArgumentOutline, index) => {
    const place = argument.variadic ? '*' : `${index + 1}`;
    return `${place}:${message(argument.name)}:${actionOf(argumentValues(command, argument))}`;
  });

const message = (text: string): string => text.replaceAll(/[:\\]/g, '\\$&');

/** A blank stands for a value of which nothing is known. */
function actionOf(values: Values): string {
  if (values === 'files') return '_files';
  if (values === 'directories') return '_files -/';
  return values.length === 0 ? ' ' : `(${values.join(' ')})`;
}
