import { Command } from 'commander';
import { PkiError } from '../../errors.ts';
import { reasonOption } from '../act.ts';
import { collect } from '../collect.ts';
import type { CliContext } from '../context.ts';
import { addSecretOptions, caDirectoryOption, days, jsonOption } from '../options.ts';
import type { MakeCrlsOptions } from '../revocation/make-crls.ts';

interface CrlOptions extends Omit<MakeCrlsOptions, 'days' | 'delta'> {
  readonly days?: number;
  readonly delta?: boolean;
  readonly check?: boolean;
  readonly within?: number;
}

/** Until the next CRL, and how long before that --check speaks up. Days. */
const DEFAULTS = { full: 30, delta: 7, within: 3 } as const;

const EXAMPLES = `
A CRL of what is revoked, in PEM; of a hybrid CA with both signatures. Its number goes up by one
each time. The current one is in the CA directory too: crl/ca.crl (DER) and crl/ca.pem, or
crl/delta.crl and crl/delta.pem. --check needs no key, and exits with 8 when it is time.

A certificate may say in its profile's URLs that its CRL is one of several. --shard makes that of a
URL, or of all that certificates name: crl/shard-1.crl and so on.

Examples:
  $ pki crl --ca-dir ./ca --out ca.crl
  $ pki crl --ca-dir ./ca --days 7 > ca.crl
  $ pki crl --ca-dir ./ca --delta --days 1 --out delta.crl
  $ pki crl --ca-dir ./ca --shard http://pki.example.com/7.crl --out 7.crl
  $ pki crl --ca-dir ./ca --shard all
  $ pki crl --ca-dir ./ca --check --within 3`;

export function crlCommand(context: CliContext): Command {
  const command = new Command('crl')
    .addOption(caDirectoryOption())
    .option('--days <days>', 'until the next CRL at the latest (default: 30, of a delta 7)', days)
    .option('--delta', 'only what has changed since the last full CRL')
    .option('--shard <url>', 'only of certificates that name this URL for their CRL; or "all"')
    .option(
      '--freshest-crl <url>',
      'where the delta CRLs to this one are; may be repeated',
      collect,
      [],
    )
    .option('--check', 'make none: tell how long the current one lasts')
    .option('--within <days>', 'with --check: fail this long before the end (default: 3)', days)
    .option('--out <file>', 'CRL, PEM; "-" is standard output', '-')
    .option('--key <key>', 'CA key, if it has moved: an RFC 7512 URI, or file:PATH')
    .addOption(reasonOption())
    .option('--force', 'replace the file if it exists');
  return addSecretOptions(command)
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(async (options: CrlOptions) => {
      const { check, within, delta = false } = options;
      if (check) {
        const { checkCrl } = await import('../revocation/check-crl.ts');
        return checkCrl(context, { ...options, within: within ?? DEFAULTS.within });
      }
      if (within !== undefined) throw new PkiError('USAGE', '--within is for --check');
      const { makeCrls } = await import('../revocation/make-crls.ts');
      const days = options.days ?? DEFAULTS[delta ? 'delta' : 'full'];
      return makeCrls(context, { ...options, days, delta });
    });
}
