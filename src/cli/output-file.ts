import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PkiError, systemErrorCode, systemErrorText } from '../errors.ts';

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
    if (!force && existsSync(path)) throw alreadyThere(path);
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

  /** Writes the contents to the disk, still under the temporary name. */
  write(text: string): void {
    if (this.#descriptor === undefined) throw new TypeError('written twice');
    try {
      writeSync(this.#descriptor, text);
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
      if (this.#force) {
        renameSync(this.#temporary, this.path);
      } else {
        linkSync(this.#temporary, this.path);
        rmSync(this.#temporary);
      }
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

const alreadyThere = (path: string): PkiError =>
  new PkiError('STORE', `${path} exists already`, { hints: ['--force replaces it'] });

const cannotWrite = (path: string, error: unknown): PkiError =>
  new PkiError('STORE', `cannot write ${path}: ${systemErrorText(error)}`, { cause: error });
