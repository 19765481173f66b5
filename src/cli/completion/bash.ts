import { type CommandOutline, callable } from '../outline.ts';
import { quoted } from './quote.ts';
import { argumentValues, CA_OPTIONS, optionValues, type Values } from './values.ts';

/** Completion for bash 4 or newer: three tables, and a function that looks into them. */
export function bashCompletion(program: CommandOutline): string {
  const groups = outlines(program).filter(({ commands }) => commands.length > 0);
  return `# Completion of pki for bash 4 or newer, made by "pki completion bash".

# The commands below a command.
_pki_commands() {
  case $1 in
${groups.map((group) => branch([pathOf(group)], namesOf(group))).join('\n')}
    *) REPLY= ;;
  esac
}

_pki_options() {
  case $1 in
${outlines(program)
  .map((command) => branch([pathOf(command)], flagsOf(command)))
  .join('\n')}
    *) REPLY= ;;
  esac
}

# What the value of an option can be, or the argument with a number; empty if there is none.
_pki_values() {
  case $1 in
${valueBranches(program).join('\n')}
    *) REPLY= ;;
  esac
}
${FUNCTION}`;
}

const FUNCTION = `
# A word of the line as the shell takes it, but for what it would expand; only ~/ is.
_pki_unquoted() {
  local quote= index
  REPLY=
  for ((index = 0; index < \${#1}; index++)); do
    case $quote\${1:index:1} in
      "\\\\" | "\\"\\\\") REPLY+=\${1: ++index:1} ;;
      "'" | "\\"") quote=\${1:index:1} ;;
      "''" | "\\"\\"") quote= ;;
      *) REPLY+=\${1:index:1} ;;
    esac
  done
  if [[ $1 == "~/"* ]]; then REPLY=$HOME/\${REPLY:2}; fi
}

# The profiles of the CA whose directory is on the line, by names that mean nothing to the shell.
_pki_own_profiles() {
  local LC_ALL=C REPLY= index name
  for ((index = 1; index < \${#COMP_WORDS[@]}; index++)); do
    [[ \${COMP_WORDS[index]} == @(${CA_OPTIONS.join('|')}) ]] || continue
    if [[ \${COMP_WORDS[index + 1]-} == = ]]; then ((index++)); fi
    _pki_unquoted "\${COMP_WORDS[index + 1]-}"
  done
  [[ -n $REPLY && -e $REPLY/ca.yaml ]] || return 0
  shopt -u failglob
  for name in "$REPLY"/profiles/*.yaml; do
    name=\${name##*/}
    name=\${name%.yaml}
    if [[ $name =~ ^[a-z0-9][a-z0-9-]{0,63}$ ]]; then printf ' %s' "$name"; fi
  done
}

_pki() {
  local REPLY path= option= current=\${COMP_WORDS[COMP_CWORD]} count=0 index word
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    if [[ $word == [=:]* ]]; then # readline takes words apart there
      if [[ $word == = && -n $option ]] && ((index == COMP_CWORD - 1)); then break; fi
      option=
      ((index++))
    elif [[ -n $option ]]; then
      option=
    elif [[ $word == -* ]]; then
      _pki_values "$path $word"
      if [[ -n $REPLY ]]; then option=$word; fi
    else
      _pki_commands "$path"
      if [[ " $REPLY " == *" $word "* ]]; then path=\${path:+$path }$word; else ((count += 1)); fi
    fi
  done
  if [[ $current == = && -n $option ]]; then current=; fi

  if [[ -n $option ]]; then
    _pki_values "$path $option"
  elif [[ $current == -* ]]; then
    _pki_options "$path"
    REPLY="words $REPLY"
  else
    _pki_commands "$path"
    if [[ -n $REPLY ]]; then REPLY="words $REPLY"; else _pki_values "$path $count"; fi
  fi
  case $REPLY in
    files)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      ;;
    directories)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      ;;
    profiles*)
      REPLY="\${REPLY#profiles} $(_pki_own_profiles)"
      mapfile -t COMPREPLY < <(compgen -W "$REPLY" -- "$current")
      ;;
    words*) mapfile -t COMPREPLY < <(compgen -W "\${REPLY#words}" -- "$current") ;;
  esac
}

complete -F _pki pki
`;

const outlines = (outline: CommandOutline): readonly CommandOutline[] => [
  outline,
  ...outline.commands.flatMap(outlines),
];

const pathOf = ({ words }: CommandOutline): string => words.join(' ');

const namesOf = ({ commands }: CommandOutline): string =>
  commands.map(({ words }) => words.at(-1)).join(' ');

const flagsOf = ({ options }: CommandOutline): string =>
  options.flatMap(({ long, short }) => (short === undefined ? [long] : [long, short])).join(' ');

const branch = (keys: readonly string[], reply: string): string =>
  `    ${keys.map(casePattern).join(' | ')}) REPLY=${quoted(reply)} ;;`;

/** A variadic argument is the one at any place. */
const casePattern = (key: string): string =>
  key.endsWith(' *') ? `${quoted(key.slice(0, -1))}[0-9]*` : quoted(key);

const replyOf = (values: Values): string =>
  typeof values === 'string'
    ? values
    : 'builtIn' in values
      ? ['profiles', ...values.builtIn].join(' ')
      : ['words', ...values].join(' ');

/** One branch for each set of values, since the same options are found in many commands. */
function valueBranches(program: CommandOutline): readonly string[] {
  const keys = new Map<string, string[]>();
  const add = (key: string, values: Values) => {
    const reply = replyOf(values);
    keys.set(reply, [...(keys.get(reply) ?? []), key]);
  };
  for (const command of callable(program)) {
    const path = pathOf(command);
    for (const option of command.options) {
      if (option.value !== undefined) add(`${path} ${option.long}`, optionValues(option));
    }
    for (const [index, argument] of command.arguments.entries()) {
      const place = argument.variadic ? '*' : `${index}`;
      add(`${path} ${place}`, argumentValues(command, argument));
    }
  }
  return [...keys].map(([reply, some]) => branch(some, reply));
}
