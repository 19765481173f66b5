import { Command, InvalidArgumentError } from 'commander';
import { collect } from '../collect.ts';
import type { CliContext } from '../context.ts';
import { jsonOption } from '../options.ts';
import type { VerifyOptions } from '../verify-chain.ts';

const AFTER_HELP = `
A file may hold several certificates in PEM: of <certificate> the first one is verified and the
others are intermediates. The order of the rest does not matter. Exit status 3: it does not verify.

Examples:
  $ pki verify server.crt --trust ca/ca.crt
  $ pki verify server.crt issuing-ca.crt --trust root.crt --at 2027-01-01T00:00:00Z
  $ pki verify server.crt --trust hybrid-root.crt --require-alt --json`;

export function verifyCommand(context: CliContext): Command {
  return new Command('verify')
    .argument('<certificate>', 'PEM or DER; "-" is standard input')
    .argument('[intermediate...]', 'certificates between it and a trusted one')
    .requiredOption('--trust <file>', 'trusted certificates; may be given several times', collect)
    .option('--at <time>', 'when it has to be valid, ISO 8601, instead of now', instant)
    .option(
      '--require-alt',
      'refuse classical signatures without an alternative one beside them (Catalyst)',
    )
    .addOption(jsonOption())
    .addHelpText('after', AFTER_HELP)
    .action(async (certificate: string, intermediates: string[], options: VerifyOptions) => {
      const { verifyChain } = await import('../verify-chain.ts');
      await verifyChain(context, { certificate, intermediates }, options);
    });
}

const ISO_8601 = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;

/** A day begins in Zulu; a time of day has to say its zone. */
function instant(text: string): Date {
  const [, day] = ISO_8601.exec(text) ?? [];
  const [time, midnight] = [new Date(text), new Date(day ?? Number.NaN)];
  const exists = !Number.isNaN(time.getTime()) && !Number.isNaN(midnight.getTime());
  // a 30th of February would be taken for the 2nd of March
  if (exists && midnight.toISOString().startsWith(`${day}T`)) return time;
  throw new InvalidArgumentError('it has to be as 2027-01-01T00:00:00Z, or 2027-01-01');
}
