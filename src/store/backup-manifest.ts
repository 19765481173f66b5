import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { PkiError, systemErrorText } from '../errors.ts';

export const MANIFEST = 'manifest.json';

/** What is in a backup, and what the CA had done when it was made. */
export interface Manifest {
  readonly version: 1;
  /** For people. */
  readonly ca: string;
  /** ISO 8601, Zulu. */
  readonly madeAt: string;
  /** The last entry of the audit trail: what came after it is not in the backup. */
  readonly lastEntry: { readonly number: number; readonly at: string | null };
  /** The highest number of a CRL; decimal. */
  readonly crlNumber: string;
  readonly keys: boolean;
  /** By path, with `/`: SHA-256 in hexadecimal. */
  readonly files: Readonly<Record<string, string>>;
}

/** Reads the manifest of a backup and holds its files against it. Throws USAGE, STORE, INTEGRITY. */
export function verifiedManifest(backup: string, shown: string): Manifest {
  const manifest = parsed(backup, shown);
  for (const [path, hash] of Object.entries(manifest.files)) {
    if (!isInside(path)) throw malformed(shown, `it names ${path}`);
    if (hashed(join(backup, path), shown) === hash) continue;
    throw new PkiError('INTEGRITY', `${path} in ${shown} is not what was backed up`, {
      hints: ['its SHA-256 differs from the one in manifest.json; use another backup'],
    });
  }
  return manifest;
}

/** SHA-256 of a file in hexadecimal, read in parts: a store may be large. */
export function hashed(path: string, shown: string): string {
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(1 << 20);
  try {
    const file = openSync(path, 'r');
    try {
      for (let read = -1; read !== 0; ) {
        read = readSync(file, chunk);
        hash.update(chunk.subarray(0, read));
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const message = `cannot read ${path} of ${shown}: ${systemErrorText(error)}`;
    throw new PkiError('STORE', message, { cause: error });
  }
  return hash.digest('hex');
}

function parsed(backup: string, shown: string): Manifest {
  let text: string;
  try {
    text = readFileSync(join(backup, MANIFEST), 'utf8');
  } catch (error) {
    throw new PkiError('USAGE', `${shown} is no backup of a CA: ${systemErrorText(error)}`, {
      hints: ['name a directory that "pki store backup" has made'],
      cause: error,
    });
  }
  let manifest: Partial<Manifest> | null;
  try {
    manifest = JSON.parse(text);
  } catch (error) {
    throw malformed(shown, 'manifest.json is no JSON', error);
  }
  if (manifest?.version !== 1) throw malformed(shown, 'its version is not 1');
  const { files, lastEntry, crlNumber, madeAt } = manifest;
  const hashes = Object.values(files ?? {});
  const isSound =
    hashes.length > 0 &&
    hashes.every((hash) => /^[0-9a-f]{64}$/.test(String(hash))) &&
    Number.isInteger(lastEntry?.number) &&
    /^\d+$/.test(String(crlNumber)) &&
    typeof madeAt === 'string';
  if (!isSound) throw malformed(shown, 'a field of manifest.json is missing or wrong');
  return manifest as Manifest;
}

/** A manifest is text from others: it must not lead out of the directory. */
const isInside = (path: string): boolean =>
  /^[\w.-][^\\\0]*$/.test(path) && !path.split('/').some((part) => part === '' || part === '..');

const malformed = (shown: string, why: string, cause?: unknown): PkiError =>
  new PkiError('INTEGRITY', `${shown} is no sound backup of a CA: ${why}`, { cause });
