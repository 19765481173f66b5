import { EXTENSION_OID } from '../x509/extensions.ts';
import { canonicalAddress, generalNameText, isWellFormed } from '../x509/general-names.ts';
import { ATTRIBUTES, type AttributeType, isAsciiAttribute, nameText } from '../x509/names.ts';
import type { LintRule } from './lint-rule.ts';

const boundOf = (type: string): number =>
  (type in ATTRIBUTES ? ATTRIBUTES[type as AttributeType].maxLength : undefined) ?? 64;

/** Subject and subjectAltName. */
export const NAME_RULES: readonly LintRule[] = [
  {
    id: 'subject-of-ca',
    cites: 'RFC 5280 §4.1.2.6',
    check: ({ subject, extensions }) =>
      extensions.basicConstraints?.ca && subject.length === 0
        ? 'the subject of a CA must not be empty'
        : undefined,
  },
  {
    id: 'subject-or-alternative-name',
    cites: 'RFC 5280 §4.1.2.6',
    check: ({ subject, extensions }) =>
      subject.length === 0 && !extensions.subjectAltName
        ? 'there must be a subject or a subjectAltName'
        : undefined,
  },
  {
    id: 'subject-alt-name-criticality',
    cites: 'RFC 5280 §4.2.1.6',
    check: ({ tbs, subject }) => {
      const found = tbs.extensions.find(({ oid }) => oid === EXTENSION_OID.subjectAltName);
      if (!found || found.critical === (subject.length === 0)) return undefined;
      return 'subjectAltName must be critical if, and only if, the subject is empty';
    },
  },
  {
    id: 'subject-alt-name-not-empty',
    cites: 'RFC 5280 §4.2.1.6',
    check: ({ extensions }) =>
      extensions.subjectAltName?.length === 0 ? 'subjectAltName must hold a name' : undefined,
  },
  {
    id: 'subject-alt-name-well-formed',
    cites: 'RFC 5280 §4.2.1.6, RFC 9525 §6.3',
    check: ({ extensions }) => {
      const wrong = extensions.subjectAltName?.filter((name) => !isWellFormed(name)) ?? [];
      return wrong.length === 0
        ? undefined
        : `subjectAltName is malformed: ${wrong.map(generalNameText).join(', ')}`;
    },
  },
  {
    id: 'attribute-length',
    cites: 'RFC 5280 appendix A.1',
    check: ({ subject }) => {
      const wrong = subject.find(({ type, value }) => [...value].length > boundOf(type));
      return wrong && `${wrong.type} must have at most ${boundOf(wrong.type)} characters`;
    },
  },
  {
    id: 'attribute-characters',
    cites: 'RFC 5280 §4.1.2.4',
    check: ({ subject }) => {
      const wrong = subject.find(
        ({ value }) => value.trim() !== value || value === '' || /\p{Cc}/u.test(value),
      );
      return (
        wrong &&
        `${nameText([wrong])} must not be empty, begin or end with a blank, or hold control characters`
      );
    },
  },
  {
    id: 'attribute-ascii',
    cites: 'RFC 5280 §4.1.2.4 and appendix A.1, RFC 4519 §2.4',
    check: ({ subject }) => {
      const wrong = subject.find((attribute) => !isAsciiAttribute(attribute));
      return wrong && `${nameText([wrong])} must be ASCII`;
    },
  },
  {
    id: 'email-address-in-subject-alt-name',
    cites: 'RFC 5280 §4.1.2.6',
    check: ({ subject, extensions }) => {
      const names = (extensions.subjectAltName ?? []).filter(({ type }) => type === 'email');
      const wrong = subject.find(
        ({ type, value }) => type === 'emailAddress' && !names.some((name) => name.value === value),
      );
      return wrong && `${nameText([wrong])} must be in subjectAltName as well`;
    },
  },
  {
    id: 'country-code',
    cites: 'RFC 5280 appendix A.1, ISO 3166',
    check: ({ subject }) => {
      const wrong = subject.find(({ type, value }) => type === 'C' && !/^[A-Z]{2}$/.test(value));
      return wrong && `${nameText([wrong])} must be two upper-case letters`;
    },
  },
  {
    id: 'common-name-in-subject-alt-name',
    cites: 'TLS BR §7.1.4.3, RFC 9525 §2',
    check: ({ subject, profile, extensions }) => {
      const types = profile.subjectAltName.commonName;
      if (!types) return undefined;
      const named = (extensions.subjectAltName ?? []).map(({ value }) => canonicalAddress(value));
      const wrong = subject.find(
        ({ type, value }) => type === 'CN' && !named.includes(canonicalAddress(value)),
      );
      const kinds = types.map((type) => KIND_NAMES[type]).join(' or ');
      return wrong && `${nameText([wrong])} must be ${kinds}`;
    },
  },
];

const KIND_NAMES = {
  dns: 'a DNS name',
  ip: 'an IP address',
  email: 'an e-mail address',
  uri: 'a URI',
  rid: 'a registered ID',
  upn: 'a user principal name',
  smtputf8: 'an international e-mail address',
  directory: 'a directory name',
} as const;
