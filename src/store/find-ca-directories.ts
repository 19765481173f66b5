import { type Dirent, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PkiError, systemErrorText } from '../errors.ts';
import { CA_FILES } from './ca-directory.ts';

const OF_A_CA: ReadonlySet<string> = new Set(Object.values(CA_FILES));

/**
 * The CA directory itself, if it is one, and all that are below it, each before those below it.
 * Symbolic links and hidden directories are left alone. Throws STORE if `path` cannot be read.
 */
export function* findCaDirectories(path: string): Generator<string> {
  yield* within(path, entriesOf(path));
}

function* within(path: string, entries: readonly Dirent[]): Generator<string> {
  const isCa = existsSync(join(path, CA_FILES.config));
  if (isCa) yield path;
  const names = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .filter((name) => name !== 'node_modules' && !(isCa && OF_A_CA.has(name)));
  for (const name of names.toSorted()) {
    yield* within(join(path, name), readable(join(path, name)));
  }
}

function entriesOf(path: string): readonly Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    throw new PkiError('STORE', `cannot read ${path}: ${systemErrorText(error)}`, { cause: error });
  }
}

/** What is below somebody else's directory is nobody's question. */
function readable(path: string): readonly Dirent[] {
  try {
    return entriesOf(path);
  } catch {
    return [];
  }
}
