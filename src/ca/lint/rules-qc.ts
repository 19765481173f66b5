import { EXTENSION_OID } from '../../x509/extensions.ts';
import { isUri } from '../../x509/general-names.ts';
import { parseQcStatements, QC_TYPES, type ReadQcStatements } from '../../x509/qc-statements.ts';
import type { CertificateSubject, LintRule } from './rule.ts';

const extensionOf = ({ tbs }: CertificateSubject) =>
  tbs.extensions.find(({ oid }) => oid === EXTENSION_OID.qcStatements);

/** A row about what the statements say; certificates without any pass. */
const statementRule = (
  id: string,
  cites: string,
  requires: string,
  check: (statements: ReadQcStatements) => string | undefined,
): LintRule<CertificateSubject> => ({
  id,
  cites,
  requires,
  check: (subject) => {
    const found = extensionOf(subject);
    return found && check(parseQcStatements(found.value));
  },
});

/** The statements of qualified certificates. */
export const QC_RULES: readonly LintRule<CertificateSubject>[] = [
  {
    id: 'qc-statements-not-critical',
    cites: 'ETSI EN 319 412-5 §4.1',
    requires: 'qcStatements is not critical',
    check: (subject) =>
      extensionOf(subject)?.critical ? 'qcStatements must not be critical' : undefined,
  },
  statementRule(
    'qc-statements-unique',
    'RFC 3739 §3.2.6',
    'no statement is there twice',
    ({ oids }) => {
      const twice = oids.find((oid, index) => oids.indexOf(oid) < index);
      return twice && `the statement ${twice} must be there once`;
    },
  ),
  statementRule(
    'qc-type',
    'ETSI EN 319 412-5 §4.2.3',
    'QcType is one of the types of the document, and one only',
    ({ types }) => {
      if (!types) return undefined;
      const [type = '', ...others] = types;
      return others.length === 0 && (QC_TYPES as readonly string[]).includes(type)
        ? undefined
        : `QcType must be one of ${QC_TYPES.join(', ')}`;
    },
  ),
  statementRule(
    'qc-limit-value',
    'ETSI EN 319 412-5 §4.3.2',
    'QcLimitValue has an ISO 4217 currency and an amount that is not negative',
    ({ limit }) => {
      if (!limit) return undefined;
      const named = /^(?:[A-Z]{3}|(?!000)\d{3})$/.test(limit.currency);
      return named && limit.amount >= 0
        ? undefined
        : 'QcLimitValue must have an ISO 4217 currency, and no negative amount';
    },
  ),
  statementRule(
    'qc-retention-period',
    'ETSI EN 319 412-5 §4.3.3',
    'QcRetentionPeriod is not negative',
    ({ retentionYears: years }) =>
      years !== undefined && years < 0 ? 'QcRetentionPeriod must not be negative' : undefined,
  ),
  statementRule(
    'qc-pds-url',
    'ETSI EN 319 412-5 §4.3.4',
    'disclosure statements are at https URLs',
    ({ disclosures = [] }) => {
      const wrong = disclosures.find(({ url }) => !url.startsWith('https://') || !isUri(url));
      return wrong && `QcPDS must have https URLs, not "${wrong.url}"`;
    },
  ),
  statementRule(
    'qc-pds-language',
    'ETSI EN 319 412-5 §4.3.4',
    'there is one disclosure statement for a language, and one in English',
    ({ disclosures }) => {
      if (!disclosures) return undefined;
      const languages = disclosures.map(({ language }) => language);
      const wrong = languages.find(
        (language, index) => !/^[a-z]{2}$/.test(language) || languages.indexOf(language) < index,
      );
      if (wrong !== undefined) return `QcPDS must name each language once, not "${wrong}"`;
      return languages.includes('en') ? undefined : 'QcPDS must have a statement in English';
    },
  ),
  statementRule(
    'qc-legislation',
    'ETSI EN 319 412-5 §4.2.4',
    'countries of legislation are two upper-case letters each',
    ({ legislation }) =>
      legislation && (legislation.length === 0 || !legislation.every((code) => COUNTRY.test(code)))
        ? 'QcCClegislation must name countries by two capital letters'
        : undefined,
  ),
];

const COUNTRY = /^[A-Z]{2}$/;
