import { EXTENSION_OID } from '../../x509/extensions.ts';
import type { CertificateSubject, LintRule } from './rule.ts';

/** The purposes of a CA limit what is below it, and do not make it one of these itself. */
const isFor = ({ extensions }: CertificateSubject, purpose: string): boolean =>
  !extensions.basicConstraints?.ca && (extensions.extKeyUsage?.includes(purpose) ?? false);

/** What the protocols that use a certificate ask of it. */
export const PURPOSE_RULES: readonly LintRule<CertificateSubject>[] = [
  {
    id: 'tls-server-names',
    cites: 'TLS BR §7.1.2.7.12',
    requires: 'a TLS server is named by DNS names and IP addresses only',
    severity: 'warning',
    check: (subject) => {
      if (!isFor(subject, 'serverAuth')) return undefined;
      const names = subject.extensions.subjectAltName ?? [];
      return names.some(({ type }) => type !== 'dns' && type !== 'ip')
        ? 'a TLS server must be named by DNS names and IP addresses only'
        : undefined;
    },
  },
  {
    id: 'tls-server-key-usage',
    cites: 'RFC 8446 §4.4.2.2, TLS BR §7.1.2.7.11',
    requires: 'a TLS server has the usage digitalSignature',
    severity: 'warning',
    check: (subject) =>
      isFor(subject, 'serverAuth') && !subject.extensions.keyUsage?.includes('digitalSignature')
        ? 'a TLS server must have the key usage digitalSignature'
        : undefined,
  },
  {
    id: 'any-purpose',
    cites: 'RFC 5280 §4.2.1.12, TLS BR §7.1.2.7.10',
    requires: 'no end entity has anyExtendedKeyUsage',
    severity: 'warning',
    check: (subject) =>
      isFor(subject, 'anyExtendedKeyUsage')
        ? 'extKeyUsage must not be anyExtendedKeyUsage'
        : undefined,
  },
  {
    id: 'ocsp-no-check',
    cites: 'RFC 6960 §4.2.2.2.1',
    requires: 'a delegated OCSP responder has id-pkix-ocsp-nocheck',
    severity: 'warning',
    check: (subject) =>
      isFor(subject, 'ocspSigning') &&
      !subject.tbs.extensions.some(({ oid }) => oid === EXTENSION_OID.ocspNoCheck)
        ? 'an OCSP responder must have id-pkix-ocsp-nocheck'
        : undefined,
  },
  {
    id: 'timestamping-purpose',
    cites: 'RFC 3161 §2.3',
    requires: 'timeStamping is the only purpose, and extKeyUsage is critical',
    check: (subject) => {
      if (!isFor(subject, 'timeStamping')) return undefined;
      const { tbs, extensions } = subject;
      const critical = tbs.extensions.some(
        (extension) => extension.oid === EXTENSION_OID.extKeyUsage && extension.critical,
      );
      return critical && extensions.extKeyUsage?.length === 1
        ? undefined
        : 'timeStamping must be the only purpose, in a critical extKeyUsage';
    },
  },
];
