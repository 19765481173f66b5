/** A requirement, as it is cited. */
export interface Cited {
  readonly id: string;
  readonly cites: string;
}

/** A problem under a rule, or without one a warning. */
export interface Remark {
  readonly rule?: Cited;
  readonly text: string;
}

export type RevocationStatus = 'good' | 'revoked' | 'undetermined';

/** What CRLs and OCSP responses tell of one certificate. */
export interface RevocationVerdict {
  readonly status: RevocationStatus;
  /** Who says so, for people: `CRL 5 of CN=Root`. */
  readonly by: readonly string[];
  /** Why the certificate is revoked, or why nobody can tell; and what should be known. */
  readonly remarks: readonly Remark[];
}
