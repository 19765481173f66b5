import { Command } from 'commander';
import { pem } from '../../der/pem.ts';
import { timeText } from '../../der/time.ts';
import { type Crl, parseCrlNumber } from '../../x509/crl.ts';
import type { CliContext } from '../context.ts';
import { openCa } from '../open-ca.ts';
import {
  addSecretOptions,
  caDirectoryOption,
  days,
  jsonOption,
  pathOf,
  type SecretOptions,
} from '../options.ts';
import { OutputFile } from '../output-file.ts';
import { json, table } from '../present.ts';

interface CrlOptions extends SecretOptions {
  readonly caDir: string;
  readonly days: number;
  readonly out: string;
  readonly key?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
A full CRL, in PEM; of a hybrid CA with both signatures. Its number goes up by one each time.

Examples:
  $ pki crl --ca-dir ./ca --out ca.crl
  $ pki crl --ca-dir ./ca --days 7 > ca.crl`;

export function crlCommand(context: CliContext): Command {
  const command = new Command('crl')
    .addOption(caDirectoryOption())
    .option('--days <days>', 'until the next CRL at the latest', days, 30)
    .option('--out <file>', 'CRL, PEM; "-" is standard output', '-')
    .option('--key <key>', 'CA key, if it has moved: an RFC 7512 URI, or file:PATH')
    .option('--force', 'replace the file if it exists');
  return addSecretOptions(command)
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action((options: CrlOptions) => makeCrl(options, context));
}

async function makeCrl(options: CrlOptions, context: CliContext): Promise<void> {
  const { out, force = false } = options;
  const file =
    out === '-'
      ? undefined
      : context.resources.use(new OutputFile(pathOf(context, out), { mode: 0o644, force }));
  const { directory, issuer } = await openCa(context, options.caDir, options);
  const { issueCrl } = await import('../../ca/crl.ts');
  const { store } = directory;
  const crl = await issueCrl(issuer, options, { store, clock: context.clock });
  const text = pem('X509 CRL', crl.der);
  file?.write(text);
  file?.commit();
  const summary = summaryOf(crl);
  if (options.json) {
    return context.print(json({ ...summary, ...(file && { file: out }), crl: text }));
  }
  if (!file) return context.print(text);
  context.print(`made CRL ${summary.number}\n`);
  context.print(
    table([
      ['CRL', out],
      ['revoked', String(summary.revoked)],
      ['next update', summary.nextUpdate],
    ]),
  );
}

const summaryOf = ({ tbs }: Crl) => ({
  number: String(parseCrlNumber(tbs.extensions)),
  revoked: tbs.revoked.length,
  thisUpdate: timeText(tbs.thisUpdate),
  nextUpdate: timeText(tbs.nextUpdate),
});
