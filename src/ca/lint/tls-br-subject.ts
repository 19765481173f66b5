import { sameOctets } from '../../der/same-octets.ts';
import { EXTENSION_OID } from '../../x509/extensions.ts';
import { parseAuthorityInfoAccess } from '../../x509/pointers.ts';
import type { CertificateSubject, LintRule } from './rule.ts';
import { isReservedPolicy, policiesIn } from './tls-br.ts';

/** Those that claim TLS BR by a reserved policy, or are asked whether they could. */
const isClaimed = ({ tbs, asTlsServer }: CertificateSubject): boolean =>
  asTlsServer || policiesIn(tbs.extensions).some(isReservedPolicy);

const isCa = ({ extensions }: CertificateSubject): boolean =>
  extensions.basicConstraints?.ca ?? false;

const isSelfIssued = ({ tbs }: CertificateSubject): boolean => sameOctets(tbs.issuer, tbs.subject);

const rowFor =
  (applies: (subject: CertificateSubject) => boolean) =>
  (rule: LintRule<CertificateSubject>): LintRule<CertificateSubject> => ({
    ...rule,
    check: (subject) => (applies(subject) && isClaimed(subject) ? rule.check(subject) : undefined),
  });

/** A row about certificates of TLS servers that TLS BR are for. */
export const subscriberRow = rowFor((subject) => !isCa(subject));

/** A row about the CAs above them, roots too. */
export const caRow = rowFor(isCa);

export const rootRow = rowFor((subject) => isCa(subject) && isSelfIssued(subject));

export const subordinateRow = rowFor((subject) => isCa(subject) && !isSelfIssued(subject));

/** Both ends are included (TLS BR §6.3.2). Milliseconds. */
export const lifetime = ({ tbs }: CertificateSubject): number =>
  tbs.notAfter.getTime() - tbs.notBefore.getTime() + 1000;

export const extensionValue = ({ tbs }: CertificateSubject, oid: string): Uint8Array | undefined =>
  tbs.extensions.find((extension) => extension.oid === oid)?.value;

export const accessOf = (subject: CertificateSubject) => {
  const value = extensionValue(subject, EXTENSION_OID.authorityInfoAccess);
  return value && parseAuthorityInfoAccess(value);
};

/** In lower case. */
export const dnsNames = ({ extensions }: CertificateSubject): readonly string[] =>
  (extensions.subjectAltName ?? [])
    .filter(({ type }) => type === 'dns')
    .map(({ value }) => value.toLowerCase());

export const isHttp = (url: string): boolean => /^http:/i.test(url);

/** Purposes that a TLS server must not have besides (TLS BR §7.1.2.7.10), nor its CA (§7.1.2.10.6). */
export const OTHER_PURPOSES: readonly string[] = [
  'anyExtendedKeyUsage',
  'codeSigning',
  'emailProtection',
  'timeStamping',
  'ocspSigning',
  '1.3.6.1.4.1.11129.2.4.4', // precertificate signing
];
