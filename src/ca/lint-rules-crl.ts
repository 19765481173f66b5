import { enterDer } from '../der/reader.ts';
import { timeText } from '../der/time.ts';
import { parseBaseCrlNumber, parseCrlNumber } from '../x509/crl.ts';
import { EXTENSION_OID, type Extension } from '../x509/extensions.ts';
import { crlEntryProblem } from './lint-crl-entries.ts';
import type { AnyCrlSubject, CrlSubject, LintRule } from './lint-rule.ts';
import { ISSUED_RULES, SIGNED_RULES } from './lint-rules-signed.ts';

/** RFC 5280 §5.2.3: at most 20 octets, of which one bit is the sign. */
const MAX_NUMBER = 1n << 159n;

/** What holds for CRLs, whoever issues them. */
export const ANY_CRL_RULES: readonly LintRule<AnyCrlSubject>[] = [
  ...ISSUED_RULES,
  {
    id: 'crl-next-update',
    cites: 'RFC 5280 §5.1.2.5',
    check: ({ tbs }) =>
      tbs.nextUpdate && tbs.thisUpdate < tbs.nextUpdate
        ? undefined
        : 'nextUpdate must be there, and after thisUpdate',
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
    cites: 'RFC 5280 §5.2.1, §5.2.3',
    check: ({ tbs }) => {
      const oids: readonly string[] = [
        EXTENSION_OID.authorityKeyIdentifier,
        EXTENSION_OID.crlNumber,
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
    id: 'crl-entries',
    cites: 'RFC 5280 §5.1.2.6, §5.3',
    check: ({ tbs }) => {
      const isDelta = parseBaseCrlNumber(tbs.extensions) !== undefined;
      return crlEntryProblem(tbs.revoked, { isDelta, isIndirect: isIndirect(tbs.extensions) });
    },
  },
];

/** indirectCRL of issuingDistributionPoint (RFC 5280 §5.2.5). */
function isIndirect(extensions: readonly Extension[]): boolean {
  const found = extensions.find(({ oid }) => oid === EXTENSION_OID.issuingDistributionPoint);
  if (!found) return false;
  const reader = enterDer(found.value);
  while (!reader.done) {
    const { tag, contents } = reader.read();
    if (tag === INDIRECT_CRL) return contents[0] === 0xff;
  }
  return false;
}

const INDIRECT_CRL = 0x84;

/** Every requirement that is checked before a CRL is signed. */
export const CRL_RULES: readonly LintRule<CrlSubject>[] = [
  ...ANY_CRL_RULES,
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
    id: 'crl-within-issuer',
    cites: 'RFC 5280 §6.3.3',
    check: ({ tbs, issuer: { certificate } }) => {
      if (!certificate) return undefined;
      const { notBefore, notAfter } = certificate.tbs;
      if (tbs.thisUpdate >= notBefore && tbs.nextUpdate <= notAfter) return undefined;
      return `the CRL must be within the issuer's validity, until ${timeText(notAfter)}; it would last until ${timeText(tbs.nextUpdate)}`;
    },
  },
];
