import { Command } from 'commander';
import { PkiError } from '../../errors.ts';
import { BUILT_IN_PROFILES, ROOT_CA } from '../../profiles/built-in.ts';
import { collect } from '../collect.ts';
import type { CliContext } from '../context.ts';
import { addNameOptions } from '../issuing/given-names.ts';
import {
  addCertificateOptions,
  addNewKeyOptions,
  addSigningOptions,
  issueOrRehearse,
} from '../issuing/issue-options.ts';
import type { IssueOptions } from '../issuing/issue-request.ts';
import { keptBy, mustAgreeOnKey } from '../issuing/key-outputs.ts';
import { caDirectoryOption } from '../options.ts';
import { table } from '../present.ts';
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
  addEvidenceOptions(addNameOptions(command, ', where the profile takes it'));
  addNewKeyOptions(addCertificateOptions(command), 'ecdsa-p256, or as --policy');
  return addSigningOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (options: IssueOptions) => {
      mustHaveKey(options);
      const { issueJob } = await import('../issuing/issue-request.ts');
      const job = await issueJob(context, options);
      await issueOrRehearse(context, options, job, { done: 'issued' });
    });
}

/** A certificate is for the key of a request, or for one that is made and kept. */
function mustHaveKey(options: IssueOptions): void {
  const { csr } = options;
  if (csr === undefined) mustHaveNoEvidence(options);
  if (csr === undefined && keptBy(options) === undefined) {
    throw new PkiError('USAGE', 'give --csr, or --key-out to have a key made');
  }
  mustAgreeOnKey(options);
}
