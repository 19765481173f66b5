import { randomBytes } from 'node:crypto';
import { lstatSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PkiError, systemErrorText } from '../../errors.ts';
import { CA_FILES } from '../../store/ca-directory.ts';
import { isInside, leftovers } from '../doctor/files.ts';

/**
 * Removes what commands that were killed have left inside a CA directory; returns its paths. What is
 * in the making beside it stays: another CA may be. Throws STORE.
 */
export function removeLeftovers(ca: string): readonly string[] {
  const inside = leftovers(ca).filter((path) => isInside(ca, path));
  for (const path of inside) {
    try {
      remove(path);
    } catch (error) {
      throw new PkiError('STORE', `cannot remove ${path}: ${systemErrorText(error)}`, {
        cause: error,
      });
    }
  }
  return inside;
}

/**
 * A directory gets another name of its kind first: a command that is at work on it after all finds
 * all of it or nothing, and never puts half of it in its place.
 */
function remove(path: string): void {
  if (!lstatSync(path).isDirectory()) {
    rmSync(path);
    return;
  }
  const aside = join(dirname(path), `.${CA_FILES.change}.${randomBytes(3).toString('hex')}`);
  renameSync(path, aside);
  rmSync(aside, { recursive: true });
}
