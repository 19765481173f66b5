/**
 * What went wrong, for programs. The set is closed: a new kind of failure needs a new exit status,
 * and scripts rely on these.
 */
export type PkiErrorCode =
  | 'USAGE'
  | 'POLICY'
  | 'KEY_UNAVAILABLE'
  | 'AUTH'
  | 'STORE'
  | 'INTEGRITY'
  | 'EXPIRING'
  | 'INTERRUPTED';

/** One exit status a code. 70 (EX_SOFTWARE of sysexits.h) is for what is not a {@link PkiError}. */
export const EXIT_STATUS: Readonly<Record<PkiErrorCode, number>> = {
  USAGE: 2,
  POLICY: 3,
  KEY_UNAVAILABLE: 4,
  AUTH: 5,
  STORE: 6,
  INTEGRITY: 7,
  EXPIRING: 8, // nothing is wrong yet, but somebody has to act
  INTERRUPTED: 130, // 128 + SIGINT, as shells report it
};

export const EXIT_STATUS_BUG = 70;

/** One row, one exit status: help, manual and documents have them from here. */
export interface ExitStatus {
  readonly status: number;
  /** Undefined for what is not a {@link PkiError}. */
  readonly code: PkiErrorCode | undefined;
  /** For the help of the program, where there is little room. */
  readonly short: string;
  readonly meaning: string;
}

const row = (code: PkiErrorCode, short: string, meaning: string): ExitStatus => ({
  status: EXIT_STATUS[code],
  code,
  short,
  meaning,
});

export const EXIT_STATUSES: readonly ExitStatus[] = [
  { status: 0, code: undefined, short: 'done', meaning: 'done' },
  row('USAGE', 'usage', 'usage: unknown option, profile or algorithm; a file that cannot be read'),
  row('POLICY', 'refused by policy', 'refused by policy, each reason listed'),
  row(
    'KEY_UNAVAILABLE',
    'key not available',
    "key not available: module, token or key missing, ambiguous, or not the CA's",
  ),
  row('AUTH', 'wrong PIN or passphrase', 'wrong PIN or passphrase'),
  row('STORE', 'store or file', 'store or file: it exists, it does not, disk full, locked'),
  row(
    'INTEGRITY',
    'integrity',
    'integrity: a signature that does not verify, a record that was changed',
  ),
  row(
    'EXPIRING',
    'due soon',
    'something is due soon: the current CRL runs out, the CA certificate ends, or one in a list',
  ),
  { status: EXIT_STATUS_BUG, code: undefined, short: 'bug in pki', meaning: 'a bug in pki' },
  row('INTERRUPTED', 'interrupted', 'interrupted'),
];

export interface PkiErrorOptions extends ErrorOptions {
  readonly hints?: readonly string[];
}

/**
 * A failure that a person can do something about. The message names what they can change, in lower
 * case and without a full stop; it never holds a secret.
 */
export class PkiError extends Error {
  override readonly name = 'PkiError';
  readonly code: PkiErrorCode;
  /** What to try next, one sentence each; printed under the message. */
  readonly hints: readonly string[];

  constructor(code: PkiErrorCode, message: string, { hints = [], ...rest }: PkiErrorOptions = {}) {
    super(message, rest);
    this.code = code;
    this.hints = hints;
  }
}

/** The `code` of a system error (`ENOENT`, `EACCES`), or undefined for any other value. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/** A system error in words, without the path: the caller's message has it already. */
export function systemErrorText(error: unknown): string {
  const code = systemErrorCode(error);
  return (code && SYSTEM_ERRORS[code]) || code || String(error);
}

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EADDRINUSE: 'the address is in use',
  EADDRNOTAVAIL: 'this machine has no such address',
  EBADF: 'it is not open',
  EBUSY: 'it is in use',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'it exists already',
  EFBIG: 'a limit on the size of files is reached',
  EIO: 'the disk failed',
  EISDIR: 'it is a directory',
  ELOOP: 'symbolic links lead round in a circle',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'the name is too long',
  ENFILE: 'too many files are open',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on the device',
  ENOTDIR: 'a part of the path is not a directory',
  ENOTEMPTY: 'the directory is not empty',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
};
