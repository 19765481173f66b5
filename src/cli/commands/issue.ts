import { Command } from 'commander';
import { PkiError } from '../../errors.ts';
import { BUILT_IN_PROFILES, ROOT_CA } from '../../profiles/built-in.ts';
import { collect } from '../collect.ts';
import type { CliContext } from '../context.ts';
import { addNameOptions } from '../given-names.ts';
import type { IssueOptions } from '../issue-certificate.ts';
import { addSecretOptions, caDirectoryOption, days, jsonOption } from '../options.ts';
import { policyOption } from '../policies.ts';
import { certificateSummary, json, table } from '../present.ts';
import { printable } from '../printable.ts';
import { addEvidenceOptions, mustHaveNoEvidence } from '../requests/evidence-options.ts';

const ISSUABLE = BUILT_IN_PROFILES.filter(({ name }) => name !== ROOT_CA);

const EXAMPLES = `
Profiles:
${table(ISSUABLE.map(({ name, summary }) => [name, summary] as const))}
Examples:
  $ pki issue --ca-dir ./ca --profile tls-server --cn server.example.com --out server.crt --key-out server.key
  $ pki issue --ca-dir ./ca --csr server.csr --dns www.example.com --out server.crt
  $ pki issue --ca-dir ./hsm-ca --csr server.csr --pkcs11-pin-file pin.txt > server.crt
  $ pki issue --ca-dir ./pq-ca --csr ml-dsa.csr --related ecdsa.crt --trust ./ca/ca.crt > ml-dsa.crt`;

export function issueCommand(context: CliContext): Command {
  const command = new Command('issue')
    .addOption(caDirectoryOption())
    .option('--profile <name>', "certificate profile, the CA's own or built in", 'tls-server')
    .option(
      '--var <name=value>',
      'value for a variable of the profile; may be given several times',
      collect,
    )
    .option('--csr <file>', 'PKCS #10 request, PEM or DER; "-" is standard input');
  addEvidenceOptions(addNameOptions(command, ', where the profile takes it'))
    .option('--days <days>', "validity instead of the profile's", days)
    .option('--clamp', "shorten the validity to the issuer's where it would exceed it")
    .addOption(policyOption("a policy to follow besides the CA's own"))
    .option(
      '--blocked-keys <file>',
      "list of keys to refuse, besides the CA's; may be given several times",
      collect,
    )
    .option('--out <file>', 'certificate, PEM; "-" is standard output', '-')
    .option('--full-chain', "write the CA's certificates behind it, but for a self-signed root")
    .option('--key-out <file>', 'make a key and write it here, PKCS #8, mode 0600')
    .option('--key-algorithm <name>', 'algorithm of that key (default: ecdsa-p256, or as --policy)')
    .option('--key-passphrase-file <file>', 'encrypt that key with the passphrase in this file')
    .option('--p12-out <file>', 'that key with the certificates in PKCS #12, mode 0600')
    .option(
      '--p12-passphrase-file <file>',
      'passphrase of that file; otherwise PKI_P12_PASSPHRASE, or asked for',
    )
    .option('--p12-name <name>', 'its friendly name (default: the subject)')
    .option('--key <key>', 'CA key, if it has moved: an RFC 7512 URI, or file:PATH')
    .option('--force', 'replace output files that exist')
    .option('--dry-run', 'show what would be signed, and what refuses it; no key is opened');
  return addSecretOptions(command)
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(async (options: IssueOptions) => {
      mustHaveKey(options);
      if (options.dryRun) return dryRun(context, options);
      const { issueCertificate } = await import('../issue-certificate.ts');
      const { certificate, pem, chain, notes } = await issueCertificate(context, options);
      for (const note of notes) context.note(`pki: note: ${printable(note)}`);
      const summary = certificateSummary(certificate);
      const files = {
        ...(options.out !== '-' && { file: options.out }),
        ...(options.keyOut !== undefined && { keyFile: options.keyOut }),
        ...(options.p12Out !== undefined && { p12File: options.p12Out }),
      };
      const chained = options.fullChain && { chain };
      const told = { ...summary, ...files, certificate: pem, ...chained };
      if (options.json) return context.print(json(told));
      if (options.out === '-') return context.print(pem + chain);
      context.print(`issued ${summary.subject}\n`);
      context.print(
        table([
          ['certificate', options.out],
          ...(options.keyOut === undefined ? [] : [['key', options.keyOut] as const]),
          ...(options.p12Out === undefined ? [] : [['PKCS #12', options.p12Out] as const]),
          ['valid until', summary.notAfter],
          ['serial', summary.serial],
          ['SHA-256', summary.fingerprint],
        ]),
      );
    });
}

async function dryRun(context: CliContext, options: IssueOptions): Promise<void> {
  const { rehearseIssue } = await import('../rehearse-issue.ts');
  return rehearseIssue(context, options);
}

/** A certificate is for the key of a request, or for one that is made and kept. */
function mustHaveKey(options: IssueOptions): void {
  const { csr, keyOut, p12Out } = options;
  if (csr === undefined) mustHaveNoEvidence(options);
  const kept = keyOut === undefined ? p12Out && '--p12-out' : '--key-out';
  if (csr === undefined && kept === undefined) {
    throw new PkiError('USAGE', 'give --csr, or --key-out to have a key made');
  }
  if (csr !== undefined && kept !== undefined) {
    throw new PkiError('USAGE', `give either --csr or ${kept}: a request has a key already`);
  }
  for (const [option, file] of [
    ['--key-out', keyOut],
    ['--p12-out', p12Out],
  ]) {
    if (file !== '-') continue;
    throw new PkiError('USAGE', 'private keys are not written to standard output', {
      hints: [`give ${option} a file`],
    });
  }
  mustNeed(options, kept);
}

/** Options that are about a file need that file. */
function mustNeed(options: IssueOptions, kept: string | undefined): void {
  const { keyOut, keyAlgorithm, keyPassphraseFile, p12Out, p12PassphraseFile, p12Name } = options;
  const stray = [
    ['--key-algorithm', keyAlgorithm, '--key-out', kept],
    ['--key-passphrase-file', keyPassphraseFile, '--key-out', keyOut],
    ['--p12-passphrase-file', p12PassphraseFile, '--p12-out', p12Out],
    ['--p12-name', p12Name, '--p12-out', p12Out],
  ].find(([, given, , needed]) => given !== undefined && needed === undefined);
  if (stray) throw new PkiError('USAGE', `${stray[0]} needs ${stray[2]}`);
}
