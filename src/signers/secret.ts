import { readFileSync } from 'node:fs';
import { PkiError, systemErrorText } from '../errors.ts';

/** What util.inspect() looks for; by its registered name, to load nothing. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * A PIN or a passphrase. Printing it, putting it into JSON or into a template string gives
 * `[secret]`; only {@link reveal} gives the text, so that a search finds every place that uses it.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [INSPECT](): string {
    return '[secret]';
  }
}

/**
 * The contents of a file, without the line feed that editors put at its end. A file that cannot be
 * read, or has nothing in it, is an error: a secret that was asked for is never taken as absent.
 */
export function secretFromFile(what: string, path: string): Secret {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new PkiError('USAGE', `cannot read the ${what} file ${path}: ${systemErrorText(error)}`, {
      cause: error,
    });
  }
  if (text === '') throw new PkiError('USAGE', `the ${what} file ${path} is empty`);
  return new Secret(text);
}
