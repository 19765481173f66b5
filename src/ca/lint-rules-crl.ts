import { timeText } from '../der/time.ts';
import { parseBaseCrlNumber, parseCrlNumber } from '../x509/crl.ts';
import { EXTENSION_OID } from '../x509/extensions.ts';
import { parseCrlDistributionPoints, parseIssuingDistributionPoint } from '../x509/pointers.ts';
import { crlEntryProblem } from './lint-crl-entries.ts';
import type { CrlSubject, LintRule } from './lint-rule.ts';
import { isPointer } from './lint-rules-revocation.ts';
import { SIGNED_RULES } from './lint-rules-signed.ts';

/** RFC 5280 §5.2.3: at most 20 octets, of which one bit is the sign. */
const MAX_NUMBER = 1n << 159n;

/** Every requirement that is checked before a CRL is signed. */
export const CRL_RULES: readonly LintRule<CrlSubject>[] = [
  ...SIGNED_RULES,
  {
    id: 'crl-issuer-may-sign',
    cites: 'RFC 5280 §4.2.1.3, §6.3.3',
    check: ({ issuer: { extensions } }) =>
      !extensions?.keyUsage || extensions.keyUsage.includes('cRLSign')
        ? undefined
        : 'the key usage of the issuer has no cRLSign',
  },
  {
    id: 'crl-next-update',
    cites: 'RFC 5280 §5.1.2.5',
    check: ({ tbs }) =>
      tbs.thisUpdate < tbs.nextUpdate ? undefined : 'nextUpdate must be after thisUpdate',
  },
  {
    id: 'crl-within-issuer',
    cites: 'RFC 5280 §6.3.3',
    check: ({ tbs, issuer: { certificate } }) => {
      if (!certificate) return undefined;
      const { notBefore, notAfter } = certificate.tbs;
      if (tbs.thisUpdate >= notBefore && tbs.nextUpdate <= notAfter) return undefined;
      return `the CRL must be within the issuer's validity, until ${timeText(notAfter)}; it would last until ${timeText(tbs.nextUpdate)}`;
    },
  },
  {
    id: 'crl-number',
    cites: 'RFC 5280 §5.2.3',
    check: ({ tbs }) => {
      const number = parseCrlNumber(tbs.extensions);
      return number !== undefined && number >= 0n && number < MAX_NUMBER
        ? undefined
        : 'cRLNumber must be there, and have at most 20 octets';
    },
  },
  {
    id: 'crl-extensions-not-critical',
    cites: 'RFC 5280 §5.2, §5.2.1, §5.2.3',
    check: ({ tbs }) => {
      const oids: readonly string[] = [
        EXTENSION_OID.authorityKeyIdentifier,
        EXTENSION_OID.crlNumber,
        EXTENSION_OID.auditHead,
      ];
      const found = tbs.extensions.find(({ oid, critical }) => critical && oids.includes(oid));
      return found && `extension ${found.oid} must not be critical`;
    },
  },
  {
    id: 'crl-delta-indicator-critical',
    cites: 'RFC 5280 §5.2.4',
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
    check: ({ tbs }) => {
      const base = parseBaseCrlNumber(tbs.extensions);
      if (base === undefined || base < (parseCrlNumber(tbs.extensions) ?? 0n)) return undefined;
      return 'the number of a delta CRL must be higher than that of its base';
    },
  },
  {
    id: 'crl-issuing-distribution-point',
    cites: 'RFC 5280 §5.2.5',
    check: ({ tbs }) => {
      const found = tbs.extensions.find(
        ({ oid }) => oid === EXTENSION_OID.issuingDistributionPoint,
      );
      if (!found) return undefined;
      if (!found.critical) return 'issuingDistributionPoint must be critical';
      const urls = parseIssuingDistributionPoint(found.value);
      return urls.length > 0 && urls.every(isPointer)
        ? undefined
        : 'issuingDistributionPoint must be one of http or ldap URLs';
    },
  },
  {
    id: 'crl-freshest-crl',
    cites: 'RFC 5280 §5.2.6',
    check: ({ tbs }) => {
      const found = tbs.extensions.find(({ oid }) => oid === EXTENSION_OID.freshestCrl);
      if (!found) return undefined;
      if (found.critical) return 'freshestCRL must not be critical';
      if (parseBaseCrlNumber(tbs.extensions) !== undefined) {
        return 'freshestCRL must not be in a delta CRL';
      }
      const wrong = parseCrlDistributionPoints(found.value).find((url) => !isPointer(url));
      return wrong === undefined
        ? undefined
        : `delta CRLs must be at http or ldap URLs, not at "${wrong}"`;
    },
  },
  {
    id: 'crl-entries',
    cites: 'RFC 5280 §5.1.2.6, §5.3',
    check: ({ tbs }) => {
      const isDelta = parseBaseCrlNumber(tbs.extensions) !== undefined;
      return crlEntryProblem(tbs.revoked, isDelta);
    },
  },
];
