import { Option } from 'commander';
import type { SignatureAlgorithm } from '../algorithms/algorithm.ts';
import { algorithmNamed, compositeOf } from '../algorithms/registry.ts';
import { NO_POLICY, POLICY_NAMES, type Policy, policyNamed } from '../ca/policy/policy.ts';
import { PkiError } from '../errors.ts';
import type { CaKeyOptions, CaKeyPlan } from './hierarchy/ca-key-plan.ts';
import { tokenKeyRefs } from './hsm/token-key-refs.ts';

export const policyOption = (description: string): Option =>
  new Option('--policy <name>', description).choices(POLICY_NAMES);

/** The options, with the algorithms that their policy chooses where they name none. */
export function withPolicyChoice<Options extends CaKeyOptions>(
  options: Options,
  cwd: string,
): Options {
  const policy = policyNamed(options.policy ?? NO_POLICY);
  if (!policy || options.algorithm !== undefined) return options;
  const chosen = algorithmNamed(policy.chooses.caKey);
  if (chosen.family !== 'composite') {
    return options.hybrid === undefined ? { ...options, algorithm: chosen.name } : options;
  }
  const { classical, mlDsa } = chosen;
  // no composite for a key that is there: it must not be reused for one
  if (tokenKeyRefs(options, cwd) && !options.pkcs11GenerateKey) {
    return { hybrid: 'catalyst', mlDsa: mlDsa.name, ...options };
  }
  if (options.hybrid !== 'catalyst') return { ...options, algorithm: chosen.name };
  return { mlDsa: mlDsa.name, ...options, algorithm: classical.name };
}

/** Algorithms of the signatures of a CA with these keys, as far as they are known beforehand. */
export function plannedAlgorithms({
  signing,
  hybrid,
}: CaKeyPlan): readonly (SignatureAlgorithm | undefined)[] {
  const [first, second] = [signing.algorithm, hybrid?.mlDsa.algorithm];
  if (!hybrid) return [first];
  if (hybrid.scheme === 'composite' && first?.family === 'classical' && second?.family === 'ml-dsa')
    return [compositeOf(first, second)];
  return [first, second];
}

/** What the certificates of a CA follow: its own policy and, in addition, the one asked for. */
export function policiesOf(own: Policy | undefined, asked: string | undefined): readonly Policy[] {
  const added = asked === undefined ? undefined : policyNamed(asked);
  if (own && asked === NO_POLICY) {
    throw new PkiError(
      'POLICY',
      `the CA was made under the policy ${own.name}, and issues under it`,
      {
        hints: ['leave --policy none out; another policy can only be added'],
      },
    );
  }
  return [...new Set([own, added])].filter((policy) => policy !== undefined);
}

/** The algorithm of a subject's key that is made under these policies: the last one chooses. */
export const subjectKeyUnder = (policies: readonly Policy[] = []): string =>
  policies.at(-1)?.chooses.subjectKey ?? 'ecdsa-p256';
