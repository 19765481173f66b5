/** One thing that `pki hsm doctor` looked at. */
export interface Check {
  readonly level: 'ok' | 'warning' | 'problem';
  /** Stable, for programs. */
  readonly about: CheckSubject;
  readonly text: string;
  readonly hints?: readonly string[];
}

export type CheckSubject =
  | 'runtime'
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

export const warning = (about: CheckSubject, text: string): Check => ({
  level: 'warning',
  about,
  text,
});

export const problem = (
  about: CheckSubject,
  text: string,
  hints: readonly string[] = [],
): Check => ({ level: 'problem', about, text, hints });
