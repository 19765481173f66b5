/** How tokens are spoken to; which key is meant says a `Pkcs11KeyRef`. */
export interface HsmSettings {
  /** How many signatures may run at once in a token. */
  readonly sessions: number;
  /** How long one call of a module may take; ten times that where keys are made or people type. Milliseconds. */
  readonly timeout: number;
  /** Use a PIN although the token says that it is its last try. */
  readonly allowFinalTry: boolean;
  /** Treat the token as one of this vendor, whatever it says of itself. */
  readonly vendor?: string;
}

export const DEFAULT_HSM_SETTINGS: HsmSettings = {
  sessions: 1,
  timeout: 60_000,
  allowFinalTry: false,
};
