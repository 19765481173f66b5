import { keyAlgorithmNamed } from '../algorithms/registry.ts';
import { issue } from '../ca/authority.ts';
import { type CertificateRequest, requestForOwnKey, verifyRequest } from '../ca/request.ts';
import { pem } from '../der/pem.ts';
import { PkiError } from '../errors.ts';
import { profileNamed, ROOT_CA } from '../profiles/built-in.ts';
import type { Profile } from '../profiles/profile-config.ts';
import { generatePkcs8 } from '../signers/generate-key.ts';
import { keyFileText } from '../signers/key-file.ts';
import { publicKeyOfPkcs8 } from '../signers/software-key.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { CliContext } from './context.ts';
import { givenNames, type NameOptions } from './given-names.ts';
import { type OpenCa, openCa } from './open-ca.ts';
import { pathOf, type SecretOptions } from './options.ts';
import { OutputFile } from './output-file.ts';
import { subjectKeyUnder } from './policies.ts';
import { waitingAt } from './progress.ts';
import { readInput } from './read-input.ts';
import type { EvidenceOptions } from './requests/evidence-options.ts';
import { requestEvidence } from './requests/request-evidence.ts';
import { readSecret } from './secrets.ts';

export interface IssueOptions extends SecretOptions, NameOptions, EvidenceOptions {
  readonly caDir: string;
  readonly profile: string;
  readonly csr?: string;
  readonly days?: number;
  readonly clamp?: boolean;
  readonly policy?: string;
  readonly out: string;
  readonly keyOut?: string;
  readonly keyAlgorithm?: string;
  readonly keyPassphraseFile?: string;
  readonly key?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export interface IssuedCertificate {
  readonly certificate: Certificate;
  readonly pem: string;
  readonly notes: readonly string[];
}

/**
 * Issues one certificate. Everything that can be refused without the CA's key is refused before it
 * is opened; the files appear last, after the certificate was recorded.
 */
export async function issueCertificate(
  context: CliContext,
  options: IssueOptions,
): Promise<IssuedCertificate> {
  const profile = issuableProfile(options.profile);
  mustWriteTwoFiles(context, options);
  const output = (path: string, mode: number) =>
    context.resources.use(
      new OutputFile(pathOf(context, path), { mode, force: options.force ?? false }),
    );
  const certificateFile = options.out === '-' ? undefined : output(options.out, 0o644);
  const ca = await openCa(context, options.caDir, options);
  const { request, keyFile } = await requested(context, options, output, ca);
  const { directory, issuer } = ca;
  const { certificate, notes } = await issue(
    { request, profile, ...givenNames(options), ...givenValidity(options) },
    issuer,
    { store: directory.store, clock: context.clock, entropy: context.entropy },
  );
  const text = pem('CERTIFICATE', certificate.der);
  certificateFile?.write(text);
  keyFile?.commit();
  certificateFile?.commit();
  return { certificate, pem: text, notes };
}

function issuableProfile(name: string): Profile {
  const profile = profileNamed(name);
  if (name !== ROOT_CA) return profile;
  throw new PkiError('USAGE', `profile "${name}" is for self-signed certificates`, {
    hints: ['make a root CA with "pki init-ca"'],
  });
}

function mustWriteTwoFiles(context: CliContext, { out, keyOut }: IssueOptions): void {
  if (keyOut === undefined || pathOf(context, out) !== pathOf(context, keyOut)) return;
  throw new PkiError('USAGE', '--out and --key-out name the same file');
}

type OpenOutput = (path: string, mode: number) => OutputFile;

/** The key of the request, or one that is made now; its file is on the disk before it is used. */
async function requested(
  context: CliContext,
  options: IssueOptions,
  output: OpenOutput,
  ca: OpenCa,
): Promise<{ request: CertificateRequest; keyFile?: OutputFile }> {
  const { csr, keyOut, keyPassphraseFile } = options;
  if (keyOut === undefined) {
    if (csr === undefined) throw new TypeError('neither a request nor a key');
    const name = csr === '-' ? 'standard input' : csr;
    const file = await readInput(context, csr);
    const evidence = await requestEvidence(context, options, ca);
    return { request: await verifyRequest(file, name, evidence) };
  }
  const { keyAlgorithm = subjectKeyUnder(ca.issuer.policies) } = options;
  const algorithm = keyAlgorithmNamed(keyAlgorithm);
  const passphrase =
    keyPassphraseFile === undefined
      ? undefined
      : await readSecret(context, 'passphrase', keyPassphraseFile);
  const keyFile = output(keyOut, 0o600);
  const pkcs8 = await waitingAt(context)(
    `making a key for ${algorithm.name}`,
    generatePkcs8(algorithm),
  );
  const publicKey = await publicKeyOfPkcs8(pkcs8, keyOut);
  keyFile.write(keyFileText(pkcs8, passphrase));
  return { request: requestForOwnKey(publicKey), keyFile };
}

const givenValidity = ({ days, clamp }: IssueOptions) => ({
  ...(days !== undefined && { validityDays: days }),
  ...(clamp !== undefined && { clamp }),
});
