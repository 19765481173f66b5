import { readFileSync } from 'node:fs';
import { singleAlgorithmNamed } from '../algorithms/registry.ts';
import { issue } from '../ca/authority.ts';
import { type CertificateRequest, requestForOwnKey, verifyRequest } from '../ca/request.ts';
import { pem } from '../der/pem.ts';
import { PkiError, systemErrorText } from '../errors.ts';
import { profileNamed, ROOT_CA } from '../profiles/built-in.ts';
import type { Profile } from '../profiles/profile-config.ts';
import { keyFileText } from '../signers/file-signer.ts';
import { generatePkcs8, importPkcs8 } from '../signers/software-key.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { GeneralName } from '../x509/general-names.ts';
import type { NameAttribute } from '../x509/names.ts';
import type { CliContext } from './context.ts';
import { openCa } from './open-ca.ts';
import { pathOf, type SecretOptions } from './options.ts';
import { OutputFile } from './output-file.ts';
import { readSecret } from './secrets.ts';

export interface IssueOptions extends SecretOptions {
  readonly caDir: string;
  readonly profile: string;
  readonly csr?: string;
  readonly cn?: string;
  readonly organization?: string;
  readonly country?: string;
  readonly dns?: readonly string[];
  readonly ip?: readonly string[];
  readonly email?: readonly string[];
  readonly uri?: readonly string[];
  readonly days?: number;
  readonly clamp?: boolean;
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
  const { request, keyFile } = await requested(context, options, output);
  const { directory, issuer } = await openCa(context, options.caDir, options);
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
): Promise<{ request: CertificateRequest; keyFile?: OutputFile }> {
  const { csr, keyOut, keyAlgorithm = 'ecdsa-p256', keyPassphraseFile } = options;
  if (keyOut === undefined) {
    if (csr === undefined) throw new TypeError('neither a request nor a key');
    const name = csr === '-' ? 'standard input' : csr;
    return { request: await verifyRequest(await readInput(context, csr), name) };
  }
  const algorithm = singleAlgorithmNamed(keyAlgorithm);
  const passphrase =
    keyPassphraseFile === undefined
      ? undefined
      : await readSecret(context, 'passphrase', keyPassphraseFile);
  const keyFile = output(keyOut, 0o600);
  const pkcs8 = await generatePkcs8(algorithm);
  const { publicKey } = await importPkcs8(pkcs8, keyOut, algorithm);
  keyFile.write(keyFileText(pkcs8, passphrase));
  return { request: requestForOwnKey(publicKey), keyFile };
}

async function readInput(context: CliContext, path: string): Promise<Uint8Array> {
  if (path === '-') return context.readStdin();
  try {
    return readFileSync(pathOf(context, path));
  } catch (error) {
    throw new PkiError('USAGE', `cannot read ${path}: ${systemErrorText(error)}`, { cause: error });
  }
}

function givenNames({ cn, organization, country, dns, ip, email, uri }: IssueOptions) {
  const attribute = (type: string, value: string | undefined): readonly NameAttribute[] =>
    value === undefined ? [] : [{ type, value }];
  const names = (type: GeneralName['type'], values: readonly string[] = []) =>
    values.map((value): GeneralName => ({ type, value }));
  return {
    subject: [...attribute('C', country), ...attribute('O', organization), ...attribute('CN', cn)],
    subjectAltName: [
      ...names('dns', dns),
      ...names('ip', ip),
      ...names('email', email),
      ...names('uri', uri),
    ],
  };
}

const givenValidity = ({ days, clamp }: IssueOptions) => ({
  ...(days !== undefined && { validityDays: days }),
  ...(clamp !== undefined && { clamp }),
});
