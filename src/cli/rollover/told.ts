import { type Certificate, serialText } from '../../x509/certificate.ts';
import type { CliContext } from '../context.ts';

/** A certificate in a store, and whose that is. */
export type Recorded = readonly [by: string, certificate: Certificate];

/** Tells of a certificate that cannot be taken back, although nothing came of it. */
export function tellLeft({ note }: CliContext, [by, { tbs }]: Recorded, why: string): void {
  const serial = serialText(tbs.serialNumber);
  note(`pki: warning: ${by} has recorded the certificate ${serial}, ${why}; revoke it there`);
}

export const lostText = (oid: string): string =>
  `the old certificate has the extension ${oid}, and the new one has not`;
