import type { HsmSettings } from './hsm-settings.ts';
import type { SpareHost } from './pkcs11/host-process.ts';
import type { Secret } from './secret.ts';

/** Takes one line of a debug trace. */
export type Trace = (line: string) => void;

/** Waits for `work`, and says `what` that is if it takes long: "signing with slh-dsa-sha2-128s". */
export type Waiting = <Result>(what: string, work: Promise<Result>) => Promise<Result>;

/** What opening a key may need from outside. A secret is asked for once, and only if needed. */
export interface KeyAccess {
  /** Where relative paths of key files start. */
  readonly directory: string;
  passphrase(path: string): Promise<Secret>;
  /** `source` is the path of a file with the PIN, if the key's URI names one. */
  pin(token: string, source?: string): Promise<Secret>;
  /** Says something to the person that is not an error. */
  note(text: string): void;
  /** Tells a person at a terminal what takes so long. */
  readonly waiting?: Waiting;
  /** Gets a line for each call of a PKCS#11 module; absent: nobody wants to know. */
  readonly trace?: Trace;
  readonly hsm: HsmSettings;
  /** Whether a person is there to decide. */
  readonly interactive: boolean;
  /** The environment of PKCS#11 modules. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Variables in it that hold secrets of ours, which modules do not get. */
  readonly secretVariables: readonly string[];
  /** What has to be closed at the end, also of that which is only being opened. */
  readonly resources: AsyncDisposableStack;
  /** A process for a PKCS#11 module that was started beforehand. */
  readonly spareHost?: SpareHost;
}
