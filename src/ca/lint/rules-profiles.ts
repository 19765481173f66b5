import type { SignatureAlgorithm } from '../../algorithms/algorithm.ts';
import { algorithmsOfKey, describeKey } from '../../algorithms/spki.ts';
import type { Profile } from '../../profiles/profile-config.ts';
import type { LintRule } from './rule.ts';
import { pointsToRevocation } from './rules-revocation.ts';

/** Seven days, both ends included. Milliseconds. */
const SHORT_LIVED = 7 * 86_400_000;

const KEY_ALGORITHM = 'profile-key-algorithm';
const OF_KEYS = 'RFC 3647 §4.6.1';

/** What its profile says of a certificate. */
export const PROFILE_RULES: readonly LintRule[] = [
  {
    id: 'ca-basic-constraints',
    cites: 'RFC 5280 §4.2.1.9',
    requires: 'basicConstraints says what the profile says: a CA or none',
    check: ({ extensions, profile }) => {
      const ca = extensions.basicConstraints?.ca ?? false;
      return ca === (profile.ca ?? false)
        ? undefined
        : `basicConstraints must say that it is ${profile.ca ? 'a' : 'no'} CA`;
    },
  },
  {
    id: 'profile-subject-alt-name',
    cites: 'RFC 9525 §2, RFC 8550 §3',
    requires: 'there is a subjectAltName where the profile wants one',
    check: ({ profile, extensions }) =>
      profile.subjectAltName.required && !extensions.subjectAltName
        ? `profile "${profile.name}" needs a name of the kind ${profile.subjectAltName.types.join(' or ')}`
        : undefined,
  },
  {
    id: 'tls-no-ca',
    cites: 'TLS BR §7.1.2.7.8',
    requires: 'a TLS server or client is no CA',
    check: ({ extensions, profile }) =>
      !profile.ca &&
      extensions.basicConstraints?.ca &&
      extensions.extKeyUsage?.some((purpose) => ['serverAuth', 'clientAuth'].includes(purpose))
        ? 'a TLS server or client must not be a CA'
        : undefined,
  },
  {
    id: KEY_ALGORITHM,
    cites: OF_KEYS,
    requires: 'the key is of a kind that the profile takes',
    check: ({ tbs, profile }) => {
      const names = algorithmsOfKey(tbs.publicKey).map(({ name }) => name);
      return keyProblem(profile, describeKey(tbs.publicKey), names);
    },
  },
  {
    id: 'short-lived-validity',
    cites: 'TLS BR §1.6.1',
    requires: 'a short-lived certificate is valid for seven days at most',
    check: ({ profile, tbs }) =>
      profile.shortLived && tbs.notAfter.getTime() - tbs.notBefore.getTime() >= SHORT_LIVED
        ? `profile "${profile.name}" is short-lived, which is seven days at most`
        : undefined,
  },
  {
    id: 'short-lived-not-revoked',
    cites: 'RFC 9608 §1, TLS BR §7.1.2.11.2',
    requires: 'a short-lived certificate points to no CRL and no OCSP responder',
    check: (subject) =>
      subject.profile.shortLived && pointsToRevocation(subject)
        ? 'a short-lived certificate must not point to a CRL or an OCSP responder'
        : undefined,
  },
];

/** What `profile-key-algorithm` will find of a key that is not there yet. */
export function plannedKeyFindings(
  profile: Profile,
  [first]: readonly (SignatureAlgorithm | undefined)[],
): readonly string[] {
  const problem = first && keyProblem(profile, first.name);
  return problem === undefined ? [] : [`${problem} (${KEY_ALGORITHM}, ${OF_KEYS})`];
}

/** `others` are further names for the algorithm of the key. */
function keyProblem(
  { name, keyAlgorithms }: Profile,
  key: string,
  others: readonly string[] = [],
): string | undefined {
  return !keyAlgorithms || [key, ...others].some((known) => keyAlgorithms.includes(known))
    ? undefined
    : `profile "${name}" takes no ${key} key, only: ${keyAlgorithms.join(', ')}`;
}
