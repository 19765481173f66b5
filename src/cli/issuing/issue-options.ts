import type { Command } from 'commander';
import { type ActOptions, reasonOption } from '../act.ts';
import { collect } from '../collect.ts';
import type { CliContext } from '../context.ts';
import { addSecretOptions, days, jsonOption, type SecretOptions } from '../options.ts';
import { policyOption } from '../policies.ts';
import type { IssueJob } from './issue-job.ts';
import type { OutputOptions } from './issue-outputs.ts';
import { printIssued, type Wording } from './print-issued.ts';

/** What every command that issues a certificate takes. */
export interface SigningOptions extends SecretOptions, OutputOptions, ActOptions {
  readonly caDir: string;
  readonly days?: number;
  readonly clamp?: boolean;
  readonly policy?: string;
  readonly blockedKeys?: readonly string[];
  readonly key?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** About validity and policy, and where the certificate goes. */
export const addCertificateOptions = (command: Command): Command =>
  command
    .option('--days <days>', "validity instead of the profile's", days)
    .option('--clamp', "shorten the validity to the issuer's where it would exceed it")
    .addOption(policyOption("a policy to follow besides the CA's own"))
    .option(
      '--blocked-keys <file>',
      "list of keys to refuse, besides the CA's; may be given several times",
      collect,
    )
    .option('--out <file>', 'certificate, PEM; "-" is standard output', '-')
    .option('--full-chain', "write the CA's certificates behind it, but for a self-signed root");

/** About a key that is made for the certificate; `algorithm` is the default one. */
export const addNewKeyOptions = (command: Command, algorithm: string): Command =>
  command
    .option('--key-out <file>', 'make a key and write it here, PKCS #8, mode 0600')
    .option('--key-algorithm <name>', `algorithm of that key (default: ${algorithm})`)
    .option('--key-passphrase-file <file>', 'encrypt that key with the passphrase in this file')
    .option('--p12-out <file>', 'that key with the certificates in PKCS #12, mode 0600')
    .option(
      '--p12-passphrase-file <file>',
      'passphrase of that file; otherwise PKI_P12_PASSPHRASE, or asked for',
    )
    .option('--p12-name <name>', 'its friendly name (default: the subject)');

/** About the CA and its keys, and the output as a whole. */
export const addSigningOptions = (command: Command): Command =>
  addSecretOptions(
    command
      .option('--key <key>', 'CA key, if it has moved: an RFC 7512 URI, or file:PATH')
      .addOption(reasonOption())
      .option('--force', 'replace output files that exist')
      .option('--dry-run', 'show what would be signed, and what refuses it; no key is opened'),
  ).addOption(jsonOption());

/** Issues it and tells so, or only shows it with --dry-run. */
export async function issueOrRehearse(
  context: CliContext,
  options: SigningOptions,
  job: IssueJob,
  wording: Wording,
): Promise<void> {
  if (options.dryRun) {
    const { rehearseIssue } = await import('./rehearse-issue.ts');
    return rehearseIssue(context, options, job);
  }
  const { issueCertificate } = await import('./issue-certificate.ts');
  printIssued(context, options, await issueCertificate(context, options, job), wording);
}
