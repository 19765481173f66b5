import type { Secret } from './secret.ts';

/** Takes one line of a debug trace. */
export type Trace = (line: string) => void;

/** What opening a key may need from outside. A secret is asked for once, and only if needed. */
export interface KeyAccess {
  /** Where relative paths of key files start. */
  readonly directory: string;
  passphrase(path: string): Promise<Secret>;
  /** `source` is the path of a file with the PIN, if the key's URI names one. */
  pin(token: string, source?: string): Promise<Secret>;
  /** Says something to the person that is not an error. */
  note(text: string): void;
  /** Gets a line for each call of a PKCS#11 module; absent: nobody wants to know. */
  readonly trace?: Trace;
}
