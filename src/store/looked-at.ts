import {
  accessSync,
  constants,
  copyFileSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
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
export function lookedAt(given: string): LookedAt {
  const path = realPath(given);
  if (isWritable(dirname(path))) return asItIs(path);
  if (!hasContents(`${path}-wal`)) {
    const location = pathToFileURL(path);
    location.searchParams.set('immutable', '1');
    return { ...asItIs(path), location };
  }
  return copied(path);
}

function copied(path: string): LookedAt {
  let directory: string | undefined;
  const remove = () => directory && rmSync(directory, { recursive: true, force: true });
  try {
    directory = mkdtempSync(join(tmpdir(), 'pki-store-')); // mode 0700
    const location = join(directory, basename(path));
    for (const suffix of ['', '-wal']) copyFileSync(`${path}${suffix}`, `${location}${suffix}`);
    return { location, readOnly: false, [Symbol.dispose]: remove };
  } catch (error) {
    remove();
    throw new PkiError('STORE', `cannot copy ${path} to read it: ${systemErrorText(error)}`, {
      hints: [
        'its directory is read-only, and it has a write-ahead log; set TMPDIR to a disk with room',
      ],
      cause: error,
    });
  }
}

const asItIs = (location: string): LookedAt => ({
  location,
  readOnly: true,
  [Symbol.dispose]: () => undefined,
});

/** Throws STORE where those who change a store could not, or must not. `path` is a real one. */
export function mustBeWritable(path: string): void {
  if (!isWritable(dirname(path))) {
    throw new PkiError('STORE', `the store ${path} failed: its directory cannot be written to`);
  }
  const file = statSync(path, { throwIfNoEntry: false });
  if (!file?.isFile() || file.nlink === 1) return;
  throw new PkiError('STORE', `the store ${path} has several names, which are hard links`, {
    hints: [
      'what is written under one of them damages the file for those who open another (SQLite, write-ahead log)',
      'move it away and put a copy in its place; a backup of it is made by "pki store backup"',
    ],
  });
}

/** Where a store is for SQLite, whose other files are beside that: it follows symbolic links. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path); // of a store that is about to be made
  }
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
