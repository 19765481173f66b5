import { BUILT_IN_PROFILES, builtInNamed } from './built-in.ts';
import { inconsistencies } from './consistency.ts';
import type { ProfileConfig } from './profile-config.ts';
import { configOf, documentOf, merged } from './profile-document.ts';
import type { ProfileDocument } from './profile-schema.ts';
import { parseProfile } from './yaml-source.ts';

/** Where profiles in YAML are. */
export interface ProfileFiles {
  /** The names of all of them, in order. */
  names(): readonly string[];
  has(name: string): boolean;
  /** The text of one, and its path for errors; undefined if there is none of that name. */
  read(name: string): { readonly text: string; readonly path: string } | undefined;
}

export interface ResolvedProfile {
  /** What it says, together with what it is built on. */
  readonly document: ProfileDocument;
  readonly config: ProfileConfig;
}

/** A built-in profile in the same form. */
export const resolvedBuiltIn = (config: ProfileConfig): ResolvedProfile => ({
  document: documentOf(config),
  config,
});

/**
 * Reads a profile and what it is built on: other files, and in the end perhaps a built-in profile.
 * Throws USAGE with every mistake, its file and its line; undefined if there is no such file.
 */
export function resolveProfile(files: ProfileFiles, name: string): ResolvedProfile | undefined {
  const document = resolved(files, name, []);
  return document && { document, config: configOf(name, document) };
}

function resolved(
  files: ProfileFiles,
  name: string,
  below: readonly string[],
): ProfileDocument | undefined {
  const file = files.read(name);
  if (!file) return undefined;
  const source = parseProfile(file.text, file.path);
  const { extends: base, ...own } = source.document;
  const wrongBase = (why: string) => source.malformed([{ path: ['extends'], why }]);
  if (base !== undefined && below.includes(base)) {
    throw wrongBase(`"${base}" is built on "${name}" itself`);
  }
  const document =
    base === undefined
      ? own
      : merged(baseOf(files, base, [...below, name]) ?? missing(files, base, wrongBase), own);
  const problems = inconsistencies(document);
  if (problems.length > 0) throw source.malformed(problems);
  return document;
}

/** A file comes before a built-in profile, but one that replaces that may be built on it. */
function baseOf(files: ProfileFiles, base: string, below: readonly string[]) {
  const file = below.at(-1) === base ? undefined : resolved(files, base, below);
  if (file) return file;
  const builtIn = builtInNamed(base);
  return builtIn && documentOf(builtIn);
}

function missing(files: ProfileFiles, base: string, wrong: (why: string) => Error): never {
  const names = [...BUILT_IN_PROFILES.map(({ name }) => name), ...files.names()];
  throw wrong(`unknown profile "${base}"; use one of: ${[...new Set(names)].join(', ')}`);
}
