import type { SignatureAlgorithm } from '../algorithms/algorithm.ts';
import { algorithmsOfKey, describeKey } from '../algorithms/spki.ts';
import { parseNameConstraints } from '../path/name-constraints.ts';
import type { Profile } from '../profiles/profile-config.ts';
import { parseCertificatePolicies } from '../x509/certificate-policies.ts';
import { EXTENSION_OID, type Extension } from '../x509/extensions.ts';
import type { LintRule, LintSubject } from './lint-rule.ts';

const nameConstraints = ({ tbs }: LintSubject): Extension | undefined =>
  tbs.extensions.find(({ oid }) => oid === EXTENSION_OID.nameConstraints);

const KEY_ALGORITHM = 'profile-key-algorithm';
const OF_KEYS = 'RFC 3647 §4.6.1';

/** What limits a CA or a profile. */
export const CONSTRAINT_RULES: readonly LintRule[] = [
  {
    id: 'name-constraints-only-ca',
    cites: 'RFC 5280 §4.2.1.10',
    check: (subject) =>
      nameConstraints(subject) && !subject.extensions.basicConstraints?.ca
        ? 'nameConstraints must not be there without cA'
        : undefined,
  },
  {
    id: 'name-constraints-critical',
    cites: 'RFC 5280 §4.2.1.10',
    check: (subject) =>
      nameConstraints(subject)?.critical === false ? 'nameConstraints must be critical' : undefined,
  },
  {
    id: 'name-constraints-not-empty',
    cites: 'RFC 5280 §4.2.1.10',
    check: (subject) => {
      const found = nameConstraints(subject);
      if (!found) return undefined;
      const { permitted, excluded } = parseNameConstraints(found.value);
      return permitted.length + excluded.length === 0
        ? 'nameConstraints must permit or exclude something'
        : undefined;
    },
  },
  {
    id: 'certificate-policies-unique',
    cites: 'RFC 5280 §4.2.1.4',
    check: ({ tbs }) => {
      const { certificatePolicies } = EXTENSION_OID;
      const found = tbs.extensions.find(({ oid }) => oid === certificatePolicies);
      const oids = found ? parseCertificatePolicies(found.value) : [];
      const twice = oids.find((oid, index) => oids.indexOf(oid) < index);
      return twice && `the policy ${twice} must be there once`;
    },
  },
  {
    id: KEY_ALGORITHM,
    cites: OF_KEYS,
    check: ({ tbs, profile }) => {
      const names = algorithmsOfKey(tbs.publicKey).map(({ name }) => name);
      return keyProblem(profile, describeKey(tbs.publicKey), names);
    },
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
