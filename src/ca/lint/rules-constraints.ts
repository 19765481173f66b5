import { type DerReader, enterDer } from '../../der/reader.ts';
import { parseCertificatePolicies } from '../../x509/certificate-policies.ts';
import { EXTENSION_OID, type Extension } from '../../x509/extensions.ts';
import { isDnsName, isEmailAddress } from '../../x509/general-names.ts';
import { isALabel } from '../../x509/internationalized.ts';
import { isNetwork } from '../../x509/name-subtrees.ts';
import { parseName } from '../../x509/names.ts';
import type { CertificateSubject, LintRule } from './rule.ts';

const nameConstraints = ({ tbs }: CertificateSubject): Extension | undefined =>
  tbs.extensions.find(({ oid }) => oid === EXTENSION_OID.nameConstraints);

/** A row about each subtree. */
const subtreeRule = (
  rule: Omit<LintRule<CertificateSubject>, 'check'>,
  check: (subtree: Subtree) => string | undefined,
): LintRule<CertificateSubject> => ({
  ...rule,
  check: (subject) =>
    subtreesIn(subject)
      .map(check)
      .find((found) => found !== undefined),
});

/** What limits a CA. */
export const CONSTRAINT_RULES: readonly LintRule<CertificateSubject>[] = [
  {
    id: 'name-constraints-only-ca',
    cites: 'RFC 5280 §4.2.1.10',
    requires: 'only a CA has nameConstraints',
    check: (subject) =>
      nameConstraints(subject) && !subject.extensions.basicConstraints?.ca
        ? 'nameConstraints must not be there without cA'
        : undefined,
  },
  {
    id: 'name-constraints-critical',
    cites: 'RFC 5280 §4.2.1.10',
    requires: 'nameConstraints is critical',
    check: (subject) =>
      nameConstraints(subject)?.critical === false ? 'nameConstraints must be critical' : undefined,
  },
  {
    id: 'name-constraints-not-empty',
    cites: 'RFC 5280 §4.2.1.10',
    requires: 'nameConstraints permits or excludes something',
    check: (subject) =>
      nameConstraints(subject) && subtreesIn(subject).length === 0
        ? 'nameConstraints must permit or exclude something'
        : undefined,
  },
  subtreeRule(
    {
      id: 'name-constraints-distances',
      cites: 'RFC 5280 §4.2.1.10',
      requires: 'a subtree has no minimum and no maximum',
    },
    ({ hasDistance }) =>
      hasDistance ? 'a subtree must have no minimum and no maximum' : undefined,
  ),
  subtreeRule(
    {
      id: 'name-constraints-forms',
      cites: 'RFC 5280 §4.2.1.10, RFC 9598 §6',
      requires:
        'subtrees are of DNS names, mailboxes, URIs, addresses, directory names or a form of otherName that has them',
      severity: 'warning',
    },
    ({ tag, text }) =>
      UNUSED_FORMS.includes(tag) || (tag === OTHER_NAME && text.startsWith(SMTP_UTF8_MAILBOX))
        ? `nameConstraints should not be of ${formOf(tag)}`
        : undefined,
  ),
  subtreeRule(
    {
      id: 'name-constraints-well-formed',
      cites: 'RFC 5280 §4.2.1.10',
      requires:
        'subtrees of DNS names, mailboxes and URIs are hosts or domains, and those of addresses have a mask of leading ones',
    },
    (subtree) => {
      const isSound = SOUND[subtree.tag]?.(subtree) ?? true;
      return isSound ? undefined : `nameConstraints has a malformed ${formOf(subtree.tag)}`;
    },
  ),
  subtreeRule(
    {
      id: 'name-constraints-a-labels',
      cites: 'RFC 9549 §2',
      requires: 'a label of a subtree that begins with xn-- is an A-label of IDNA2008',
    },
    ({ tag, text }) => {
      if (![EMAIL, DNS, URI].includes(tag)) return undefined;
      const labels = text.slice(text.lastIndexOf('@') + 1).split('.');
      const wrong = labels.find((label) => /^xn--/i.test(label) && !isALabel(label));
      return wrong && `the label "${wrong}" of nameConstraints is no A-label`;
    },
  ),
  subtreeRule(
    {
      id: 'name-constraints-mailbox',
      cites: 'RFC 9549 §2, RFC 9598 §6',
      requires:
        'subtrees of mailboxes are hosts or domains, since a local part beyond ASCII cannot be written',
      severity: 'notice',
    },
    ({ tag, text }) =>
      tag === EMAIL && text.includes('@')
        ? 'nameConstraints should name the host of mailboxes, not one of them'
        : undefined,
  ),
  {
    id: 'certificate-policies-unique',
    cites: 'RFC 5280 §4.2.1.4',
    requires: 'no policy is named twice',
    check: ({ tbs }) => {
      const { certificatePolicies } = EXTENSION_OID;
      const found = tbs.extensions.find(({ oid }) => oid === certificatePolicies);
      const oids = found ? parseCertificatePolicies(found.value) : [];
      const twice = oids.find((oid, index) => oids.indexOf(oid) < index);
      return twice && `the policy ${twice} must be there once`;
    },
  },
];

const [OTHER_NAME, EMAIL, DNS, DIRECTORY, URI, IP] = [0xa0, 0x81, 0x82, 0xa4, 0x86, 0x87];

/** x400Address, ediPartyName, registeredID: nobody compares them. */
const UNUSED_FORMS: readonly number[] = [0xa3, 0xa5, 0x88];

/** 1.3.6.1.5.5.7.8.9, DER as latin1: constraints of rfc822Name hold for it. */
const SMTP_UTF8_MAILBOX = Buffer.from('06082b06010505070809', 'hex').toString('latin1');

const FORMS: Readonly<Record<number, string>> = {
  [OTHER_NAME]: 'SmtpUTF8Mailbox',
  [EMAIL]: 'mailbox',
  [DNS]: 'DNS name',
  [DIRECTORY]: 'directory name',
  [URI]: 'host of URIs',
  [IP]: 'network',
  [0xa3]: 'x400Address',
  [0xa5]: 'ediPartyName',
  [0x88]: 'registeredID',
};

const formOf = (tag: number): string => FORMS[tag] ?? 'name';

/** A host, or with a leading dot the hosts of a domain. */
const isHost = (text: string): boolean => !text.includes('*') && isDnsName(text.replace(/^\./, ''));

const SOUND: Readonly<Record<number, (subtree: Subtree) => boolean>> = {
  // a leading dot is no syntax of RFC 5280 for DNS names, but of all who read it
  [DNS]: ({ text }) => text === '' || isHost(text),
  [EMAIL]: ({ text }) => isHost(text) || isEmailAddress(text),
  [URI]: ({ text }) => isHost(text),
  [DIRECTORY]: ({ octets }) => parseName(octets).length > 0,
  [IP]: ({ octets }) => isNetwork(octets),
};

interface Subtree {
  /** Of the GeneralName, and its contents. */
  readonly tag: number;
  readonly octets: Uint8Array;
  /** The same as latin1. */
  readonly text: string;
  /** Whether minimum or maximum are there. */
  readonly hasDistance: boolean;
}

/** Every subtree, those too that path validation refuses to look at. */
function subtreesIn(subject: CertificateSubject): readonly Subtree[] {
  const found = nameConstraints(subject);
  const reader = found && enterDer(found.value);
  const sides = reader ? [reader.optional(0xa0), reader.optional(0xa1)] : [];
  return sides.flatMap((side) => (side ? subtreesOf(enterDer(side.octets, side.tag)) : []));
}

function subtreesOf(reader: DerReader): readonly Subtree[] {
  const subtrees: Subtree[] = [];
  while (!reader.done) {
    const subtree = reader.enter();
    const { tag, contents: octets } = subtree.read();
    const text = Buffer.from(octets).toString('latin1');
    subtrees.push({ tag, octets, text, hasDistance: !subtree.done });
  }
  return subtrees;
}
