import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PkiError, systemErrorCode, systemErrorText } from '../errors.ts';
import { synchroniseNames } from '../store/durable.ts';

export interface OutputFileOptions {
  readonly mode: number;
  /** Replace a file that exists; otherwise that is an error. */
  readonly force: boolean;
}

/**
 * A file that appears whole or not at all. Making one opens a temporary file beside its place, so
 * that a directory that cannot be written to is found out before anything is signed.
 */
export class OutputFile implements Disposable {
  readonly path: string;
  readonly #temporary: string;
  readonly #force: boolean;
  #descriptor: number | undefined;

  constructor(path: string, { mode, force }: OutputFileOptions) {
    mustBeWritable(path, force);
    this.path = path;
    this.#force = force;
    const suffix = randomBytes(6).toString('hex');
    this.#temporary = join(dirname(path), `.${basename(path)}.${suffix}.tmp`);
    try {
      this.#descriptor = openSync(this.#temporary, 'wx', mode);
    } catch (error) {
      throw cannotWrite(path, error);
    }
  }

  /** Writes the contents, perhaps in parts, to the disk, still under the temporary name. */
  write(contents: string | Uint8Array | Iterable<string>): void {
    const isWhole = typeof contents === 'string' || contents instanceof Uint8Array;
    if (this.#descriptor === undefined) throw new TypeError('written twice');
    try {
      for (const part of isWhole ? [contents] : contents) {
        writeFileSync(this.#descriptor, part); // to the end: one write may stop short on a full disk
      }
      fsyncSync(this.#descriptor);
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** Gives the file its name. Without force that fails if somebody made one in the meantime. */
  commit(): void {
    try {
      if (!this.#force) reserve(this.#temporary, this.path);
      renameSync(this.#temporary, this.path);
      rmSync(this.#temporary, { force: true }); // of two links to one file, rename leaves both
      synchroniseNames(dirname(this.path)); // what is recorded keeps its file when power fails
    } catch (error) {
      throw systemErrorCode(error) === 'EEXIST'
        ? alreadyThere(this.path)
        : cannotWrite(this.path, error);
    }
  }

  [Symbol.dispose](): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
    rmSync(this.#temporary, { force: true });
  }
}

/** File systems without hard links, such as FAT on a USB stick. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/** Takes the name if nobody has it; the rename that follows then replaces what is ours. */
function reserve(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (!NO_LINKS.includes(systemErrorCode(error) ?? '')) throw error;
    closeSync(openSync(path, 'wx'));
  }
}

/** Directories and devices are never replaced: as root, renaming over /dev/null would succeed. */
export function mustBeWritable(path: string, force: boolean): void {
  try {
    const target = statSync(path, { throwIfNoEntry: false });
    if (target && !target.isFile()) throw notAFile(path);
    const link = lstatSync(path, { throwIfNoEntry: false }); // it may lead nowhere
    if (link && !force) throw alreadyThere(path);
  } catch (error) {
    throw error instanceof PkiError ? error : cannotWrite(path, error);
  }
}

const notAFile = (path: string): PkiError =>
  new PkiError('STORE', `${path} exists already, and is not a regular file`, {
    hints: ['give the name of a file, or "--out -" for standard output'],
  });

const alreadyThere = (path: string): PkiError =>
  new PkiError('STORE', `${path} exists already`, { hints: ['--force replaces it'] });

const cannotWrite = (path: string, error: unknown): PkiError =>
  new PkiError('STORE', `cannot write ${path}: ${systemErrorText(error)}`, { cause: error });
