import { existsSync, readdirSync, type Stats, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { systemErrorCode } from '../../errors.ts';
import { type Check, ok, problem, warning } from '../../hsm/check.ts';
import type { KeyRef } from '../../signers/key-ref.ts';
import { CA_FILES } from '../../store/ca-directory.ts';

/** Bits of a mode: what the group and others may do. */
const OTHERS = { anything: 0o077, write: 0o022 } as const;

/** Whose files they are, what others may do with them, and what was left behind. */
export function* fileChecks(path: string): Generator<Check> {
  const found = [...ownerChecks(path), ...modeChecks(path), ...leftoverChecks(path)];
  yield* found;
  if (found.length === 0) yield ok('directory', `${path}: nothing that others could change or use`);
}

export function* keyFileChecks(path: string, places: readonly KeyRef[]): Generator<Check> {
  for (const place of places) {
    if (place.kind !== 'file' || existsSync(resolve(path, place.path))) continue;
    yield problem('directory', `the key file ${resolve(path, place.path)} is missing`, [
      'restore it from a backup, or name the key where it is with --key',
    ]);
  }
}

function* ownerChecks(path: string): Generator<Check> {
  const { uid } = userInfo();
  const owner = statSync(path).uid;
  if (owner === uid || uid === -1) return; // there are no such numbers on Windows
  yield warning('directory', `${path} belongs to user ${owner}, and pki runs as ${uid}`, [
    'run pki as the owner, so that what it writes stays theirs',
  ]);
}

function* modeChecks(path: string): Generator<Check> {
  const looked = [
    { name: '.', bits: OTHERS.write, should: '700' },
    { name: CA_FILES.keys, bits: OTHERS.anything, should: '700' },
    ...filesIn(join(path, CA_FILES.keys)).map((name) => {
      return { name: join(CA_FILES.keys, name), bits: OTHERS.anything, should: '600' };
    }),
    ...[CA_FILES.store, CA_FILES.config, CA_FILES.certificate, CA_FILES.chain].map((name) => {
      return { name, bits: OTHERS.write, should: '644' };
    }),
  ];
  for (const { name, bits, should } of looked) {
    const file = join(path, name);
    const { mode = 0 } = statOf(file) ?? {};
    if ((mode & bits) === 0) continue;
    const may = bits === OTHERS.write || (mode & OTHERS.write) !== 0 ? 'change' : 'use';
    yield problem('directory', `others may ${may} ${file}: mode ${octal(mode)}`, [
      `chmod ${should} ${file}`,
    ]);
  }
}

/** Names that files, and directories in the making, have until they are complete. */
const TEMPORARY = /^\..+\.[0-9a-f]{12}\.tmp$/;
const CHANGE = new RegExp(`^\\.${CA_FILES.change}\\.\\w{6}$`);

/** What commands that were killed have left in a CA directory, or beside it while they made it. */
export function leftovers(path: string): readonly string[] {
  const places = ['.', CA_FILES.keys, CA_FILES.crl, CA_FILES.profiles];
  const files = places.flatMap((place) =>
    filesIn(join(path, place))
      .filter((name) => TEMPORARY.test(name))
      .map((name) => join(path, place, name)),
  );
  const inTheMaking = new RegExp(`^\\.${RegExp.escape(basename(path))}\\.\\w{6}$`);
  const directories = filesIn(dirname(path)).filter((name) => inTheMaking.test(name));
  const changes = filesIn(path).filter((name) => CHANGE.test(name));
  return [
    ...files,
    ...changes.map((name) => join(path, name)),
    ...directories.map((name) => join(dirname(path), name)),
  ];
}

export const isInside = (directory: string, path: string): boolean =>
  path.startsWith(join(directory, sep));

export function* leftoverChecks(directory: string): Generator<Check> {
  for (const path of leftovers(directory)) {
    yield warning('directory', `${path} was left behind by a command that was killed`, [
      isInside(directory, path)
        ? 'if no pki is at work on it: "pki store settle --leftovers" removes it'
        : 'delete it if no pki is running',
    ]);
  }
}

function filesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).toSorted();
  } catch (error) {
    if (['ENOENT', 'EACCES'].includes(systemErrorCode(error) ?? '')) return [];
    throw error;
  }
}

const statOf = (path: string): Stats | undefined => statSync(path, { throwIfNoEntry: false });

const octal = (mode: number): string => (mode & 0o7777).toString(8).padStart(4, '0');
