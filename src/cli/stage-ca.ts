import { type NewCa, rehearse } from '../ca/authority.ts';
import { NO_POLICY, type Policy, policyNamed } from '../ca/policy.ts';
import { PkiError } from '../errors.ts';
import { BUILT_IN_PROFILES, profileNamed, ROOT_CA } from '../profiles/built-in.ts';
import { withPathLength } from '../profiles/path-length.ts';
import type { Profile } from '../profiles/profile-config.ts';
import type { KeyAccess } from '../signers/key-access.ts';
import type { Secret } from '../signers/secret.ts';
import { StagedCaDirectory } from '../store/ca-directory.ts';
import type { NameAttribute } from '../x509/names.ts';
import { type CaKeyPlan, planCaKeys } from './ca-key-plan.ts';
import type { CliContext } from './context.ts';
import { givenVariables } from './given-variables.ts';
import type { InitCaOptions } from './hierarchy/init-ca-options.ts';
import { loadProfile } from './load-profile.ts';
import { type CaKeys, makeCaKeys } from './make-ca-keys.ts';
import { newPassphrase } from './new-passphrase.ts';
import type { OpenCa } from './open-ca.ts';
import { keyAccess } from './options.ts';
import { plannedAlgorithms, withPolicyChoice } from './policies.ts';
import { OWN_SECRETS } from './secrets.ts';

/** A CA that can be made, as far as that is known without a key. */
export interface PlannedCa {
  /** Completed by the policy and the file of `--hsm-config`. */
  readonly options: InitCaOptions;
  readonly keys: CaKeyPlan;
  readonly ca: NewCa;
  readonly policy: Policy | undefined;
}

const CA_PROFILES = BUILT_IN_PROFILES.filter(({ ca, name }) => ca && name !== ROOT_CA).map(
  ({ name }) => name,
);

/** Profile of CAs below another one, unless `--profile` names one. */
const ISSUING_CA = 'issuing-ca';

/** Decides what a CA gets; throws POLICY for what would be refused once its keys are made. */
export async function planCa(
  context: CliContext,
  given: InitCaOptions,
  subject: readonly NameAttribute[],
  parent?: OpenCa,
): Promise<PlannedCa> {
  // who certifies under a policy has its CAs follow that, unless they say otherwise
  const policyName = given.policy ?? parent?.directory.config.policy?.name;
  const followed = policyName === undefined ? given : { ...given, policy: policyName };
  const options = withPolicyChoice(followed, context.cwd);
  const keys = planCaKeys(options, context.cwd);
  const policy = policyNamed(options.policy ?? NO_POLICY);
  const { days, clamp } = options;
  const ca: NewCa = {
    subject,
    profile: await caProfile(options, parent),
    variables: givenVariables(options.var),
    ...(days !== undefined && { validityDays: days }),
    ...(clamp !== undefined && { clamp }),
    policies: policy ? [policy] : [],
  };
  await rehearse({ ...ca, planned: plannedAlgorithms(keys) }, context, parent?.issuer);
  return { options, keys, ca, policy };
}

/** The profile of a root, or one of the parent's for a CA under it, or else a built-in one. */
async function caProfile(
  { profile = ISSUING_CA, pathLength }: InitCaOptions,
  parent: OpenCa | undefined,
): Promise<Profile> {
  const named = parent ? await loadProfile(parent.directory.path, profile) : profileNamed(ROOT_CA);
  if (parent && (!named.ca || named.name === ROOT_CA)) {
    throw new PkiError('USAGE', `profile "${profile}" is not for a CA under another one`, {
      hints: [`use one of: ${CA_PROFILES.join(', ')}, or one of the parent that says "ca: true"`],
    });
  }
  return pathLength === undefined ? named : withPathLength(named, pathLength);
}

/** A CA whose keys are there, and open; its directory is not in its place yet. */
export interface StagedCa extends CaKeys {
  readonly staged: StagedCaDirectory;
}

/** Makes the directory and the keys; both go again unless the directory is committed. */
export async function stageCa(
  context: CliContext,
  directory: string,
  { options, keys: plan }: PlannedCa,
  parent?: OpenCa,
): Promise<StagedCa> {
  const { resources } = context;
  const staged = resources.use(new StagedCaDirectory(directory));
  const passphrase = await choosePassphrase(context, options, plan);
  const parentPin = parent?.directory.config.hsm?.pinEnv;
  const secrets = parentPin === undefined ? OWN_SECRETS : { ...OWN_SECRETS, hidden: [parentPin] };
  const access: KeyAccess = {
    ...keyAccess(context, options, staged.path, secrets),
    ...(passphrase && { passphrase: async () => passphrase }),
  };
  return { staged, ...(await makeCaKeys(plan, { staged, access, passphrase, resources })) };
}

/** One passphrase for all key files of the CA; undefined if there are none, or by request. */
async function choosePassphrase(
  context: CliContext,
  options: InitCaOptions,
  { signing, hybrid }: CaKeyPlan,
): Promise<Secret | undefined> {
  if (signing.kind !== 'new-file' && hybrid?.mlDsa.kind !== 'new-file') return undefined;
  return newPassphrase(context, options, 'the CA key');
}
