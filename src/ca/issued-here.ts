import { type Certificate, parseCertificate } from '../x509/certificate.ts';
import type { CertificateRecord } from './store.ts';

/**
 * False for a certificate in the store of a CA that somebody else has issued: its own, under a
 * parent. Its status is that one's to tell, and its serial number is of that one's numbers. What was
 * never released has no octets; this CA alone can have meant to issue it.
 */
export const isIssuedHere = (
  { der }: Pick<CertificateRecord, 'der'>,
  ca: Pick<Certificate, 'tbs'>,
): boolean =>
  der === undefined || Buffer.compare(parseCertificate(der).tbs.issuer, ca.tbs.subject) === 0;
