import { accessSync, constants, copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PkiError, systemErrorText } from '../errors.ts';

/** What SQLite is to open for those who only look. */
export interface LookedAt extends Disposable {
  readonly location: string | URL;
  readonly readOnly: boolean;
}

/**
 * Where a directory cannot be written to, SQLite cannot make the memory that the users of a store
 * share. Without a write-ahead log the file is all there is, and is read as it is; with one, left by
 * a process that was killed, both are copied to a place where SQLite can put them together.
 */
export function lookedAt(path: string): LookedAt {
  if (isWritable(dirname(resolve(path)))) return asItIs(path);
  if (!hasContents(`${path}-wal`)) {
    const location = pathToFileURL(path);
    location.searchParams.set('immutable', '1');
    return { ...asItIs(path), location };
  }
  return copied(path);
}

function copied(path: string): LookedAt {
  const directory = mkdtempSync(join(tmpdir(), 'pki-store-')); // mode 0700
  const remove = () => rmSync(directory, { recursive: true, force: true });
  const location = join(directory, basename(path));
  try {
    for (const suffix of ['', '-wal']) copyFileSync(`${path}${suffix}`, `${location}${suffix}`);
  } catch (error) {
    remove();
    throw new PkiError('STORE', `cannot copy ${path} to read it: ${systemErrorText(error)}`, {
      hints: [
        'its directory is read-only, and it has a write-ahead log; set TMPDIR to a disk with room',
      ],
      cause: error,
    });
  }
  return { location, readOnly: false, [Symbol.dispose]: remove };
}

const asItIs = (location: string): LookedAt => ({
  location,
  readOnly: true,
  [Symbol.dispose]: () => undefined,
});

/** Throws STORE where those who change a store could not. */
export function mustBeWritable(path: string): void {
  if (isWritable(dirname(resolve(path)))) return;
  throw new PkiError('STORE', `the store ${path} failed: its directory cannot be written to`);
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

const hasContents = (path: string): boolean =>
  (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
