import { ALGORITHMS, KEY_ALGORITHMS } from '../../algorithms/registry.ts';
import { BUILT_IN_PROFILES, ROOT_CA } from '../../profiles/built-in.ts';
import { VENDORS } from '../../signers/pkcs11/quirks.ts';
import type { ArgumentOutline, CommandOutline, OptionOutline } from '../outline.ts';

/**
 * What a shell can propose for a value: names of files or of directories, one of some words, or one
 * of these profiles and those that the CA on the command line has of its own.
 */
export type Values = 'files' | 'directories' | readonly string[] | ProfileValues;

export interface ProfileValues {
  readonly builtIn: readonly string[];
}

/** The options that name the directory of the CA whose profiles are meant. */
export const CA_OPTIONS = ['--ca-dir', '--parent'] as const;

const names = (rows: readonly { readonly name: string }[]): readonly string[] =>
  rows.map(({ name }) => name);

const PROFILES = names(BUILT_IN_PROFILES);

/** Of the same names in all commands. */
const OPTION_VALUES: Readonly<Record<string, Values>> = {
  '--algorithm': names(ALGORITHMS),
  '--extends': { builtIn: PROFILES },
  '--key-algorithm': names(KEY_ALGORITHMS),
  '--ml-dsa': names(ALGORITHMS.filter(({ family }) => family === 'ml-dsa')),
  '--pkcs11-vendor': VENDORS,
  // the one of a root "pki init-ca" takes by itself
  '--profile': { builtIn: PROFILES.filter((name) => name !== ROOT_CA) },
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
  if (words[0] !== 'profile' || words[1] === 'new' || argument.name !== 'name') {
    return PLACEHOLDERS[argument.name] ?? NOTHING;
  }
  return words[1] === 'export' ? PROFILES : { builtIn: PROFILES };
}
