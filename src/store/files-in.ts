import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PkiError, systemErrorCode, systemErrorText } from '../errors.ts';

/** A file that an operator has put into a CA directory; `shown` is what errors call it. */
export interface ShownFile {
  readonly path: string;
  readonly shown: string;
}

/** The files of a directory, which need not exist, in the order of their names; no hidden ones. */
export const filesIn = (path: string, shown: string): readonly ShownFile[] =>
  entries(path)
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => ({ path: join(path, name), shown: join(shown, name) }))
    .toSorted((one, other) => (one.path < other.path ? -1 : 1));

function entries(path: string): readonly Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw new PkiError('STORE', `cannot read ${path}: ${systemErrorText(error)}`, { cause: error });
  }
}
