import { Command } from 'commander';
import { collect } from '../collect.ts';
import type { CliContext } from '../context.ts';
import type { CrossSignOptions } from '../issuing/cross-sign-job.ts';
import {
  addCertificateOptions,
  addSigningOptions,
  issueOrRehearse,
} from '../issuing/issue-options.ts';
import { caDirectoryOption } from '../options.ts';

const EXAMPLES = `
The new certificate has the name, the key and the key identifier of the existing one, and allows no
more than that. A self-signed certificate proves that its CA has the key; any other needs --csr.

Examples:
  $ pki cross-sign other-root.crt --ca-dir ./ca --out cross.crt
  $ pki cross-sign other-ca.crt --ca-dir ./ca --csr other-ca.csr --profile issuing-ca --out cross.crt
  $ pki cross-sign other-root.crt --ca-dir ./ca --public-key ceremony.pub --dry-run`;

export function crossSignCommand(context: CliContext): Command {
  const command = new Command('cross-sign')
    .argument('<certificate>', 'certificate of another CA, PEM or DER; "-" is standard input')
    .addOption(caDirectoryOption())
    .option('--profile <name>', "profile of a CA, the CA's own or built in", 'cross-ca')
    .option(
      '--var <name=value>',
      'value for a variable of the profile; may be given several times',
      collect,
    )
    .option('--csr <file>', 'request that proves possession of the key, PKCS #10, PEM or DER')
    .option('--public-key <file>', 'key that the certificate has to be for, PEM or DER');
  return addSigningOptions(addCertificateOptions(command))
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: CrossSignOptions) => {
      const { crossSignJob } = await import('../issuing/cross-sign-job.ts');
      const { job, existing } = await crossSignJob(context, file, options);
      await issueOrRehearse(context, options, job, {
        done: 'cross-signed',
        rows: [['existing one', existing.fingerprint]],
        fields: () => ({ existing }),
      });
    });
}
