import type { CertificateRecord, Revocation } from '../../ca/store.ts';
import { timeText } from '../../der/time.ts';

/** Where a certificate stands, in a word. */
export const statusOf = ({
  status,
  revocation,
}: Pick<CertificateRecord, 'status' | 'revocation'>): string => (revocation ? 'revoked' : status);

/** A revocation as fields of JSON; none for a certificate that is good. */
export const revocationFields = (revocation: Revocation | undefined) =>
  revocation && {
    revokedAt: timeText(revocation.at),
    reason: revocation.reason,
    ...(revocation.invalidityDate && { invalidityDate: timeText(revocation.invalidityDate) }),
  };
