import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PkiError, systemErrorCode, systemErrorText } from '../errors.ts';
import type { ProfileFiles } from '../profiles/resolve.ts';

/** What a profile may be called: its name is that of a file. */
const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;

const EXTENSION = '.yaml';

export const isProfileName = (name: string): boolean => NAME.test(name);

/** `NAME.yaml` for a profile. */
export const profileFileName = (name: string): string => `${name}${EXTENSION}`;

/** The profile that a file of this name holds; undefined if it is not the name of one. */
export function profileNameOf(fileName: string): string | undefined {
  const name = fileName.slice(0, -EXTENSION.length);
  return fileName.endsWith(EXTENSION) && isProfileName(name) ? name : undefined;
}

/** The profiles in a directory, which need not exist; `shown` is what errors call it. */
export const profileFiles = (directory: string, shown = directory): ProfileFiles => ({
  names: () =>
    unlessMissing(directory, () => readdirSync(directory))
      ?.flatMap((file) => profileNameOf(file) ?? [])
      .toSorted() ?? [],
  has: (name) => isProfileName(name) && existsSync(join(directory, profileFileName(name))),
  read(name) {
    if (!isProfileName(name)) return undefined;
    const file = profileFileName(name);
    const path = join(directory, file);
    const text = unlessMissing(path, () => readFileSync(path, 'utf8'));
    return text === undefined ? undefined : { text, path: join(shown, file) };
  },
});

function unlessMissing<Result>(path: string, read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) return undefined;
    throw new PkiError('STORE', `cannot read ${path}: ${systemErrorText(error)}`, { cause: error });
  }
}
