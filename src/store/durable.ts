import { closeSync, fsyncSync, openSync, readdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Gives what is on the disk already its name, which survives a power failure once this returns: a
 * rename alone is in the memory of the system until the directory is written.
 */
export function renameDurably(from: string, to: string): void {
  renameSync(from, to);
  synchroniseNames(dirname(to));
}

/** The same for a directory that was just made, with all that is in it. */
export function renameTreeDurably(from: string, to: string): void {
  synchroniseTree(from);
  renameDurably(from, to);
}

/** Makes the contents of a file survive a power failure. */
export function synchronise(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Makes the names in a directory survive a power failure, where that is possible: one that may be
 * written to and not be read cannot be opened, and some file systems have no fsync() for directories.
 * Neither is an error, and nor is a disk that fails just here: the name is given by then, and others
 * see it. Whoever called would take back what belongs to it, such as a key, and leave the file.
 */
export function synchroniseNames(directory: string): void {
  try {
    synchronise(directory);
  } catch {}
}

/** Makes all files below a directory, and their names, survive a power failure. */
export function synchroniseTree(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) synchroniseTree(path);
    else if (entry.isFile()) synchronise(path);
  }
  synchroniseNames(directory);
}
