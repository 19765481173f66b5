import { EXTENSION_OID, type KnownExtensions } from '../../x509/extensions.ts';
import {
  canonicalAddress,
  type GeneralName,
  generalNameText,
  isWellFormed,
} from '../../x509/general-names.ts';
import { isALabel } from '../../x509/internationalized.ts';
import { ATTRIBUTES, type AttributeType, isAsciiAttribute, nameText } from '../../x509/names.ts';
import type { CertificateSubject, LintRule, LintSubject, RequestSubject } from './rule.ts';

const boundOf = (type: string): number =>
  (type in ATTRIBUTES ? ATTRIBUTES[type as AttributeType].maxLength : undefined) ?? 64;

/** Whether there has to be a subject. */
export const SUBJECT_RULES: readonly LintRule<CertificateSubject>[] = [
  {
    id: 'subject-of-ca',
    cites: 'RFC 5280 §4.1.2.6',
    requires: 'a CA has a subject',
    check: ({ subject, extensions }) =>
      extensions.basicConstraints?.ca && subject.length === 0
        ? 'the subject of a CA must not be empty'
        : undefined,
  },
  {
    id: 'subject-or-alternative-name',
    cites: 'RFC 5280 §4.1.2.6',
    requires: 'a certificate has a subject or a subjectAltName',
    check: ({ subject, extensions }) =>
      subject.length === 0 && !extensions.subjectAltName
        ? 'there must be a subject or a subjectAltName'
        : undefined,
  },
];

/** Subject and subjectAltName, of requests too. */
export const NAME_RULES: readonly LintRule<RequestSubject>[] = [
  {
    id: 'subject-alt-name-criticality',
    cites: 'RFC 5280 §4.2.1.6',
    requires: 'subjectAltName is critical where the subject is empty',
    check: ({ tbs, subject }) =>
      subject.length === 0 && criticalSubjectAltName(tbs) === false
        ? 'subjectAltName must be critical where the subject is empty'
        : undefined,
  },
  {
    id: 'subject-alt-name-not-critical',
    cites: 'RFC 5280 §4.2.1.6',
    requires: 'subjectAltName is not critical where there is a subject',
    severity: 'warning',
    check: ({ tbs, subject }) =>
      subject.length > 0 && criticalSubjectAltName(tbs)
        ? 'subjectAltName should not be critical where there is a subject'
        : undefined,
  },
  {
    id: 'subject-alt-name-not-empty',
    cites: 'RFC 5280 §4.2.1.6',
    requires: 'subjectAltName holds a name',
    check: ({ extensions }) =>
      extensions.subjectAltName?.length === 0 ? 'subjectAltName must hold a name' : undefined,
  },
  {
    id: 'subject-alt-name-well-formed',
    cites: 'RFC 5280 §4.2.1.6, RFC 9525 §6.3',
    requires:
      'names of subjectAltName have the syntax of their form, and a wildcard is a whole left-most label',
    check: ({ extensions }) => {
      const wrong = (extensions.subjectAltName ?? []).filter(
        (name) => !['other', 'smtputf8'].includes(name.type) && !isWellFormed(name),
      );
      return wrong.length === 0
        ? undefined
        : `subjectAltName is malformed: ${wrong.map(generalNameText).join(', ')}`;
    },
  },
  {
    id: 'a-labels',
    cites: 'RFC 9549 §2, RFC 9598 §3',
    requires: 'a label of a host that begins with xn-- is an A-label of IDNA2008',
    check: ({ extensions }) => {
      const labels = (extensions.subjectAltName ?? []).flatMap(labelsIn);
      const wrong = labels.find((label) => /^xn--/i.test(label) && !isALabel(label));
      return wrong && `the label "${wrong}" is no A-label of an internationalized name`;
    },
  },
  {
    id: 'smtp-utf8-mailbox',
    cites: 'RFC 9598 §3',
    requires: 'SmtpUTF8Mailbox is a mailbox in a UTF8String, without a byte order mark',
    check: ({ extensions }) => {
      const names = extensions.subjectAltName ?? [];
      if (names.some(({ type, value }) => type === 'other' && value.includes(SMTP_UTF8_MAILBOX))) {
        return 'SmtpUTF8Mailbox must be a UTF8String';
      }
      const wrong = mailboxes(extensions)
        .filter(({ local, host }) => !isAscii(local) && isAscii(host)) // others have a row below
        .find(({ local, host }) => !isWellFormed({ type: 'smtputf8', value: `${local}@${host}` }));
      return wrong && `SmtpUTF8Mailbox is malformed: ${wrong.local}@${wrong.host}`;
    },
  },
  {
    id: 'smtp-utf8-mailbox-needed',
    cites: 'RFC 9598 §3',
    requires: 'SmtpUTF8Mailbox has a local part beyond ASCII; others are rfc822Name',
    check: ({ extensions }) => {
      const wrong = mailboxes(extensions).find(({ local }) => isAscii(local));
      return wrong && `SmtpUTF8Mailbox must not be used for the ASCII local part "${wrong.local}"`;
    },
  },
  {
    id: 'smtp-utf8-mailbox-domain',
    cites: 'RFC 9598 §3, RFC 9549 §2',
    requires: 'the host of SmtpUTF8Mailbox is written with A-labels, not U-labels',
    check: ({ extensions }) => {
      const wrong = mailboxes(extensions).find(({ host }) => !isAscii(host));
      return wrong && `the host "${wrong.host}" of SmtpUTF8Mailbox must be written with A-labels`;
    },
  },
  {
    id: 'attribute-length',
    cites: 'RFC 5280 appendix A.1',
    requires: 'no attribute of the subject is longer than its upper bound',
    check: ({ subject }) => {
      const wrong = subject.find(({ type, value }) => [...value].length > boundOf(type));
      return wrong && `${wrong.type} must have at most ${boundOf(wrong.type)} characters`;
    },
  },
  {
    id: 'attribute-characters',
    cites: 'RFC 5280 §4.1.2.4',
    requires:
      'attributes of the subject are not empty, have no blank at either end and no control characters',
    severity: 'warning',
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
    requires: 'attributes that are IA5String or PrintableString by definition are ASCII',
    check: ({ subject }) => {
      const wrong = subject.find((attribute) => !isAsciiAttribute(attribute));
      return wrong && `${nameText([wrong])} must be ASCII`;
    },
  },
  {
    id: 'email-address-in-subject-alt-name',
    cites: 'RFC 5280 §4.1.2.6',
    requires: 'an e-mail address in the subject is in subjectAltName as well',
    check: ({ subject, extensions, keepsName = false }) => {
      if (keepsName) return undefined; // the RFC means new names
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
    requires: 'a country is two upper-case letters',
    check: ({ subject }) => {
      const wrong = subject.find(({ type, value }) => type === 'C' && !/^[A-Z]{2}$/.test(value));
      return wrong && `${nameText([wrong])} must be two upper-case letters`;
    },
  },
];

/** The OBJECT IDENTIFIER 1.3.6.1.5.5.7.8.9, DER in hexadecimal. */
const SMTP_UTF8_MAILBOX = '06082b06010505070809';

const mailboxes = ({ subjectAltName = [] }: KnownExtensions) =>
  subjectAltName
    .filter(({ type }) => type === 'smtputf8')
    .map(({ value }) => {
      const at = value.lastIndexOf('@');
      return { local: value.slice(0, Math.max(at, 0)), host: value.slice(at + 1) };
    });

const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text);

/** The labels of a DNS name, or of the host of a mailbox. */
const labelsIn = ({ type, value }: GeneralName): readonly string[] =>
  type === 'dns' || type === 'email' || type === 'smtputf8'
    ? value.slice(value.lastIndexOf('@') + 1).split('.')
    : [];

const criticalSubjectAltName = ({ extensions }: RequestSubject['tbs']): boolean | undefined =>
  extensions.find(({ oid }) => oid === EXTENSION_OID.subjectAltName)?.critical;

/** What a profile says of names. */
export const PROFILE_NAME_RULES: readonly LintRule<LintSubject>[] = [
  {
    id: 'common-name-in-subject-alt-name',
    cites: 'TLS BR §7.1.4.3, RFC 9525 §2',
    requires: 'a common name is one of subjectAltName, where the profile says so',
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
