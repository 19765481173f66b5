import { keyAlgorithmNamed } from '../algorithms/registry.ts';
import type { DraftOptions } from '../ca/draft.ts';
import type { Policy } from '../ca/policy.ts';
import { type CertificateRequest, requestForOwnKey, verifyRequest } from '../ca/request.ts';
import { PkiError } from '../errors.ts';
import { ROOT_CA } from '../profiles/built-in.ts';
import type { Profile } from '../profiles/profile-config.ts';
import { generatePkcs8 } from '../signers/generate-key.ts';
import { publicKeyOfPkcs8 } from '../signers/software-key.ts';
import type { CliContext } from './context.ts';
import { givenNames } from './given-names.ts';
import { givenVariables } from './given-variables.ts';
import type { IssueOptions } from './issue-certificate.ts';
import { loadProfile } from './load-profile.ts';
import type { OpenCa } from './open-ca.ts';
import { pathOf } from './options.ts';
import { subjectKeyUnder } from './policies.ts';
import { waitingAt } from './progress.ts';
import { readInput } from './read-input.ts';
import { requestEvidence } from './requests/request-evidence.ts';

/** What a certificate is issued for. */
export interface Requested {
  readonly request: CertificateRequest;
  /** Of a key that was made for it, PrivateKeyInfo in DER; undefined for that of a request. */
  readonly pkcs8?: Uint8Array;
}

/** The profile of that name, of the CA or built in. */
export async function issuableProfile(
  context: CliContext,
  { caDir, profile: name }: IssueOptions,
): Promise<Profile> {
  if (name !== ROOT_CA) return loadProfile(pathOf(context, caDir), name);
  throw new PkiError('USAGE', `profile "${name}" is for self-signed certificates`, {
    hints: ['make a root CA with "pki init-ca"'],
  });
}

/** The names, the values of variables and the validity that the command line gives. */
export const givenDetails = (options: IssueOptions): DraftOptions => ({
  ...givenNames(options),
  variables: givenVariables(options.var),
  ...(options.days !== undefined && { validityDays: options.days }),
  ...(options.clamp !== undefined && { clamp: options.clamp }),
});

/** The request in the file, or one for a key that is made now, in memory. */
export async function requested(
  context: CliContext,
  options: IssueOptions,
  { profile, ca }: { readonly profile: Profile; readonly ca: OpenCa },
): Promise<Requested> {
  const { csr } = options;
  if (csr === undefined) {
    const { keyAlgorithm = defaultKey(profile, ca.issuer.policies) } = options;
    return requestWithNewKey(context, keyAlgorithm);
  }
  const name = csr === '-' ? 'standard input' : csr;
  const file = await readInput(context, csr);
  const evidence = await requestEvidence(context, options, ca);
  return { request: await verifyRequest(file, name, evidence) };
}

/** What the policies choose, where the profile allows it. */
function defaultKey({ keyAlgorithms }: Profile, policies: readonly Policy[] = []): string {
  const chosen = subjectKeyUnder(policies);
  const [first = chosen] = keyAlgorithms ?? [];
  return keyAlgorithms?.includes(chosen) ? chosen : first;
}

async function requestWithNewKey(context: CliContext, name: string): Promise<Requested> {
  const algorithm = keyAlgorithmNamed(name);
  const pkcs8 = await waitingAt(context)(
    `making a key for ${algorithm.name}`,
    generatePkcs8(algorithm),
  );
  const publicKey = await publicKeyOfPkcs8(pkcs8, 'the key that was made');
  return { request: requestForOwnKey(publicKey), pkcs8 };
}
