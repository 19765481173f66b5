import { enterDer, type Tlv } from '../../der/reader.ts';
import { timeText } from '../../der/time.ts';
import { parseBaseCrlNumber, parseCrlNumber } from '../../x509/crl.ts';
import { EXTENSION_OID, type Extension } from '../../x509/extensions.ts';
import {
  parseAuthorityInfoAccess,
  parseCrlDistributionPoints,
  parseIssuingDistributionPoint,
} from '../../x509/pointers.ts';
import { crlEntryAdvice, crlEntryProblem } from './crl-entries.ts';
import type { AnyCrlSubject, CrlSubject, LintRule } from './rule.ts';
import { isPointer } from './rules-revocation.ts';
import { ISSUED_RULES, SIGNED_RULES } from './rules-signed.ts';

/** RFC 5280 §5.2.3: at most 20 octets, of which one bit is the sign. */
const MAX_NUMBER = 1n << 159n;

const ISSUER_ALT_NAME = '2.5.29.18';

const extensionOf = (
  { extensions }: AnyCrlSubject['tbs'],
  name: keyof typeof EXTENSION_OID,
): Extension | undefined => extensions.find(({ oid }) => oid === EXTENSION_OID[name]);

/** What holds for CRLs, whoever issues them. */
export const ANY_CRL_RULES: readonly LintRule<AnyCrlSubject>[] = [
  ...ISSUED_RULES,
  {
    id: 'crl-next-update',
    cites: 'RFC 5280 §5.1.2.5',
    requires: 'a CRL has a nextUpdate, which is after thisUpdate',
    check: ({ tbs }) =>
      tbs.nextUpdate && tbs.thisUpdate < tbs.nextUpdate
        ? undefined
        : 'nextUpdate must be there, and after thisUpdate',
  },
  {
    id: 'crl-number',
    cites: 'RFC 5280 §5.2.3',
    requires: 'a CRL has a number of 20 octets at most that is not negative',
    check: ({ tbs }) => {
      const number = parseCrlNumber(tbs.extensions);
      return number !== undefined && number >= 0n && number < MAX_NUMBER
        ? undefined
        : 'cRLNumber must be there, and have at most 20 octets';
    },
  },
  {
    id: 'crl-extensions-not-critical',
    cites: 'RFC 5280 §5.2.1, §5.2.2, §5.2.3, §5.2.7',
    requires:
      'cRLNumber, authorityKeyIdentifier, issuerAltName, authorityInfoAccess and the head of the audit trail are not critical',
    check: ({ tbs }) => {
      const oids: readonly string[] = [
        EXTENSION_OID.authorityKeyIdentifier,
        EXTENSION_OID.crlNumber,
        EXTENSION_OID.auditHead,
        EXTENSION_OID.authorityInfoAccess,
        ISSUER_ALT_NAME,
      ];
      const found = tbs.extensions.find(({ oid, critical }) => critical && oids.includes(oid));
      return found && `extension ${found.oid} must not be critical`;
    },
  },
  {
    id: 'crl-authority-key-identifier',
    cites: 'RFC 5280 §5.2.1',
    requires: 'a CRL has an authorityKeyIdentifier with a keyIdentifier',
    check: ({ extensions }) =>
      extensions.authorityKeyIdentifier
        ? undefined
        : 'authorityKeyIdentifier must be there, with a keyIdentifier',
  },
  {
    id: 'crl-no-alternative-key',
    cites: 'X.509 §9.8.2',
    requires: 'a CRL has no subjectAltPublicKeyInfo, which is of certificates',
    check: ({ tbs }) =>
      extensionOf(tbs, 'subjectAltPublicKeyInfo')
        ? 'subjectAltPublicKeyInfo must not be there'
        : undefined,
  },
  {
    id: 'crl-access',
    cites: 'RFC 5280 §5.2.7',
    requires: 'authorityInfoAccess of a CRL tells where the certificate of its issuer is',
    check: ({ tbs }) => {
      const found = extensionOf(tbs, 'authorityInfoAccess');
      return !found ||
        parseAuthorityInfoAccess(found.value).some((one) => one.method === 'caIssuers')
        ? undefined
        : 'authorityInfoAccess must have a location of the kind caIssuers';
    },
  },
  {
    id: 'crl-issuing-distribution-point-scope',
    cites: 'RFC 5280 §5.2.5',
    requires:
      'issuingDistributionPoint is not empty, and the CRL is for one kind of certificates at most',
    check: ({ tbs }) => {
      const found = extensionOf(tbs, 'issuingDistributionPoint');
      if (!found) return undefined;
      const parts = partsOfPoint(found.value);
      if (parts.length === 0) return 'issuingDistributionPoint must not be empty';
      return parts.filter(({ tag, contents }) => ONLY.includes(tag) && contents[0] === 0xff)
        .length > 1
        ? 'issuingDistributionPoint must not be for several kinds of certificates only'
        : undefined;
    },
  },
  {
    id: 'crl-delta-indicator-critical',
    cites: 'RFC 5280 §5.2.4',
    requires: 'deltaCRLIndicator is critical',
    check: ({ tbs }) =>
      tbs.extensions.some(
        ({ oid, critical }) => oid === EXTENSION_OID.deltaCrlIndicator && !critical,
      )
        ? 'deltaCRLIndicator must be critical'
        : undefined,
  },
  {
    id: 'crl-delta-after-base',
    cites: 'RFC 5280 §5.2.4',
    requires: 'the number of a delta CRL is higher than that of its base',
    check: ({ tbs }) => {
      const base = parseBaseCrlNumber(tbs.extensions);
      if (base === undefined || base < (parseCrlNumber(tbs.extensions) ?? 0n)) return undefined;
      return 'the number of a delta CRL must be higher than that of its base';
    },
  },
  {
    id: 'crl-issuing-distribution-point-critical',
    cites: 'RFC 5280 §5.2.5',
    requires: 'issuingDistributionPoint is critical',
    check: ({ tbs }) =>
      extensionOf(tbs, 'issuingDistributionPoint')?.critical === false
        ? 'issuingDistributionPoint must be critical'
        : undefined,
  },
  {
    id: 'crl-freshest-crl',
    cites: 'RFC 5280 §5.2.6',
    requires: 'freshestCRL is not critical, and not in a delta CRL',
    check: ({ tbs }) => {
      const found = extensionOf(tbs, 'freshestCrl');
      if (found?.critical) return 'freshestCRL must not be critical';
      return found && parseBaseCrlNumber(tbs.extensions) !== undefined
        ? 'freshestCRL must not be in a delta CRL'
        : undefined;
    },
  },
  {
    id: 'crl-freshest-crl-urls',
    cites: 'RFC 5280 §4.2.1.13, §5.2.6, §8',
    requires: 'delta CRLs are at http or ldap URLs',
    severity: 'warning',
    check: ({ tbs }) => {
      const found = extensionOf(tbs, 'freshestCrl');
      const urls = found ? parseCrlDistributionPoints(found.value) : [];
      const wrong = urls.find((url) => !isPointer(url));
      return wrong === undefined
        ? undefined
        : `delta CRLs should be at http or ldap URLs, not at "${wrong}"`;
    },
  },
  {
    id: 'crl-entries',
    cites: 'RFC 5280 §5.1.2.6, §5.3',
    requires:
      'entries have positive serial numbers of 20 octets at most, dates in whole seconds, and sound extensions that are not critical',
    check: ({ tbs }) => {
      const isDelta = parseBaseCrlNumber(tbs.extensions) !== undefined;
      return crlEntryProblem(tbs.revoked, { isDelta, isIndirect: isIndirect(tbs) });
    },
  },
  {
    id: 'crl-entries-plain',
    cites: 'RFC 5280 §5.3, §5.3.1',
    requires: 'entries have no reason unspecified, and no extensions but those of RFC 5280',
    severity: 'warning',
    check: ({ tbs }) => crlEntryAdvice(tbs.revoked),
  },
];

/** indirectCRL of issuingDistributionPoint (RFC 5280 §5.2.5). */
function isIndirect(tbs: AnyCrlSubject['tbs']): boolean {
  const found = extensionOf(tbs, 'issuingDistributionPoint');
  if (!found) return false;
  return partsOfPoint(found.value).some(
    ({ tag, contents }) => tag === INDIRECT_CRL && contents[0] === 0xff,
  );
}

const INDIRECT_CRL = 0x84;

/** onlyContainsUserCerts, onlyContainsCACerts, onlyContainsAttributeCerts. */
const ONLY: readonly number[] = [0x81, 0x82, 0x85];

/** The fields of IssuingDistributionPoint. */
function partsOfPoint(value: Uint8Array): readonly Tlv[] {
  const reader = enterDer(value);
  const parts: Tlv[] = [];
  while (!reader.done) parts.push(reader.read());
  return parts;
}

/** Every requirement that is checked before a CRL is signed. */
export const CRL_RULES: readonly LintRule<CrlSubject>[] = [
  ...ANY_CRL_RULES,
  ...SIGNED_RULES,
  {
    id: 'crl-issuing-distribution-point',
    cites: 'RFC 5280 §5.2.5',
    requires: 'issuingDistributionPoint names http or ldap URLs',
    check: ({ tbs }) => {
      const found = extensionOf(tbs, 'issuingDistributionPoint');
      const urls = found && parseIssuingDistributionPoint(found.value);
      return !urls || (urls.length > 0 && urls.every(isPointer))
        ? undefined
        : 'issuingDistributionPoint must be one of http or ldap URLs';
    },
  },
  {
    id: 'crl-issuer-may-sign',
    cites: 'RFC 5280 §4.2.1.3, §6.3.3',
    requires: 'the issuer has the usage cRLSign, if it has any',
    check: ({ issuer: { extensions } }) =>
      !extensions?.keyUsage || extensions.keyUsage.includes('cRLSign')
        ? undefined
        : 'the key usage of the issuer has no cRLSign',
  },
  {
    id: 'crl-within-issuer',
    cites: 'RFC 5280 §6.3.3',
    requires: 'a CRL begins and ends within the validity of its issuer',
    check: ({ tbs, issuer: { certificate } }) => {
      if (!certificate) return undefined;
      const { notBefore, notAfter } = certificate.tbs;
      if (tbs.thisUpdate >= notBefore && tbs.nextUpdate <= notAfter) return undefined;
      return `the CRL must be within the issuer's validity, until ${timeText(notAfter)}; it would last until ${timeText(tbs.nextUpdate)}`;
    },
  },
];
