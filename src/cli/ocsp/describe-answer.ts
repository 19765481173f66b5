import type { OcspAnswer } from '../../ca/ocsp.ts';
import { timeText } from '../../der/time.ts';
import { serialText } from '../../x509/certificate.ts';
import { REVOCATION_REASONS } from '../../x509/crl-reason.ts';
import type { CertStatus, SingleResponse } from '../../x509/ocsp-data.ts';

/** What is told of one certificate. */
export interface SingleDescription {
  readonly serial: string;
  readonly status: string;
  readonly revokedAt?: string;
  readonly reason?: string;
  readonly thisUpdate: string;
  readonly nextUpdate?: string;
}

/** What is told of an answer. */
export interface AnswerDescription {
  /** OCSPResponseStatus. */
  readonly status: string;
  readonly nonce: boolean;
  readonly certificates: readonly SingleDescription[];
}

export const describeAnswer = ({ status, data }: OcspAnswer): AnswerDescription => ({
  status,
  nonce: data !== undefined && data.extensions.length > 0,
  certificates: (data?.responses ?? []).map(describeSingle),
});

export const describeSingle = ({
  certId,
  status,
  thisUpdate,
  nextUpdate,
}: SingleResponse): SingleDescription => ({
  serial: serialText(certId.serialNumber),
  status: status.kind,
  ...revocationOf(status),
  thisUpdate: timeText(thisUpdate),
  ...(nextUpdate && { nextUpdate: timeText(nextUpdate) }),
});

/** Others give reasons that have no name here: the number stands for them. */
function revocationOf(status: CertStatus) {
  if (status.kind !== 'revoked') return {};
  const number = status.reason ?? REVOCATION_REASONS.unspecified;
  const named = Object.entries(REVOCATION_REASONS).find(([, known]) => known === number);
  return { revokedAt: timeText(status.at), reason: named?.[0] ?? `${number}` };
}

/** A certificate in rows of a table. */
export const singleRows = ({
  serial,
  status,
  revokedAt,
  reason,
  nextUpdate = '(not said)',
}: SingleDescription): readonly (readonly [label: string, value: string])[] => [
  ['serial', serial],
  ['status', revokedAt ? `${status} ${revokedAt}, ${reason}` : status],
  ['next update', nextUpdate],
];
