import { issue } from '../../ca/authority.ts';
import { pem } from '../../der/pem.ts';
import { keyFileText } from '../../signers/key-file.ts';
import type { Secret } from '../../signers/secret.ts';
import type { Certificate } from '../../x509/certificate.ts';
import type { CliContext } from '../context.ts';
import { readSecret } from '../secrets.ts';
import type { IssuedCertificate, IssueJob } from './issue-job.ts';
import { mustWriteSeparateFiles, type OutputOptions, openOutputs } from './issue-outputs.ts';
import { newP12 } from './issue-p12.ts';
import { sentChain } from './issuer-chain.ts';

/**
 * Issues one certificate. Everything that can be refused without the CA's key is refused before it
 * is opened; the files appear last, after the certificate was recorded.
 */
export async function issueCertificate(
  context: CliContext,
  options: OutputOptions,
  { ca: { directory, issuer }, profile, details, ...job }: IssueJob,
): Promise<IssuedCertificate> {
  mustWriteSeparateFiles(context, options);
  const outputs = openOutputs(context, options);
  const chain = options.fullChain ? sentChain(directory).map(certificatePem).join('') : '';
  const passphrase = await keyPassphrase(context, options);
  const p12 = outputs.p12 && (await newP12(context, options, directory));
  const { request, pkcs8 } = await job.requested();
  if (pkcs8) outputs.key?.write(keyFileText(pkcs8, passphrase)); // on the disk before it is used
  const { certificate, notes } = await issue({ request, profile, ...details }, issuer, {
    store: directory.store,
    clock: context.clock,
    entropy: context.entropy,
  });
  const text = certificatePem(certificate);
  outputs.certificate?.write(text + chain);
  if (pkcs8 && p12) outputs.p12?.write(p12(pkcs8, certificate));
  outputs.key?.commit();
  outputs.p12?.commit();
  outputs.certificate?.commit();
  const remarks = job.remarks?.(certificate.tbs) ?? [];
  return { certificate, pem: text, chain, notes: [...notes, ...remarks] };
}

const certificatePem = ({ der }: Certificate): string => pem('CERTIFICATE', der);

async function keyPassphrase(
  context: CliContext,
  { keyPassphraseFile }: OutputOptions,
): Promise<Secret | undefined> {
  if (keyPassphraseFile === undefined) return undefined;
  return readSecret(context, 'passphrase', keyPassphraseFile);
}
