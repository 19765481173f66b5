import { generalNameText, isWellFormed, parseGeneralNames } from '../../x509/general-names.ts';
import type { CertificateSubject, LintRule } from './rule.ts';

const ISSUER_ALT_NAME = '2.5.29.18';
const SUBJECT_DIRECTORY_ATTRIBUTES = '2.5.29.9';
const SUBJECT_INFO_ACCESS = '1.3.6.1.5.5.7.1.11';

const extensionOf = ({ tbs }: CertificateSubject, wanted: string) =>
  tbs.extensions.find(({ oid }) => oid === wanted);

/** What may be told besides of issuer and subject; no profile of ours does. */
export const INFORMATION_RULES: readonly LintRule<CertificateSubject>[] = [
  {
    id: 'issuer-alt-name-not-critical',
    cites: 'RFC 5280 §4.2.1.7',
    requires: 'issuerAltName is not critical',
    severity: 'warning',
    check: (subject) =>
      extensionOf(subject, ISSUER_ALT_NAME)?.critical
        ? 'issuerAltName should not be critical'
        : undefined,
  },
  {
    id: 'issuer-alt-name-well-formed',
    cites: 'RFC 5280 §4.2.1.6, §4.2.1.7',
    requires: 'issuerAltName holds a name, and its names have the syntax of their form',
    check: (subject) => {
      const found = extensionOf(subject, ISSUER_ALT_NAME);
      const names = found && parseGeneralNames(found.value);
      if (names?.length === 0) return 'issuerAltName must hold a name';
      const wrong = names?.find((name) => name.type !== 'other' && !isWellFormed(name));
      return wrong && `issuerAltName is malformed: ${generalNameText(wrong)}`;
    },
  },
  {
    id: 'subject-information-not-critical',
    cites: 'RFC 5280 §4.2.1.8, §4.2.2.2',
    requires: 'subjectDirectoryAttributes and subjectInfoAccess are not critical',
    check: (subject) => {
      const oids = [SUBJECT_DIRECTORY_ATTRIBUTES, SUBJECT_INFO_ACCESS];
      const wrong = oids.find((oid) => extensionOf(subject, oid)?.critical);
      return wrong && `extension ${wrong} must not be critical`;
    },
  },
];
