import { parseSpki } from '../../algorithms/spki.ts';
import type { ExistingEvidence } from '../../ca/existing-possession.ts';
import { requestForExisting } from '../../ca/request.ts';
import { derFromFile } from '../../der/pem.ts';
import { DerError } from '../../der/reader.ts';
import { PkiError } from '../../errors.ts';
import type { CliContext } from '../context.ts';
import { openCa } from '../open-ca.ts';
import { type CertificateSummary, certificateSummary } from '../present.ts';
import { nameOf, readCertificates } from '../read-certificates.ts';
import { readInput } from '../read-input.ts';
import type { IssueJob } from './issue-job.ts';
import type { SigningOptions } from './issue-options.ts';
import { givenDetails, issuableProfile } from './issue-request.ts';

export interface CrossSignOptions extends SigningOptions {
  readonly profile: string;
  readonly var?: readonly string[];
  readonly csr?: string;
  readonly publicKey?: string;
}

/** What `pki cross-sign` is asked to issue, and for which certificate. */
export async function crossSignJob(
  context: CliContext,
  file: string,
  options: CrossSignOptions,
): Promise<{ readonly job: IssueJob; readonly existing: CertificateSummary }> {
  mustReadOnce(file, options);
  const profile = await issuableProfile(context, options);
  const certificate = await onlyCertificate(context, file);
  const request = await requestForExisting(
    { certificate, intermediates: [], name: nameOf(file) },
    await evidence(context, options),
  );
  const ca = await openCa(context, options.caDir, options, { readOnly: options.dryRun ?? false });
  const details = { subject: [], subjectAltName: [], ...givenDetails(options) };
  const job = { ca, profile, details, requested: async () => ({ request }) };
  return { job, existing: certificateSummary(certificate) };
}

function mustReadOnce(file: string, { csr, publicKey }: CrossSignOptions): void {
  if ([file, csr, publicKey].filter((path) => path === '-').length < 2) return;
  throw new PkiError('USAGE', 'only one file can be read from standard input');
}

/** In a chain, the one that is meant would be a guess. */
async function onlyCertificate(context: CliContext, file: string) {
  const [certificate, ...others] = await readCertificates(context, file);
  if (others.length === 0) return certificate;
  const message = `${nameOf(file)} holds ${others.length + 1} certificates`;
  throw new PkiError('USAGE', message, {
    hints: ['give the one that is to be cross-signed alone'],
  });
}

async function evidence(
  context: CliContext,
  { csr, publicKey }: CrossSignOptions,
): Promise<ExistingEvidence> {
  return {
    ...(csr !== undefined && { csr: { file: await readInput(context, csr), name: nameOf(csr) } }),
    ...(publicKey !== undefined && {
      publicKey: {
        spki: publicKeyIn(await readInput(context, publicKey), nameOf(publicKey)),
        name: nameOf(publicKey),
      },
    }),
  };
}

function publicKeyIn(contents: Uint8Array, name: string): Uint8Array {
  try {
    const spki = derFromFile(contents, ['PUBLIC KEY']);
    if (!spki) throw new DerError('there is no PEM block "PUBLIC KEY" in it');
    parseSpki(spki);
    return spki;
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new PkiError('USAGE', `${name} is not a public key: ${error.message}`, {
      hints: ['it has to be a SubjectPublicKeyInfo, as "pki key public" writes it'],
      cause: error,
    });
  }
}
