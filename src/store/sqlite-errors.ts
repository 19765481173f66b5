import { PkiError, systemErrorCode } from '../errors.ts';
import { SCHEMA_VERSION } from './schema.ts';

/** Result codes of SQLite that a person can do something about: primary ones, and some extended ones. */
const SQLITE_ERRORS: Readonly<Record<number, string>> = {
  5: 'it is locked by another process',
  8: 'it cannot be written to',
  10: 'reading or writing failed',
  11: 'it is damaged',
  13: 'the disk is full',
  14: 'it cannot be opened',
  19: 'the serial number was used before',
  26: 'it is not a database',
  778: 'writing failed', // SQLITE_IOERR_WRITE
  4874: 'the disk is full, or a limit on the size of files is reached', // SQLITE_IOERR_SHMSIZE
};

/** SQLite does not pass on which it was. */
const WRITE_HINTS: Readonly<Record<number, string>> = {
  778: 'the disk quota may be used up, a limit on the size of files reached ("ulimit -f"), or the disk failing',
};

/** An error of SQLite as one of ours; any other as it is. */
export function storeError(error: unknown, path: string): unknown {
  // of node:sqlite, for an INTEGER that no number of ours can hold
  if (systemErrorCode(error) === 'ERR_OUT_OF_RANGE') {
    return new PkiError('INTEGRITY', `the store ${path} holds a number that is out of range`, {
      cause: error,
    });
  }
  const number = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  if (typeof number !== 'number') return error;
  const why = SQLITE_ERRORS[number] ?? SQLITE_ERRORS[number & 0xff] ?? (error as Error).message;
  const hint = WRITE_HINTS[number];
  const hints = hint === undefined ? [] : [hint];
  return new PkiError('STORE', `the store ${path} failed: ${why}`, { hints, cause: error });
}

export const usedNumber = (number: bigint, path: string): PkiError =>
  new PkiError('STORE', `the CRL number ${number} was used before in ${path}`, {
    hints: ['another process made a CRL at the same time; that one is newer'],
  });

export const missing = (path: string): PkiError =>
  new PkiError('STORE', `the store ${path} is missing`, {
    hints: ['restore it from a backup: it alone tells what the CA has issued'],
  });

export const wrongVersion = (path: string, version: unknown): PkiError =>
  new PkiError('STORE', `the store ${path} has the format ${version}, not ${SCHEMA_VERSION}`, {
    hints: ['it was made by another version of pki'],
  });
