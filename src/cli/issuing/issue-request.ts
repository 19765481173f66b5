import { keyAlgorithmNamed } from '../../algorithms/registry.ts';
import type { DraftOptions } from '../../ca/draft.ts';
import type { GivenNames } from '../../ca/draft-names.ts';
import type { Policy } from '../../ca/policy/policy.ts';
import { type CertificateRequest, requestForOwnKey, verifyRequest } from '../../ca/request.ts';
import { PkiError } from '../../errors.ts';
import { ROOT_CA } from '../../profiles/built-in.ts';
import type { Profile } from '../../profiles/profile-config.ts';
import { generatePkcs8 } from '../../signers/generate-key.ts';
import { publicKeyOfPkcs8 } from '../../signers/software-key.ts';
import type { CliContext } from '../context.ts';
import { loadProfile } from '../load-profile.ts';
import { type OpenCa, openCa } from '../open-ca.ts';
import { pathOf } from '../options.ts';
import { subjectKeyUnder } from '../policies.ts';
import { waitingAt } from '../progress.ts';
import { nameOf } from '../read-certificates.ts';
import { readInput } from '../read-input.ts';
import type { EvidenceOptions } from '../requests/evidence-options.ts';
import { requestEvidence } from '../requests/request-evidence.ts';
import { givenNames, type NameOptions } from './given-names.ts';
import { givenVariables } from './given-variables.ts';
import type { IssueJob, Requested } from './issue-job.ts';
import type { SigningOptions } from './issue-options.ts';

export interface IssueOptions extends SigningOptions, NameOptions, EvidenceOptions {
  readonly profile: string;
  readonly var?: readonly string[];
  readonly csr?: string;
  readonly keyAlgorithm?: string;
}

/** What `pki issue` is asked to issue. */
export async function issueJob(context: CliContext, options: IssueOptions): Promise<IssueJob> {
  const profile = await issuableProfile(context, options);
  const readOnly = options.dryRun ?? false;
  const ca = await openCa(context, options.caDir, options, { readOnly });
  return {
    ca,
    profile,
    details: { ...givenNames(options), ...givenDetails(options) },
    requested: () => requested(context, options, { profile, ca }),
  };
}

/** The profile of that name, of the CA or built in. */
export async function issuableProfile(
  context: CliContext,
  { caDir, profile: name }: Pick<IssueOptions, 'caDir' | 'profile'>,
): Promise<Profile> {
  if (name !== ROOT_CA) return loadProfile(pathOf(context, caDir), name);
  throw new PkiError('USAGE', `profile "${name}" is for self-signed certificates`, {
    hints: ['make a root CA with "pki init-ca"'],
  });
}

/** The values of variables and the validity that the command line gives. */
export const givenDetails = ({
  var: values,
  days,
  clamp,
}: Pick<IssueOptions, 'var' | 'days' | 'clamp'>): Omit<DraftOptions, keyof GivenNames> => ({
  variables: givenVariables(values),
  ...(days !== undefined && { validityDays: days }),
  ...(clamp !== undefined && { clamp }),
});

/** The request in the file, or one for a key that is made now, in memory. */
async function requested(
  context: CliContext,
  options: IssueOptions,
  { profile, ca }: { readonly profile: Profile; readonly ca: OpenCa },
): Promise<Requested> {
  const { csr } = options;
  if (csr === undefined) {
    const { keyAlgorithm = defaultKey(profile, ca.issuer.policies) } = options;
    return requestWithNewKey(context, keyAlgorithm);
  }
  return { request: await requestIn(context, csr, options, ca) };
}

/** The request in a file of the command line, with what its proofs refer to. */
export async function requestIn(
  context: CliContext,
  csr: string,
  options: EvidenceOptions,
  ca: OpenCa,
): Promise<CertificateRequest> {
  const file = await readInput(context, csr);
  const evidence = await requestEvidence(context, options, ca);
  return verifyRequest(file, nameOf(csr), evidence);
}

/** What the policies choose, where the profile allows it. */
function defaultKey({ keyAlgorithms }: Profile, policies: readonly Policy[] = []): string {
  const chosen = subjectKeyUnder(policies);
  const [first = chosen] = keyAlgorithms ?? [];
  return keyAlgorithms?.includes(chosen) ? chosen : first;
}

/** A request for a key that is made now, in memory; `names` are what it asks for. */
export async function requestWithNewKey(
  context: CliContext,
  name: string,
  names?: Parameters<typeof requestForOwnKey>[1],
): Promise<Requested> {
  const algorithm = keyAlgorithmNamed(name);
  const pkcs8 = await waitingAt(context)(
    `making a key for ${algorithm.name}`,
    generatePkcs8(algorithm),
  );
  const publicKey = await publicKeyOfPkcs8(pkcs8, 'the key that was made');
  return { request: requestForOwnKey(publicKey, names), pkcs8 };
}
