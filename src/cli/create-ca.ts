import { rehearse, selfSign } from '../ca/authority.ts';
import { NO_POLICY, policyNamed } from '../ca/policy.ts';
import { PkiError } from '../errors.ts';
import { profileNamed, ROOT_CA } from '../profiles/built-in.ts';
import type { KeyAccess } from '../signers/key-access.ts';
import { printKeyRef } from '../signers/key-ref.ts';
import type { Secret } from '../signers/secret.ts';
import { StagedCaDirectory } from '../store/ca-directory.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { NameAttribute } from '../x509/names.ts';
import { type CaKeyPlan, type InitCaOptions, planCaKeys } from './ca-key-plan.ts';
import type { CliContext } from './context.ts';
import { preferencesOf, withHsmConfig } from './hsm-config.ts';
import { makeCaKeys } from './make-ca-keys.ts';
import { newPassphrase } from './new-passphrase.ts';
import { keyAccess } from './options.ts';
import { plannedAlgorithms, withPolicyChoice } from './policies.ts';

export interface CreateCaInput {
  readonly options: InitCaOptions;
  /** Absolute path of the directory to make. */
  readonly directory: string;
  readonly subject: readonly NameAttribute[];
}

export interface CreatedCa {
  readonly certificate: Certificate;
  /** For people: where each key is. */
  readonly keys: readonly { readonly algorithm: string; readonly key: string }[];
  readonly notes: readonly string[];
}

/** Makes a CA: keys, certificate and directory, or nothing at all. */
export async function createCa(
  context: CliContext,
  { options: given, directory, subject }: CreateCaInput,
): Promise<CreatedCa> {
  const options = withPolicyChoice(await withHsmConfig(context, given), context.cwd);
  const plan = planCaKeys(options, context.cwd);
  const policy = policyNamed(options.policy ?? NO_POLICY);
  const { resources, clock, entropy } = context;
  const root = {
    subject,
    profile: profileNamed(ROOT_CA),
    ...(options.days !== undefined && { validityDays: options.days }),
    policies: policy ? [policy] : [],
  };
  await rehearse({ ...root, planned: plannedAlgorithms(plan) }, { clock, entropy });
  const staged = resources.use(new StagedCaDirectory(directory));
  const passphrase = await choosePassphrase(context, options, plan);
  const access: KeyAccess = {
    ...keyAccess(context, options, staged.path),
    ...(passphrase && { passphrase: async () => passphrase }),
  };
  const { config, keys } = await makeCaKeys(plan, { staged, access, passphrase, resources });
  const parts = { store: staged.store, clock, entropy };
  const { certificate, notes } = await selfSign({ ...root, keys }, parts);
  const hsm = preferencesOf(options);
  await staged.writeCa(
    { name: options.name, keys: config, ...(policy && { policy }), hsm },
    certificate,
  );
  if (context.interrupted.aborted) throw new PkiError('INTERRUPTED', 'interrupted'); // being undone
  staged.commit();
  const all = [config.signing, ...(config.hybrid ? [config.hybrid.mlDsa] : [])];
  const printed = all.flatMap(({ algorithm, key, replicas = [] }) =>
    [key, ...replicas].map((ref) => ({ algorithm, key: printKeyRef(ref) })),
  );
  const reused = plan.hybrid && plan.signing.kind === 'in-token' && policy?.reusedKeyNote;
  return { certificate, keys: printed, notes: reused ? [...notes, reused] : notes };
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
