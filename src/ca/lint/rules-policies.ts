import { type DerReader, enterDer } from '../../der/reader.ts';
import { TAG } from '../../der/writer.ts';
import { EXTENSION_OID, type Extension } from '../../x509/extensions.ts';
import {
  ANY_POLICY,
  POLICY_EXTENSION_OID,
  policyExtensions,
} from '../../x509/policy-extensions.ts';
import type { CertificateSubject, LintRule } from './rule.ts';

const extensionOf = ({ tbs }: CertificateSubject, wanted: string): Extension | undefined =>
  tbs.extensions.find(({ oid }) => oid === wanted);

/** A row about the criticality of an extension. */
const criticalRule = (
  name: keyof typeof POLICY_EXTENSION_OID,
  id: string,
  cites: string,
): LintRule<CertificateSubject> => ({
  id,
  cites,
  requires: `${name} is critical`,
  check: (subject) =>
    extensionOf(subject, POLICY_EXTENSION_OID[name])?.critical === false
      ? `${name} must be critical`
      : undefined,
});

/** Policies, what CAs may do with those of others, and what is told to people. */
export const POLICY_RULES: readonly LintRule<CertificateSubject>[] = [
  criticalRule('policyConstraints', 'policy-constraints-critical', 'RFC 5280 §4.2.1.11'),
  {
    id: 'policy-constraints-not-empty',
    cites: 'RFC 5280 §4.2.1.11',
    requires: 'policyConstraints asks for explicit policies, or inhibits mappings',
    check: (subject) => {
      const found = extensionOf(subject, POLICY_EXTENSION_OID.policyConstraints);
      return found && enterDer(found.value).done
        ? 'policyConstraints must not be empty'
        : undefined;
    },
  },
  criticalRule('inhibitAnyPolicy', 'inhibit-any-policy-critical', 'RFC 5280 §4.2.1.14'),
  {
    ...criticalRule('policyMappings', 'policy-mappings-critical', 'RFC 5280 §4.2.1.5'),
    severity: 'warning',
  },
  {
    id: 'policy-mappings-any',
    cites: 'RFC 5280 §4.2.1.5',
    requires: 'anyPolicy is mapped to no policy, and no policy to it',
    check: ({ tbs }) =>
      policyExtensions(tbs.extensions).mappings.some((mapping) =>
        Object.values(mapping).includes(ANY_POLICY),
      )
        ? 'anyPolicy must not be in policyMappings'
        : undefined,
  },
  {
    id: 'policy-mappings-listed',
    cites: 'RFC 5280 §4.2.1.5',
    requires: "the issuer's policies in policyMappings are in certificatePolicies as well",
    severity: 'warning',
    check: ({ tbs }) => {
      const { mappings, policies = [] } = policyExtensions(tbs.extensions);
      const wrong = mappings.find(({ issuerDomain }) => !policies.includes(issuerDomain));
      return wrong && `the policy ${wrong.issuerDomain} is mapped, and should be named as well`;
    },
  },
  {
    id: 'policy-qualifiers-of-any',
    cites: 'RFC 5280 §4.2.1.4',
    requires: 'anyPolicy has no qualifiers but id-qt-cps and id-qt-unotice',
    check: (subject) => {
      const wrong = qualifiersIn(subject).find(
        ({ policy, type }) => policy === ANY_POLICY && type !== CPS && type !== USER_NOTICE,
      );
      return wrong && `anyPolicy must not have the qualifier ${wrong.type}`;
    },
  },
  {
    id: 'policy-notice-reference',
    cites: 'RFC 5280 §4.2.1.4',
    requires: 'a notice is told in its own words, not by noticeRef',
    severity: 'warning',
    check: (subject) =>
      noticesIn(subject).some(({ hasReference }) => hasReference)
        ? 'noticeRef should not be used'
        : undefined,
  },
  {
    id: 'policy-explicit-text',
    cites: 'RFC 6818 §3',
    requires: 'explicitText has 1 to 200 characters, and is no IA5String',
    check: (subject) => {
      const texts = noticesIn(subject).flatMap(({ text }) => text ?? []);
      if (texts.some(({ tag }) => tag === TAG.ia5String)) {
        return 'explicitText must not be an IA5String';
      }
      return texts.every(({ length }) => length > 0 && length <= MAX_TEXT)
        ? undefined
        : `explicitText must have 1 to ${MAX_TEXT} characters`;
    },
  },
  {
    id: 'policy-explicit-text-utf8',
    cites: 'RFC 6818 §3',
    requires: 'explicitText is a UTF8String',
    severity: 'warning',
    check: (subject) =>
      noticesIn(subject).some(
        ({ text }) => text && text.tag !== TAG.utf8String && text.tag !== TAG.ia5String,
      )
        ? 'explicitText should be a UTF8String'
        : undefined,
  },
];

const CPS = '1.3.6.1.5.5.7.2.1';
const USER_NOTICE = '1.3.6.1.5.5.7.2.2';

/** Characters of DisplayText (RFC 5280 §4.2.1.4). */
const MAX_TEXT = 200;

interface Qualifier {
  readonly policy: string;
  readonly type: string;
  /** At the value. */
  readonly reader: DerReader;
}

function qualifiersIn(subject: CertificateSubject): readonly Qualifier[] {
  const found = extensionOf(subject, EXTENSION_OID.certificatePolicies);
  const reader = found && enterDer(found.value);
  const qualifiers: Qualifier[] = [];
  while (reader && !reader.done) {
    const information = reader.enter();
    const policy = information.objectIdentifier();
    const list = information.done ? undefined : information.enter();
    while (list && !list.done) {
      const qualifier = list.enter();
      qualifiers.push({ policy, type: qualifier.objectIdentifier(), reader: qualifier });
    }
  }
  return qualifiers;
}

interface Notice {
  readonly hasReference: boolean;
  /** Length in characters. */
  readonly text: { readonly tag: number; readonly length: number } | undefined;
}

const noticesIn = (subject: CertificateSubject): readonly Notice[] =>
  qualifiersIn(subject)
    .filter(({ type }) => type === USER_NOTICE)
    .map(({ reader }) => {
      const notice = reader.enter();
      const hasReference = notice.optional(TAG.sequence) !== undefined;
      const text = notice.done ? undefined : notice.read();
      return { hasReference, text: text && { tag: text.tag, length: lengthOf(text) } };
    });

/** Of a UTF8String or BMPString in characters; the others have one octet for each. */
const lengthOf = ({ tag, contents }: { readonly tag: number; readonly contents: Uint8Array }) => {
  if (tag === TAG.utf8String) return [...Buffer.from(contents).toString('utf8')].length;
  return tag === BMP_STRING ? contents.length / 2 : contents.length;
};

const BMP_STRING = 0x1e;
