import { type CommandOutline, callable, type OptionOutline } from '../src/cli/outline.ts';

/** As many commands have the options for tokens, which are told once. */
const MANY = 10;

/** Every command has them, and says so in its own words. */
const EVERYWHERE = ['--json', '--help'];

const keyOf = ({ flags, summary }: OptionOutline): string => `${flags} ${summary}`;

/** Options that mean the same in many commands, in their order. */
export function sharedOptions(program: CommandOutline): readonly OptionOutline[] {
  const all = callable(program).flatMap(({ options }) => options);
  const first = new Map(all.map((option) => [keyOf(option), option]));
  return [...first.values()].filter(
    (option) =>
      !EVERYWHERE.includes(option.long) &&
      all.filter((other) => keyOf(other) === keyOf(option)).length >= MANY,
  );
}

/** The options of a command, those apart that it shares with many. */
export function divided({ options }: CommandOutline, shared: readonly OptionOutline[]) {
  const keys = new Set(shared.map(keyOf));
  return {
    own: options.filter((option) => !keys.has(keyOf(option))),
    common: options.filter((option) => keys.has(keyOf(option))),
  };
}
