import { CrlChecker } from '../path/check-crls.ts';
import { pathCertificate } from '../path/path-certificate.ts';
import { pathCrl } from '../path/path-crl.ts';
import { serialText } from '../x509/certificate.ts';
import type { Issuer } from './issuer.ts';

/**
 * Which certificate of the issuer, or of a CA above it, one of the CRLs lists that the CA was given
 * of those above; undefined if none. A CRL counts that holds by its issuer, though it has run out:
 * what was revoked stays so.
 */
export async function revokedIssuer({
  certificate,
  chain = [],
  issuerCrls,
}: Pick<Issuer, 'certificate' | 'chain' | 'issuerCrls'>): Promise<string | undefined> {
  const crls = (await issuerCrls?.()) ?? [];
  if (!certificate || crls.length === 0) return undefined;
  const path = [certificate, ...chain].map(pathCertificate);
  for (const crl of crls.map(pathCrl)) {
    const options = { at: crl.crl.tbs.thisUpdate, requireAlternative: false };
    const checker = new CrlChecker([crl], options);
    for (const [index, subject] of path.entries()) {
      const issuer = path[index + 1];
      if (!issuer || (await checker.check(subject, issuer)).status !== 'revoked') continue;
      const serial = serialText(subject.certificate.tbs.serialNumber);
      return `the certificate ${serial} of ${subject.subject} is revoked by ${crl.name}`;
    }
  }
  return undefined;
}
