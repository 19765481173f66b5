import { subjectText } from '../x509/alternative-names.ts';
import { parseCertificate } from '../x509/certificate.ts';
import type { CertificateRecord } from './store.ts';

/** Whom a certificate of the store is for, for people; what was interrupted has no octets yet. */
export function shownName({ der, subject }: Pick<CertificateRecord, 'der' | 'subject'>): string {
  const tbs = der && parseCertificate(der).tbs;
  return tbs ? subjectText(tbs.subject, tbs.extensions) : subject;
}
