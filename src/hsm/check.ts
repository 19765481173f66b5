/** One thing that `pki doctor` or `pki hsm doctor` looked at. */
export interface Check {
  readonly level: 'ok' | 'warning' | 'problem';
  /** Stable, for programs. */
  readonly about: CheckSubject;
  readonly text: string;
  readonly hints?: readonly string[];
  /** Nothing is wrong yet, but somebody has to act in time. */
  readonly due?: true;
}

export type CheckSubject =
  | 'runtime'
  | 'engine'
  | 'addon'
  | 'directory'
  | 'certificate'
  | 'store'
  | 'audit'
  | 'clock'
  | 'crl'
  | 'environment'
  | 'library'
  | 'token'
  | 'pin'
  | 'sessions'
  | 'vendor'
  | 'algorithm'
  | 'login'
  | 'signature'
  | 'objects';

export const ok = (about: CheckSubject, text: string): Check => ({ level: 'ok', about, text });

export const warning = (
  about: CheckSubject,
  text: string,
  hints: readonly string[] = [],
): Check => ({ level: 'warning', about, text, ...(hints.length > 0 && { hints }) });

export const problem = (
  about: CheckSubject,
  text: string,
  hints: readonly string[] = [],
): Check => ({ level: 'problem', about, text, hints });
