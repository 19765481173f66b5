/**
 * Why a certificate is revoked, and the CRLReason of each (RFC 5280 §5.3.1). Number 7 is not used;
 * aACompromise (10) is for attribute certificates.
 */
export const REVOCATION_REASONS = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  privilegeWithdrawn: 9,
} as const;

export type RevocationReason = keyof typeof REVOCATION_REASONS;

export const isRevocationReason = (text: string): text is RevocationReason =>
  Object.hasOwn(REVOCATION_REASONS, text);
