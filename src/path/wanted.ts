import type { GeneralName } from '../x509/general-names.ts';
import type { Purpose } from './purposes.ts';

/** What a certificate is wanted for; what is absent is not asked. */
export interface Wanted {
  readonly purpose?: Purpose | undefined;
  /** Of the types `dns`, without wildcard, `ip`, `email` and `smtputf8`, with A-labels: it has to be for all. */
  readonly names?: readonly GeneralName[];
  /** OIDs; the path has to hold for one of them. */
  readonly policies?: readonly string[];
}
