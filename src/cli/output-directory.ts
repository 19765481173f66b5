import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PkiError, systemErrorText } from '../errors.ts';
import { renameTreeDurably } from '../store/durable.ts';

/**
 * A directory of files that appears whole or not at all. It must not exist: what is published from
 * one is changed to the next by a symbolic link, with no moment in between.
 */
export class OutputDirectory implements Disposable {
  readonly #path: string;
  readonly #temporary: string;

  constructor(path: string) {
    this.#path = path;
    if (statSync(path, { throwIfNoEntry: false })) {
      throw new PkiError('STORE', `${path} exists already`, {
        hints: ['give a directory that does not exist'],
      });
    }
    this.#temporary = attempt(path, () => mkdtempSync(join(dirname(path), `.${basename(path)}.`)));
  }

  write(name: string, contents: Uint8Array): void {
    attempt(this.#path, () =>
      writeFileSync(join(this.#temporary, name), contents, { flag: 'wx', flush: true }),
    );
  }

  /** Gives the directory its name, for everybody to read. */
  commit(): void {
    attempt(this.#path, () => {
      chmodSync(this.#temporary, 0o755);
      renameTreeDurably(this.#temporary, this.#path);
    });
  }

  [Symbol.dispose](): void {
    rmSync(this.#temporary, { recursive: true, force: true });
  }
}

function attempt<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    const why = systemErrorText(error);
    throw new PkiError('STORE', `cannot write ${path}: ${why}`, { cause: error });
  }
}
