import { ALGORITHMS, KEY_ALGORITHMS } from '../../algorithms/registry.ts';
import { BUILT_IN_PROFILES, ROOT_CA } from '../../profiles/built-in.ts';
import { VENDORS } from '../../signers/pkcs11/quirks.ts';
import type { ArgumentOutline, CommandOutline, OptionOutline } from '../outline.ts';

/** What a shell can propose for a value: names of files or of directories, or one of some words. */
export type Values = 'files' | 'directories' | readonly string[];

const names = (rows: readonly { readonly name: string }[]): readonly string[] =>
  rows.map(({ name }) => name);

const PROFILES = names(BUILT_IN_PROFILES);

/** Of the same names in all commands; those of a CA's own profiles are only known in its directory. */
const OPTION_VALUES: Readonly<Record<string, readonly string[]>> = {
  '--algorithm': names(ALGORITHMS),
  '--extends': PROFILES,
  '--key-algorithm': names(KEY_ALGORITHMS),
  '--ml-dsa': names(ALGORITHMS.filter(({ family }) => family === 'ml-dsa')),
  '--pkcs11-vendor': VENDORS,
  '--profile': PROFILES.filter((name) => name !== ROOT_CA), // that one "pki init-ca" takes by itself
};

/** Placeholders that stand for paths. */
const PLACEHOLDERS: Readonly<Record<string, Values>> = {
  certificate: 'files',
  directory: 'directories',
  file: 'files',
  'file|serial': 'files',
  intermediate: 'files',
  path: 'files',
};

/** None where only the user knows. */
const NOTHING: readonly string[] = [];

export function optionValues({ long, value, choices }: OptionOutline): Values {
  if (choices.length > 0) return choices;
  return OPTION_VALUES[long] ?? PLACEHOLDERS[value ?? ''] ?? NOTHING;
}

export function argumentValues({ words }: CommandOutline, argument: ArgumentOutline): Values {
  if (argument.choices.length > 0) return argument.choices;
  const isProfile = words[0] === 'profile' && words[1] !== 'new' && argument.name === 'name';
  return isProfile ? PROFILES : (PLACEHOLDERS[argument.name] ?? NOTHING);
}
