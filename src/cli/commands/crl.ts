import { Command } from 'commander';
import type { CrlInput } from '../../ca/crl.ts';
import type { CaStore } from '../../ca/store.ts';
import { pem } from '../../der/pem.ts';
import { timeText } from '../../der/time.ts';
import { PkiError } from '../../errors.ts';
import { type Crl, parseBaseCrlNumber, parseCrlNumber } from '../../x509/crl.ts';
import { countRevoked } from '../../x509/revoked-list.ts';
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
  readonly days?: number;
  readonly delta?: boolean;
  readonly check?: boolean;
  readonly within?: number;
  readonly out: string;
  readonly key?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Until the next CRL, and how long before that --check speaks up. Days. */
const DEFAULTS = { full: 30, delta: 7, within: 3 } as const;

const EXAMPLES = `
A CRL of what is revoked, in PEM; of a hybrid CA with both signatures. Its number goes up by one
each time. The current one is in the CA directory too: crl/ca.crl (DER) and crl/ca.pem, or
crl/delta.crl and crl/delta.pem. --check needs no key, and exits with 8 when it is time.

Examples:
  $ pki crl --ca-dir ./ca --out ca.crl
  $ pki crl --ca-dir ./ca --days 7 > ca.crl
  $ pki crl --ca-dir ./ca --delta --days 1 --out delta.crl
  $ pki crl --ca-dir ./ca --check --within 3`;

export function crlCommand(context: CliContext): Command {
  const command = new Command('crl')
    .addOption(caDirectoryOption())
    .option('--days <days>', 'until the next CRL at the latest (default: 30, of a delta 7)', days)
    .option('--delta', 'only what has changed since the last full CRL')
    .option('--check', 'make none: tell how long the current one lasts')
    .option('--within <days>', 'with --check: fail this long before the end (default: 3)', days)
    .option('--out <file>', 'CRL, PEM; "-" is standard output', '-')
    .option('--key <key>', 'CA key, if it has moved: an RFC 7512 URI, or file:PATH')
    .option('--force', 'replace the file if it exists');
  return addSecretOptions(command)
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(async (options: CrlOptions) => {
      const { check, within = DEFAULTS.within } = options;
      if (!check) return makeCrl(options, context);
      const { checkCrl } = await import('../check-crl.ts');
      return checkCrl(context, { ...options, within });
    });
}

async function makeCrl(options: CrlOptions, context: CliContext): Promise<void> {
  const { out, force = false, delta = false } = options;
  if (options.within !== undefined) throw new PkiError('USAGE', '--within is for --check');
  const kind = delta ? 'delta' : 'full';
  const file =
    out === '-'
      ? undefined
      : context.resources.use(new OutputFile(pathOf(context, out), { mode: 0o644, force }));
  const { directory, issuer } = await openCa(context, options.caDir, options);
  const { store, path } = directory;
  const { openCurrentCrl } = await import('../current-crl.ts');
  const current = openCurrentCrl(context, path, kind);
  const { issueCrl } = await import('../../ca/crl.ts');
  const { counted } = await import('../progress.ts');
  const input: CrlInput = {
    days: options.days ?? DEFAULTS[kind],
    delta,
    watch: (rows) => counted(context, 'reading revocations', rows),
  };
  const crl = await issueCrl(issuer, input, { store, clock: context.clock });
  const text = pem('X509 CRL', crl.der);
  if (await isNewest(crl, store)) current.replace(crl.der, text);
  file?.write(text);
  file?.commit();
  present(crl, text, options, context);
}

/** Another process may have made a newer one in the meantime, which has to stay the current one. */
async function isNewest({ tbs: { extensions } }: Crl, store: CaStore): Promise<boolean> {
  const kind = parseBaseCrlNumber(extensions) === undefined ? 'full' : 'delta';
  return (await store.lastIssuedCrl(kind))?.number === parseCrlNumber(extensions);
}

function present(crl: Crl, text: string, { out, ...options }: CrlOptions, context: CliContext) {
  const summary = summaryOf(crl);
  if (options.json) {
    return context.print(json({ ...summary, ...(out !== '-' && { file: out }), crl: text }));
  }
  if (out === '-') return context.print(text);
  const { number, base, revoked, nextUpdate } = summary;
  context.print(base === undefined ? `made CRL ${number}\n` : `made delta CRL ${number}\n`);
  context.print(
    table([
      ['CRL', out],
      ...(base === undefined ? [] : [['base', `CRL ${base}`] as const]),
      [base === undefined ? 'revoked' : 'changed', String(revoked)],
      ['next update', nextUpdate],
    ]),
  );
}

function summaryOf({ tbs: { extensions, revoked, thisUpdate, nextUpdate } }: Crl) {
  const base = parseBaseCrlNumber(extensions);
  return {
    number: String(parseCrlNumber(extensions)),
    ...(base !== undefined && { base: String(base) }),
    revoked: countRevoked(revoked),
    thisUpdate: timeText(thisUpdate),
    nextUpdate: timeText(nextUpdate),
  };
}
