import type { CommandOutline, OptionOutline } from '../outline.ts';
import { fishQuoted } from './quote.ts';
import { argumentValues, CA_OPTIONS, optionValues, type Values } from './values.ts';

/** Completion for fish: a line for each command, option and argument. */
export const fishCompletion = (program: CommandOutline): string => `\
# Completion of pki for fish, made by "pki completion fish".

# Whether the command line is in this command: no option with a value comes before its name.
function __pki_at
    set -l path
    for word in (commandline -opc)[2..]
        string match -q -- '-*' $word; and continue
        contains -- "$path $word" ${paths(program).map(fishQuoted).join(' ')}; or break
        set path "$path $word"
    end
    test "$path" = "$argv[1]"
end

# These profiles, and those of the CA whose directory is on the line.
function __pki_profiles
    printf '%s\\n' $argv
    set -l directory
    set -l option
    for word in (commandline -op)
        if test -n "$option"
            set directory $word
            set option
        else if contains -- $word ${CA_OPTIONS.join(' ')}
            set option $word
        else if string match -qr '^(${CA_OPTIONS.join('|')})=' -- $word
            set directory (string replace -r '^[^=]*=' '' -- $word)
        end
    end
    if string match -q -- '~/*' $directory
        set directory $HOME/(string sub -s 3 -- $directory)
    end
    test -n "$directory"; and test -e $directory/ca.yaml; or return 0
    for file in $directory/profiles/*.yaml
        string replace -rf '^.*/([a-z0-9][a-z0-9-]{0,63})\\.yaml$' '$1' -- $file
    end
end

complete -c pki -f
${lines(program).join('\n')}
`;

/** With a blank before each word. */
const pathOf = ({ words }: CommandOutline): string => words.map((word) => ` ${word}`).join('');

const paths = (command: CommandOutline): readonly string[] =>
  command.commands.flatMap((sub) => [pathOf(sub), ...paths(sub)]);

function lines(command: CommandOutline): readonly string[] {
  const start = `complete -c pki -n ${fishQuoted(`__pki_at ${fishQuoted(pathOf(command))}`)}`;
  return [
    ...command.commands.map(
      ({ words, summary }) =>
        `${start} -a ${fishQuoted(words.at(-1) ?? '')} -d ${fishQuoted(summary)}`,
    ),
    ...command.options.map((option) => `${start} ${optionWords(option)}`),
    ...command.arguments.map((argument) =>
      `${start} ${valueWords(argumentValues(command, argument)).join(' ')}`.trimEnd(),
    ),
    ...command.commands.flatMap(lines),
  ];
}

function optionWords(option: OptionOutline): string {
  const { long, short, summary, value } = option;
  return [
    ...(short === undefined ? [] : ['-s', short.slice(1)]),
    ...['-l', long.slice(2)],
    ...(value === undefined ? [] : ['-r', ...valueWords(optionValues(option))]),
    ...['-d', fishQuoted(summary)],
  ].join(' ');
}

function valueWords(values: Values): readonly string[] {
  if (values === 'files') return ['-F'];
  if (values === 'directories') return ['-f', '-a', "'(__fish_complete_directories)'"];
  if ('builtIn' in values) {
    return ['-f', '-a', fishQuoted(`(__pki_profiles ${values.builtIn.join(' ')})`)];
  }
  return values.length === 0 ? ['-f'] : ['-f', '-a', fishQuoted(values.join(' '))];
}
