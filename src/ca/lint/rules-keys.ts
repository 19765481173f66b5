import type { KeyUsage } from '../../x509/extensions.ts';
import type { LintRule, LintSubject, RequestSubject } from './rule.ts';
import { RSA_RULES } from './rules-rsa.ts';

const SIGNING: readonly KeyUsage[] = [
  'digitalSignature',
  'nonRepudiation',
  'keyCertSign',
  'cRLSign',
];

/** Usages of the certificate that are not among `allowed`. */
const usagesBeyond = (
  { extensions }: RequestSubject,
  allowed: readonly KeyUsage[],
): readonly KeyUsage[] => extensions.keyUsage?.filter((usage) => !allowed.includes(usage)) ?? [];

/** Rows for keys of one family whose usages are limited. */
function usageRule(
  id: string,
  cites: string,
  requires: string,
  applies: (subject: RequestSubject) => boolean,
  allowed: readonly KeyUsage[],
): LintRule<RequestSubject> {
  return {
    id,
    cites,
    requires,
    check: (subject) => {
      const wrong = applies(subject) ? usagesBeyond(subject, allowed) : [];
      const { algorithm } = subject.key;
      return wrong.length === 0
        ? undefined
        : `a key for ${algorithm?.name} must not have the key usage ${wrong.join(', ')}`;
    },
  };
}

const isKind = ({ key: { algorithm } }: RequestSubject, kind: 'rsa' | 'ec' | 'edwards'): boolean =>
  algorithm?.family === 'classical' && algorithm.key.kind === kind;

const isPostQuantum = ({ key: { algorithm } }: RequestSubject): boolean =>
  algorithm?.family === 'ml-dsa' || algorithm?.family === 'composite';

const isSlhDsa = ({ key: { algorithm } }: RequestSubject): boolean =>
  algorithm?.family === 'slh-dsa';

const isKem = ({ key: { algorithm } }: RequestSubject): boolean => algorithm?.family === 'ml-kem';

/** RFC 9881 §5 and RFC 9909 §6 in the same words: a key usage, if there is one, has to sign. */
const signsRule = (
  id: string,
  cites: string,
  requires: string,
  applies: (subject: RequestSubject) => boolean,
): LintRule<RequestSubject> => ({
  id,
  cites,
  requires,
  check: (subject) =>
    applies(subject) &&
    subject.extensions.keyUsage &&
    !subject.extensions.keyUsage.some((usage) => SIGNING.includes(usage))
      ? `a key for ${subject.key.algorithm?.name} must have a key usage that signs`
      : undefined,
});

/** The subject's public key and what it may be used for. */
export const KEY_RULES: readonly LintRule<RequestSubject>[] = [
  {
    id: 'key-well-formed',
    cites: 'RFC 5280 §4.1.2.7, RFC 9881 §4, RFC 9909 §5, RFC 9935 §4',
    requires: 'the public key can be read, and has the length that its algorithm knows',
    check: ({ key }) => (key.algorithm ? key.problem : undefined),
  },
  {
    id: 'key-known',
    cites: 'RFC 5280 §4.1.2.7',
    requires: 'the public key is of a known kind',
    severity: 'warning',
    check: ({ key }) => (key.algorithm ? undefined : key.problem),
  },
  ...RSA_RULES,
  usageRule(
    'rsa-key-usage',
    'RFC 3279 §2.3.1',
    'an RSA key has no usage of key agreement',
    (subject) => isKind(subject, 'rsa'),
    [...SIGNING, 'keyEncipherment', 'dataEncipherment'],
  ),
  {
    id: 'rsa-ca-key-usage',
    cites: 'RFC 3279 §2.3.1',
    requires: 'an RSA key that signs certificates or CRLs has no usage of encryption',
    severity: 'warning',
    check: (subject) => {
      const { keyUsage = [] } = subject.extensions;
      const has = (...usages: readonly KeyUsage[]) => usages.some((one) => keyUsage.includes(one));
      return isKind(subject, 'rsa') &&
        has('keyCertSign', 'cRLSign') &&
        has('keyEncipherment', 'dataEncipherment')
        ? 'an RSA key that signs certificates or CRLs should not have a key usage of encryption'
        : undefined;
    },
  },
  usageRule(
    'ec-key-usage',
    'RFC 5480 §3',
    'an EC key has usages that sign, and keyAgreement, at most',
    (subject) => isKind(subject, 'ec'),
    [...SIGNING, 'keyAgreement', 'encipherOnly', 'decipherOnly'],
  ),
  usageRule(
    'eddsa-key-usage',
    'RFC 8410 §5',
    'an Ed25519 or Ed448 key has usages that sign only',
    (subject) => isKind(subject, 'edwards'),
    SIGNING,
  ),
  usageRule(
    'ml-dsa-key-usage',
    'RFC 9881 §5, composite draft 19 §5.2',
    'a key for ML-DSA, or a composite one, has usages that sign only',
    isPostQuantum,
    SIGNING,
  ),
  signsRule(
    'ml-dsa-key-usage-signs',
    'RFC 9881 §5',
    'a key for ML-DSA, or a composite one, has a usage that signs, if it has any',
    isPostQuantum,
  ),
  usageRule(
    'slh-dsa-key-usage',
    'RFC 9909 §6',
    'a key for SLH-DSA has usages that sign only',
    isSlhDsa,
    SIGNING,
  ),
  signsRule(
    'slh-dsa-key-usage-signs',
    'RFC 9909 §6',
    'a key for SLH-DSA has a usage that signs, if it has any',
    isSlhDsa,
  ),
  usageRule(
    'ml-kem-key-usage',
    'RFC 9935 §5',
    'a key for ML-KEM has the usage keyEncipherment only',
    isKem,
    ['keyEncipherment'],
  ),
  {
    id: 'ml-kem-not-ca',
    cites: 'RFC 9935 §5',
    requires: 'a CA has no key for ML-KEM, which cannot sign',
    check: (subject) =>
      isKem(subject) && subject.extensions.basicConstraints?.ca
        ? `a key for ${subject.key.algorithm?.name} cannot be that of a CA`
        : undefined,
  },
];

/** The subject's key beside that of the issuer. */
export const ISSUER_KEY_RULES: readonly LintRule<LintSubject>[] = [
  {
    id: 'key-not-of-issuer',
    cites: 'RFC 4158 §2.4.1, TLS BR §6.1.1.3',
    requires: 'the key is not that of the issuer',
    check: ({ tbs, issuer: { certificate, signing, alternative } }) =>
      certificate &&
      [signing, alternative].some(
        (half) => half && Buffer.compare(tbs.publicKey, half.publicKey) === 0,
      )
        ? "the key must not be the issuer's own"
        : undefined,
  },
];
