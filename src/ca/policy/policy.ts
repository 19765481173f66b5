import type { KeyAlgorithm, SignatureAlgorithm } from '../../algorithms/algorithm.ts';
import { PkiError } from '../../errors.ts';
import type { LintRule, LintSubject } from '../lint/rule.ts';
import { describeSubjectKey } from '../subject-key.ts';
import { ANSSI } from './anssi.ts';
import { BSI } from './bsi.ts';
import { CNSA2 } from './cnsa2.ts';
import type { Policy, PolicyAlgorithm, PolicyName, PolicyRule, PolicyUse } from './rule.ts';

export type { Policy, PolicyName };

/** The policies that there are: help texts, docs and tests are made from these. */
export const POLICIES: readonly Policy[] = [BSI, ANSSI, CNSA2];

export const NO_POLICY = 'none';

const ROLES = ['signature', 'key'] as const;

/** What may be asked for. */
export const POLICY_NAMES: readonly string[] = [...POLICIES.map(({ name }) => name), NO_POLICY];

/** Looks a policy up; none for "none", and an error for what is not in the list. */
export function policyNamed(name: string): Policy | undefined {
  const found = POLICIES.find((policy) => policy.name === name);
  if (found || name === NO_POLICY) return found;
  throw new PkiError('USAGE', `unknown policy "${name}"`, {
    hints: [`use one of: ${POLICY_NAMES.join(', ')}`],
  });
}

/** The rows of policies as lints, each of which is about the signature and the subject's key. */
export const policyLints = (policies: readonly Policy[] = []): readonly LintRule[] =>
  policies.flatMap(({ rules }) =>
    rules.map((rule) => ({
      id: rule.id,
      cites: rule.cites,
      requires: rule.requires,
      check: (subject: LintSubject) => problemOf(rule, usesOf(subject)),
    })),
  );

/** Algorithms of a certificate to be; undefined stands for a key that has not been looked at. */
export type PlannedAlgorithms = readonly (SignatureAlgorithm | undefined)[];

/**
 * What will be wrong with the certificate of a CA with keys for these algorithms, as lints report
 * it. Whoever names no others for the signature has a root in mind, which signs its own.
 */
export function plannedFindings(
  policies: readonly Policy[],
  planned: PlannedAlgorithms,
  until: Date,
  signing: PlannedAlgorithms = planned,
): readonly string[] {
  const uses = ROLES.map((role) => {
    const algorithms = role === 'signature' ? signing : planned;
    return { role, algorithms: algorithms.map((algorithm) => ({ algorithm })), until };
  });
  return policies.flatMap(({ rules }) =>
    rules.flatMap((rule) => {
      const problem = problemOf(rule, uses);
      return problem === undefined ? [] : [`${problem} (${rule.id}, ${rule.cites})`];
    }),
  );
}

/**
 * Whether a policy takes a certificate that has one key, which is for `algorithm`, is signed with it,
 * if it signs, and ends at `until`.
 */
export function allowedBy({ rules }: Policy, algorithm: KeyAlgorithm, until: Date): boolean {
  const roles = algorithm.family === 'ml-kem' ? ['key' as const] : ROLES;
  const uses = roles.map((role) => ({ role, algorithms: [{ algorithm }], until }));
  return rules.every((rule) => problemOf(rule, uses) === undefined);
}

/** "signature: …", "key: …", or both at once where the same is wrong with both. */
function problemOf({ check }: PolicyRule, uses: readonly PolicyUse[]): string | undefined {
  const problems = uses.flatMap((use) => {
    const problem = check(use);
    return problem === undefined ? [] : [{ role: use.role, problem }];
  });
  if (problems.length === 0) return undefined;
  return [...Map.groupBy(problems, ({ problem }) => problem)]
    .map(([problem, of]) => `${of.map(({ role }) => role).join(' and ')}: ${problem}`)
    .join('; ');
}

function usesOf({ tbs, extensions, key, issuer }: LintSubject): readonly PolicyUse[] {
  const { signing, alternative } = issuer;
  const second = extensions.subjectAltPublicKeyInfo;
  const keys = second ? [key, describeSubjectKey(second)] : [key];
  const until = tbs.notAfter;
  return [
    { role: 'signature', algorithms: alternative ? [signing, alternative] : [signing], until },
    {
      role: 'key',
      algorithms: keys.map(
        ({ algorithm, rsa }): PolicyAlgorithm => ({ algorithm, rsaBits: rsa?.bits }),
      ),
      until,
    },
  ];
}
