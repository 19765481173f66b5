import { SCHEMES } from '../../algorithms/schemes.ts';
import { enterDer } from '../../der/reader.ts';
import { DAY } from '../../der/time.ts';
import { EXTENSION_OID } from '../../x509/extensions.ts';
import { canonicalAddress, type GeneralName } from '../../x509/general-names.ts';
import { parseCrlDistributionPoints } from '../../x509/pointers.ts';
import type { CertificateSubject, LintRule } from './rule.ts';
import { isReservedPolicy, policiesIn, VALIDITY_LIMITS, type ValidityLimit } from './tls-br.ts';
import {
  accessOf,
  dnsNames,
  extensionValue,
  isHttp,
  lifetime,
  OTHER_PURPOSES,
  subscriberRow,
} from './tls-br-subject.ts';

const SHORT_LIVED = 7 * DAY;

const dates = ({ from, until }: ValidityLimit) => ({ from, ...(until !== undefined && { until }) });

const VALIDITY_RULES = VALIDITY_LIMITS.flatMap((limit) => [
  subscriberRow({
    id: `tls-br-validity-${limit.days}`,
    cites: 'TLS BR §6.3.2',
    requires: `a certificate is valid for ${limit.days} days at most`,
    ...dates(limit),
    check: (subject) =>
      lifetime(subject) > limit.days * DAY
        ? `a TLS server's certificate issued from ${limit.from} on must not be valid for more than ${limit.days} days`
        : undefined,
  }),
  subscriberRow({
    id: `tls-br-validity-${limit.recommendedDays}`,
    cites: 'TLS BR §6.3.2',
    requires: `a certificate is valid for ${limit.recommendedDays} days at most, as is recommended`,
    severity: 'notice',
    ...dates(limit),
    check: (subject) =>
      lifetime(subject) > limit.recommendedDays * DAY && lifetime(subject) <= limit.days * DAY
        ? `a TLS server's certificate should not be valid for more than ${limit.recommendedDays} days`
        : undefined,
  }),
]);

const isServerName = ({ type }: GeneralName): boolean => type === 'dns' || type === 'ip';

/** Top-level domains that will never be in the DNS (RFC 6761 §6, RFC 6762 §3, RFC 9476 §4, ICANN). */
const SPECIAL = /\.(?:alt|example|internal|invalid|local|localhost|test)$|(?:^|\.)home\.arpa$/;

const isInternal = (name: string): boolean =>
  !name.replace(/^\*\./, '').includes('.') || SPECIAL.test(name);

const CURVES: readonly string[] = ['P-256', 'P-384', 'P-521'];

/** What the CA/Browser Forum asks of certificates for TLS servers that claim to follow it. */
export const TLS_BR_RULES: readonly LintRule<CertificateSubject>[] = [
  ...VALIDITY_RULES,
  subscriberRow({
    id: 'tls-br-policy',
    cites: 'TLS BR §7.1.2.7.9',
    requires: 'a certificate names exactly one reserved policy',
    check: ({ tbs }) =>
      policiesIn(tbs.extensions).filter(isReservedPolicy).length === 1
        ? undefined
        : 'certificatePolicies must name exactly one of the reserved policies',
  }),
  subscriberRow({
    id: 'tls-br-purposes',
    cites: 'TLS BR §7.1.2.7.10',
    requires: 'the purposes are serverAuth, perhaps clientAuth, and none that TLS BR forbid',
    check: ({ extensions: { extKeyUsage = [] } }) => {
      if (!extKeyUsage.includes('serverAuth')) return 'extKeyUsage must have serverAuth';
      const wrong = extKeyUsage.find((purpose) => OTHER_PURPOSES.includes(purpose));
      return wrong && `extKeyUsage must not have ${wrong} beside serverAuth`;
    },
  }),
  subscriberRow({
    id: 'tls-br-names',
    cites: 'TLS BR §7.1.2.7.12',
    requires: 'subjectAltName is there, with DNS names and IP addresses only',
    check: ({ extensions: { subjectAltName: names = [] } }) =>
      names.length > 0 && names.every(isServerName)
        ? undefined
        : 'subjectAltName must be there, with DNS names and IP addresses only',
  }),
  subscriberRow({
    id: 'tls-br-internal-names',
    cites: 'TLS BR §4.2.2',
    requires: 'no DNS name is internal',
    check: (subject) => {
      const internal = dnsNames(subject).find(isInternal);
      return internal && `"${internal}" is an internal name, which must not be there`;
    },
  }),
  subscriberRow({
    id: 'tls-br-reverse-zone',
    cites: 'TLS BR §4.2.2, §7.1.2.7.12',
    requires: 'no DNS name is in a zone of reverse addresses',
    from: '2026-03-15',
    check: (subject) => {
      const reverse = dnsNames(subject).find((name) => /\.(in-addr|ip6)\.arpa$/.test(name));
      return reverse && `"${reverse}" is in the zone of reverse addresses`;
    },
  }),
  subscriberRow({
    id: 'tls-br-common-name',
    cites: 'TLS BR §7.1.4.3',
    requires: 'there is one common name at most, and it is one of subjectAltName',
    check: ({ subject, extensions }) => {
      const names = (extensions.subjectAltName ?? []).map(({ value }) => canonicalAddress(value));
      const commonNames = subject.filter(({ type }) => type === 'CN');
      if (commonNames.length > 1) return 'there must be one common name at most';
      return commonNames.every(({ value }) => names.includes(canonicalAddress(value)))
        ? undefined
        : 'the common name must be one of subjectAltName';
    },
  }),
  subscriberRow({
    id: 'tls-br-access',
    cites: 'TLS BR §7.1.2.7.7',
    requires: 'authorityInfoAccess is there, with http URLs only',
    check: (subject) => {
      const access = accessOf(subject);
      if (!access?.length) return 'authorityInfoAccess must be there';
      return access.every(({ location }) => isHttp(location))
        ? undefined
        : 'authorityInfoAccess must have http URLs only';
    },
  }),
  subscriberRow({
    id: 'tls-br-revocation',
    cites: 'TLS BR §7.1.2.11.2',
    requires:
      'cRLDistributionPoints is there, with http URLs only; it may be left out of short-lived certificates and of those with OCSP',
    check: (subject) => {
      const crl = extensionValue(subject, EXTENSION_OID.crlDistributionPoints);
      const told = accessOf(subject)?.some(({ method }) => method === 'ocsp') || crl;
      if (!told && lifetime(subject) > SHORT_LIVED) {
        return 'crlDistributionPoints must be there, but for short-lived certificates and those with OCSP';
      }
      return !crl || parseCrlDistributionPoints(crl).every(isHttp)
        ? undefined
        : 'crlDistributionPoints must have http URLs only';
    },
  }),
  subscriberRow({
    id: 'tls-br-authority-key-identifier',
    cites: 'TLS BR §7.1.2.11.1',
    requires: 'authorityKeyIdentifier has a keyIdentifier and nothing else',
    check: (subject) => {
      const value = extensionValue(subject, EXTENSION_OID.authorityKeyIdentifier);
      const parts = value && enterDer(value);
      const first = parts?.optional(0x80);
      return first && parts?.done
        ? undefined
        : 'authorityKeyIdentifier must have a keyIdentifier, and nothing else';
    },
  }),
  subscriberRow({
    id: 'tls-br-name-constraints',
    cites: 'TLS BR §7.1.2.7.6',
    requires: 'a subscriber has no nameConstraints',
    check: (subject) =>
      extensionValue(subject, EXTENSION_OID.nameConstraints)
        ? 'nameConstraints must not be there'
        : undefined,
  }),
  subscriberRow({
    id: 'tls-br-subject-key-identifier',
    cites: 'TLS BR §7.1.2.7.6',
    requires: 'a subscriber has no subjectKeyIdentifier',
    severity: 'notice',
    check: ({ extensions }) =>
      extensions.subjectKeyIdentifier ? 'subjectKeyIdentifier is not recommended' : undefined,
  }),
  subscriberRow({
    id: 'tls-br-key',
    cites: 'TLS BR §6.1.5',
    requires: 'the key is RSA of 2048 bits at least, or ECDSA on P-256, P-384 or P-521',
    check: ({ key: { algorithm, rsa } }) => {
      const kind = algorithm?.family === 'classical' ? algorithm.key : undefined;
      const allowed =
        kind?.kind === 'rsa'
          ? rsa && rsa.bits >= 2048
          : kind?.kind === 'ec' && CURVES.includes(kind.curve);
      return allowed
        ? undefined
        : 'the key must be RSA of 2048 bits, or ECDSA on P-256, P-384 or P-521';
    },
  }),
  subscriberRow({
    id: 'tls-br-signature',
    cites: 'TLS BR §7.1.3.2',
    requires: 'the signature is RSA or ECDSA with SHA-256, SHA-384 or SHA-512',
    check: ({ tbs }) =>
      Object.values(SCHEMES).some(
        ({ family, identifier }) =>
          family !== 'eddsa' && Buffer.compare(identifier, tbs.signature) === 0,
      )
        ? undefined
        : 'the signature must be RSA or ECDSA, with SHA-256, SHA-384 or SHA-512',
  }),
];
