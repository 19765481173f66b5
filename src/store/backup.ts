import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pemBlocks } from '../der/pem.ts';
import { timeText, wholeSeconds } from '../der/time.ts';
import { PkiError, systemErrorText } from '../errors.ts';
import { hashed, MANIFEST, type Manifest } from './backup-manifest.ts';
import { CA_FILES } from './ca-directory.ts';
import { lastCrlNumber } from './crl-rows.ts';
import { renameTreeDurably, synchronise } from './durable.ts';
import { SqliteDatabase } from './sqlite-database.ts';

/** Copied as they are; the store is copied by SQLite, and keys only where they are asked for. */
const COPIED = Object.values(CA_FILES).filter(
  (name) => ![CA_FILES.store, CA_FILES.keys, CA_FILES.change].some((other) => other === name),
);

interface BackupInput {
  readonly path: string;
  /** The subject of the CA, for people. */
  readonly ca: string;
  readonly keys: boolean;
  readonly now: Date;
}

/**
 * Copies a CA into a directory that must not exist, and that appears whole or not at all. The store
 * is as it was at one moment, while others go on issuing. Throws STORE, and POLICY for a key that
 * is not encrypted.
 */
export function backUp({ path, ca, keys, now }: BackupInput, target: string): Manifest {
  if (existsSync(target)) throw alreadyThere(target);
  return attempt(`cannot write ${target}`, () => {
    const staged = mkdtempSync(join(dirname(target), `.${basename(target)}.`)); // mode 0700
    try {
      // the files first: the store is never older than a CRL beside it
      const names = [...COPIED, ...(keys ? [CA_FILES.keys] : [])].flatMap((name) =>
        filesBelow(path, name),
      );
      for (const name of names) copy(join(path, name), join(staged, name));
      if (keys)
        mustBeEncrypted(
          names.filter((name) => dirname(name) === CA_FILES.keys),
          staged,
        );
      const facts = copyStore(join(path, CA_FILES.store), join(staged, CA_FILES.store));
      const files = Object.fromEntries(
        [...names, CA_FILES.store].map((name) => [name, hashed(join(staged, name), target)]),
      );
      const manifest: Manifest = {
        ...{ version: 1, ca, madeAt: timeText(wholeSeconds(now)), ...facts, keys, files },
      };
      const text = `${JSON.stringify(manifest, null, 2)}\n`;
      writeFileSync(join(staged, MANIFEST), text, { mode: 0o600, flush: true });
      if (existsSync(target)) throw alreadyThere(target);
      renameTreeDurably(staged, target);
      return manifest;
    } catch (error) {
      rmSync(staged, { recursive: true, force: true });
      throw error;
    }
  });
}

/** In one transaction that only reads, so that no writer has to wait, nor makes it begin again. */
function copyStore(from: string, to: string): Pick<Manifest, 'lastEntry' | 'crlNumber'> {
  SqliteDatabase.open(from, true, (database) => {
    using opened = database;
    opened.prepare('VACUUM INTO ?').run(to);
  });
  chmodSync(to, 0o600);
  synchronise(to);
  return SqliteDatabase.open(to, true, (database) => {
    using opened = database;
    const last = opened.row('SELECT id, at FROM audit ORDER BY id DESC LIMIT 1');
    return {
      lastEntry: { number: Number(last?.['id'] ?? 0), at: last ? String(last['at']) : null },
      crlNumber: String(opened.version < 2 ? 0n : lastCrlNumber(opened)),
    };
  });
}

/** Paths of the files below a name, relative to the CA; temporary ones are hidden. */
function filesBelow(ca: string, name: string): readonly string[] {
  if (basename(name).startsWith('.')) return [];
  const path = join(ca, name);
  if (dirname(name) === '.' && !lstatSync(path, { throwIfNoEntry: false })) return [];
  const found = entryAt(path);
  if (!found.isDirectory()) return found.isFile() ? [name] : [];
  return readdirSync(path).flatMap((inside) => filesBelow(ca, `${name}/${inside}`));
}

/** What symbolic links lead to: the CA uses it, so that a backup without it would not be one. */
function entryAt(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw new PkiError('STORE', `cannot back up ${path}: ${systemErrorText(error)}`, {
      hints: ['it is a symbolic link that leads nowhere, or its name is not UTF-8; move it away'],
      cause: error,
    });
  }
}

/** To the disk, and for nobody else to read. */
export function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  copyFileSync(from, to);
  chmodSync(to, 0o600);
  synchronise(to);
}

function mustBeEncrypted(names: readonly string[], staged: string): void {
  for (const name of names) {
    const blocks = pemBlocks(readFileSync(join(staged, name), 'latin1'));
    if (blocks.length > 0 && blocks.every(({ label }) => label === 'ENCRYPTED PRIVATE KEY'))
      continue;
    throw new PkiError('POLICY', `${name} is not encrypted, and would be readable in the backup`, {
      hints: ['"pki key convert" encrypts it; or leave out --keys'],
    });
  }
}

const alreadyThere = (target: string): PkiError =>
  new PkiError('STORE', `${target} exists already`, {
    hints: ['a backup is never overwritten; give a directory that does not exist'],
  });

/** Errors of the system become STORE, and begin with `what`. */
export function attempt<Result>(what: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof PkiError) throw error;
    throw new PkiError('STORE', `${what}: ${systemErrorText(error)}`, { cause: error });
  }
}
