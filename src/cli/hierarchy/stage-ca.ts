import { type NewCa, rehearse } from '../../ca/authority.ts';
import { NO_POLICY, type Policy, policyNamed } from '../../ca/policy/policy.ts';
import { PkiError } from '../../errors.ts';
import { BUILT_IN_PROFILES, profileNamed, ROOT_CA } from '../../profiles/built-in.ts';
import { continued } from '../../profiles/continued.ts';
import { withPathLength } from '../../profiles/path-length.ts';
import type { Profile } from '../../profiles/profile-config.ts';
import type { KeyAccess } from '../../signers/key-access.ts';
import type { Secret } from '../../signers/secret.ts';
import { StagedCaDirectory } from '../../store/ca-directory.ts';
import type { Certificate } from '../../x509/certificate.ts';
import type { NameAttribute } from '../../x509/names.ts';
import { actOf } from '../act.ts';
import type { CliContext } from '../context.ts';
import { givenVariables } from '../issuing/given-variables.ts';
import { loadProfile } from '../load-profile.ts';
import { type NewPassphraseOptions, newPassphrase } from '../new-passphrase.ts';
import type { OpenCa } from '../open-ca.ts';
import { keyAccess } from '../options.ts';
import { plannedAlgorithms, withPolicyChoice } from '../policies.ts';
import { OWN_SECRETS } from '../secrets.ts';
import { type CaKeyPlan, planCaKeys } from './ca-key-plan.ts';
import type { InitCaOptions } from './init-ca-options.ts';
import { type CaKeys, makeCaKeys } from './make-ca-keys.ts';

/** A CA that can be made, as far as that is known without a key. */
export interface PlannedCa {
  /** Completed by the policy and the file of `--hsm-config`. */
  readonly options: Omit<InitCaOptions, 'dir'>;
  readonly keys: CaKeyPlan;
  readonly ca: NewCa;
  readonly policy: Policy | undefined;
}

const CA_PROFILES = BUILT_IN_PROFILES.filter(({ ca, name }) => ca && name !== ROOT_CA).map(
  ({ name }) => name,
);

/** Profile of CAs below another one, unless `--profile` names one. */
export const ISSUING_CA = 'issuing-ca';

/**
 * Decides what a CA gets; throws POLICY for what would be refused once its keys are made. One that
 * `continues` a certificate keeps the name and the limits of that.
 */
export async function planCa(
  context: CliContext,
  given: Omit<InitCaOptions, 'dir'>,
  subject: readonly NameAttribute[],
  parent?: OpenCa,
  continues?: Certificate,
): Promise<PlannedCa> {
  // who certifies under a policy has its CAs follow that, unless they say otherwise
  const policyName = given.policy ?? parent?.directory.config.policy?.name;
  const followed = policyName === undefined ? given : { ...given, policy: policyName };
  const options = withPolicyChoice(followed, context.cwd);
  const keys = planCaKeys(options, context.cwd);
  const policy = policyNamed(options.policy ?? NO_POLICY);
  const { days, clamp } = options;
  const profile = await caProfile(options, parent);
  const ca: NewCa = {
    subject,
    profile: continues ? continued(profile, continues) : profile,
    variables: givenVariables(options.var),
    ...(continues && { continues }),
    ...(days !== undefined && { validityDays: days }),
    ...(clamp !== undefined && { clamp }),
    policies: policy ? [policy] : [],
  };
  await rehearse({ ...ca, planned: plannedAlgorithms(keys) }, context, parent?.issuer);
  return { options, keys, ca, policy };
}

/** The profile of a root, or one of the parent's for a CA under it, or else a built-in one. */
async function caProfile(
  { profile = ISSUING_CA, pathLength }: Omit<InitCaOptions, 'dir'>,
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

/**
 * Makes the directory and the keys; both go again unless the directory is committed. `others` are
 * CAs that take part, whose secrets the modules of this one do not get.
 */
export async function stageCa(
  context: CliContext,
  directory: string,
  { options, keys: plan }: PlannedCa,
  others: readonly OpenCa[] = [],
): Promise<StagedCa> {
  const { resources } = context;
  const staged = resources.use(new StagedCaDirectory(directory, actOf(context, options)));
  const passphrase = await choosePassphrase(context, options, plan);
  const hidden = others.flatMap(({ directory: { config } }) => config.hsm?.pinEnv ?? []);
  const secrets = hidden.length === 0 ? OWN_SECRETS : { ...OWN_SECRETS, hidden };
  const access: KeyAccess = {
    ...keyAccess(context, options, staged.path, secrets),
    ...(passphrase && { passphrase: async () => passphrase }),
  };
  return { staged, ...(await makeCaKeys(plan, { staged, access, passphrase, resources })) };
}

/** One passphrase for all key files of the CA; undefined if there are none, or by request. */
async function choosePassphrase(
  context: CliContext,
  options: NewPassphraseOptions,
  { signing, hybrid }: CaKeyPlan,
): Promise<Secret | undefined> {
  if (signing.kind !== 'new-file' && hybrid?.mlDsa.kind !== 'new-file') return undefined;
  return newPassphrase(context, options, 'the CA key');
}
