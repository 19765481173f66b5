import { Command } from 'commander';
import type { CliContext } from '../context.ts';
import type { ShowOptions } from '../find-certificate.ts';
import { jsonOption } from '../options.ts';
import { json } from '../present.ts';

const EXAMPLES = `
Examples:
  $ pki show server.crt
  $ pki show ./ca/crl/ca.crl
  $ pki show --ca-dir ./ca ./ca/ca.crt
  $ pki show --ca-dir ./ca 4fd20be1a3c95e7788ab0123456789abcdef0123`;

export function showCommand(context: CliContext): Command {
  return new Command('show')
    .argument(
      '<file|serial>',
      'certificate or CRL, PEM or DER; "-" is standard input; or a serial number of --ca-dir',
    )
    .option(
      '--ca-dir <directory>',
      'CA directory: for a serial number, and to tell where its keys are',
    )
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(async (what: string, options: ShowOptions) => {
      const { findCertificate, shownFile } = await import('../find-certificate.ts');
      const { crlIn, describedCrl } = await import('../describe/show-crl.ts');
      const contents = await shownFile(context, what, options);
      const crl = contents && crlIn(contents);
      if (crl) {
        const { crlText } = await import('../describe/describe-crl.ts');
        const { nameOf } = await import('../read-certificates.ts');
        const description = describedCrl(crl, nameOf(what));
        context.print(options.json ? json(description) : crlText(description));
        return;
      }
      const { describeCertificate } = await import('../describe/describe-certificate.ts');
      const { descriptionText } = await import('../describe/describe-text.ts');
      const found = await findCertificate(context, what, contents, options);
      const described = describeCertificate(found.der, found.name, found.ca);
      const description = { ...found.record, ...described };
      context.print(options.json ? json(description) : descriptionText(description));
    });
}
