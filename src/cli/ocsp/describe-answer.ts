import type { OcspAnswer } from '../../ca/ocsp.ts';
import { timeText } from '../../der/time.ts';
import { serialText } from '../../x509/certificate.ts';
import { REVOCATION_REASONS } from '../../x509/crl-reason.ts';
import type { CertStatus } from '../../x509/ocsp-data.ts';

/** What is told of an answer. */
export interface AnswerDescription {
  /** OCSPResponseStatus. */
  readonly status: string;
  readonly nonce: boolean;
  readonly certificates: readonly {
    readonly serial: string;
    readonly status: string;
    readonly revokedAt?: string;
    readonly reason?: string;
    readonly thisUpdate: string;
    readonly nextUpdate?: string;
  }[];
}

export const describeAnswer = ({ status, data }: OcspAnswer): AnswerDescription => ({
  status,
  nonce: data !== undefined && data.extensions.length > 0,
  certificates: (data?.responses ?? []).map(({ certId, status: of, thisUpdate, nextUpdate }) => ({
    serial: serialText(certId.serialNumber),
    status: of.kind,
    ...revocationOf(of),
    thisUpdate: timeText(thisUpdate),
    ...(nextUpdate && { nextUpdate: timeText(nextUpdate) }),
  })),
});

function revocationOf(status: CertStatus) {
  if (status.kind !== 'revoked') return {};
  const reason = Object.entries(REVOCATION_REASONS).find(([, n]) => n === (status.reason ?? 0));
  return { revokedAt: timeText(status.at), ...(reason && { reason: reason[0] }) };
}
