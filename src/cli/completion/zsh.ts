import type { ArgumentOutline, CommandOutline, OptionOutline } from '../outline.ts';
import { quoted } from './quote.ts';
import { argumentValues, CA_OPTIONS, optionValues, type Values } from './values.ts';

/** Completion for zsh: a function for each command, in the terms of `_arguments`. */
export const zshCompletion = (program: CommandOutline): string => `#compdef pki
# Completion of pki for zsh, made by "pki completion zsh".

${PROFILES_FUNCTION}

${functions(program).join('\n\n')}

# as a file in $fpath, and sourced
if [[ $funcstack[1] == _pki ]]; then
  _pki "$@"
else
  compdef _pki pki
fi
`;

const PROFILES_FUNCTION = `\
# These profiles, and those of the CA whose directory is on the line.
_pki_profiles() {
  setopt local_options extended_glob
  local directory=\${${CA_OPTIONS.map((option) => `opt_args[${option}]`).join(':-${')}}}
  local -a own expl match mbegin mend
  directory=\${(Q)\${directory//(#b)\\\\([:\\\\])/$match[1]}} # _arguments puts \\ before : and \\
  if [[ $directory == '~/'* ]]; then directory=$HOME/\${directory#'~/'}; fi
  if [[ -n $directory && -e $directory/ca.yaml ]]; then
    own=($directory/profiles/*.yaml(DN:t:r))
    own=(\${(M)own:#[a-z0-9][a-z0-9-]#})
  fi
  _wanted profiles expl profile compadd -- "$@" $own
}`;

const functions = (command: CommandOutline): readonly string[] => [
  ...command.commands.flatMap(functions),
  command.commands.length > 0 ? groupFunction(command) : commandFunction(command),
];

const nameOf = ({ words }: CommandOutline): string => ['_pki', ...words].join('_');

const commandFunction = (command: CommandOutline): string => `${nameOf(command)}() {
  typeset -A opt_args
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
  if ('builtIn' in values) return `{_pki_profiles ${values.builtIn.join(' ')}}`;
  return values.length === 0 ? ' ' : `(${values.join(' ')})`;
}
