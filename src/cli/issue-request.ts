import { keyAlgorithmNamed } from '../algorithms/registry.ts';
import type { DraftOptions } from '../ca/draft.ts';
import { type CertificateRequest, requestForOwnKey, verifyRequest } from '../ca/request.ts';
import { PkiError } from '../errors.ts';
import { profileNamed, ROOT_CA } from '../profiles/built-in.ts';
import type { Profile } from '../profiles/profile-config.ts';
import { generatePkcs8 } from '../signers/generate-key.ts';
import { publicKeyOfPkcs8 } from '../signers/software-key.ts';
import type { CliContext } from './context.ts';
import { givenNames } from './given-names.ts';
import type { IssueOptions } from './issue-certificate.ts';
import type { OpenCa } from './open-ca.ts';
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

export function issuableProfile(name: string): Profile {
  const profile = profileNamed(name);
  if (name !== ROOT_CA) return profile;
  throw new PkiError('USAGE', `profile "${name}" is for self-signed certificates`, {
    hints: ['make a root CA with "pki init-ca"'],
  });
}

/** The names and the validity that the command line gives. */
export const givenDetails = (options: IssueOptions): DraftOptions => ({
  ...givenNames(options),
  ...(options.days !== undefined && { validityDays: options.days }),
  ...(options.clamp !== undefined && { clamp: options.clamp }),
});

/** The request in the file, or one for a key that is made now, in memory. */
export async function requested(
  context: CliContext,
  options: IssueOptions,
  ca: OpenCa,
): Promise<Requested> {
  const { csr } = options;
  if (csr === undefined) return requestWithNewKey(context, options, ca);
  const name = csr === '-' ? 'standard input' : csr;
  const file = await readInput(context, csr);
  const evidence = await requestEvidence(context, options, ca);
  return { request: await verifyRequest(file, name, evidence) };
}

async function requestWithNewKey(
  context: CliContext,
  options: IssueOptions,
  { issuer }: OpenCa,
): Promise<Requested> {
  const { keyAlgorithm = subjectKeyUnder(issuer.policies) } = options;
  const algorithm = keyAlgorithmNamed(keyAlgorithm);
  const pkcs8 = await waitingAt(context)(
    `making a key for ${algorithm.name}`,
    generatePkcs8(algorithm),
  );
  const publicKey = await publicKeyOfPkcs8(pkcs8, 'the key that was made');
  return { request: requestForOwnKey(publicKey), pkcs8 };
}
