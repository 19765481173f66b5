import { issue } from '../ca/authority.ts';
import { pem } from '../der/pem.ts';
import { keyFileText } from '../signers/key-file.ts';
import type { Secret } from '../signers/secret.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { CliContext } from './context.ts';
import type { NameOptions } from './given-names.ts';
import { mustWriteSeparateFiles, openOutputs } from './issue-outputs.ts';
import { newP12 } from './issue-p12.ts';
import { givenDetails, issuableProfile, requested } from './issue-request.ts';
import { sentChain } from './issuer-chain.ts';
import { openCa } from './open-ca.ts';
import type { SecretOptions } from './options.ts';
import type { EvidenceOptions } from './requests/evidence-options.ts';
import { readSecret } from './secrets.ts';

export interface IssueOptions extends SecretOptions, NameOptions, EvidenceOptions {
  readonly caDir: string;
  readonly profile: string;
  readonly var?: readonly string[];
  readonly csr?: string;
  readonly days?: number;
  readonly clamp?: boolean;
  readonly policy?: string;
  readonly blockedKeys?: readonly string[];
  readonly out: string;
  readonly fullChain?: boolean;
  readonly keyOut?: string;
  readonly keyAlgorithm?: string;
  readonly keyPassphraseFile?: string;
  readonly p12Out?: string;
  readonly p12PassphraseFile?: string;
  readonly p12Name?: string;
  readonly key?: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export interface IssuedCertificate {
  readonly certificate: Certificate;
  readonly pem: string;
  /** The certificates above it, in PEM, where they were asked for. */
  readonly chain: string;
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
  const profile = await issuableProfile(context, options);
  mustWriteSeparateFiles(context, options);
  const outputs = openOutputs(context, options);
  const { directory, issuer } = await openCa(context, options.caDir, options);
  const chain = options.fullChain ? sentChain(directory).map(certificatePem).join('') : '';
  const passphrase = await keyPassphrase(context, options);
  const p12 = outputs.p12 && (await newP12(context, options, directory));
  const { request, pkcs8 } = await requested(context, options, {
    profile,
    ca: { directory, issuer },
  });
  if (pkcs8) outputs.key?.write(keyFileText(pkcs8, passphrase)); // on the disk before it is used
  const { certificate, notes } = await issue(
    { request, profile, ...givenDetails(options) },
    issuer,
    { store: directory.store, clock: context.clock, entropy: context.entropy },
  );
  const text = certificatePem(certificate);
  outputs.certificate?.write(text + chain);
  if (pkcs8 && p12) outputs.p12?.write(p12(pkcs8, certificate));
  outputs.key?.commit();
  outputs.p12?.commit();
  outputs.certificate?.commit();
  return { certificate, pem: text, chain, notes };
}

const certificatePem = ({ der }: Certificate): string => pem('CERTIFICATE', der);

async function keyPassphrase(
  context: CliContext,
  { keyPassphraseFile }: IssueOptions,
): Promise<Secret | undefined> {
  if (keyPassphraseFile === undefined) return undefined;
  return readSecret(context, 'passphrase', keyPassphraseFile);
}
