import { Command } from 'commander';
import { DAY, timeText } from '../../der/time.ts';
import { collect } from '../collect.ts';
import type { CliContext } from '../context.ts';
import {
  addCertificateOptions,
  addNewKeyOptions,
  addSigningOptions,
  issueOrRehearse,
} from '../issuing/issue-options.ts';
import { mustAgreeOnKey } from '../issuing/key-outputs.ts';
import type { Renewal, RenewOptions } from '../issuing/renew-job.ts';
import { caDirectoryOption, days } from '../options.ts';
import { json } from '../present.ts';
import { addEvidenceOptions, mustHaveNoEvidence } from '../requests/evidence-options.ts';

const EXAMPLES = `
The new certificate has the names and the profile of the old one, and its key unless --csr or
--key-out gives it another; the old one stays good until it ends.

Examples:
  $ pki renew server.crt --ca-dir ./ca --out server.crt --force --within 30
  $ pki renew server.crt --ca-dir ./ca --out new.crt --key-out new.key
  $ pki renew 4fd20be1a3c95e7788ab0123456789abcdef0123 --ca-dir ./ca --csr new.csr > new.crt`;

export function renewCommand(context: CliContext): Command {
  const command = new Command('renew')
    .argument('<file|serial>', 'certificate of this CA, PEM or DER, or its serial number')
    .addOption(caDirectoryOption())
    .option('--within <days>', 'do nothing unless it ends within so many days', days)
    .option(
      '--var <name=value>',
      'value for a variable of the profile; may be given several times',
      collect,
    )
    .option('--csr <file>', 'PKCS #10 request for a new key; "-" is standard input');
  addNewKeyOptions(addCertificateOptions(addEvidenceOptions(command)), 'that of the old key');
  return addSigningOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (what: string, options: RenewOptions) => {
      if (options.csr === undefined) mustHaveNoEvidence(options);
      mustAgreeOnKey(options);
      const { renewalOf, renewJob } = await import('../issuing/renew-job.ts');
      const renewal = await renewalOf(context, what, options);
      if (!isDue(renewal, options, context)) return;
      const job = await renewJob(context, renewal, options);
      const { serial } = renewal.old;
      await issueOrRehearse(context, options, job, {
        done: 'renewed',
        rows: [['in place of', serial]],
        fields: ({ notes }) => ({ renewed: true, replaces: serial, notes }),
      });
    });
}

/** Tells so if it is not. */
function isDue(
  { old: { certificate, serial } }: Renewal,
  { within, json: asJson }: RenewOptions,
  { clock, print }: CliContext,
): boolean {
  const { notAfter } = certificate.tbs;
  const left = notAfter.getTime() - clock().getTime();
  if (within === undefined || left <= within * DAY) return true;
  const wholeDays = Math.floor(left / DAY);
  const end = timeText(notAfter);
  print(
    asJson
      ? json({ renewed: false, serial, notAfter: end, days: wholeDays })
      : `not due: ${serial} is valid until ${end}, ${wholeDays} days from now\n`,
  );
  return false;
}
