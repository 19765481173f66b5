import { Command, Option } from 'commander';
import { collect } from '../collect.ts';
import type { CliContext } from '../context.ts';
import { instant } from '../instant.ts';
import { jsonOption } from '../options.ts';
import type { VerifyOptions } from '../verification/verify-chain.ts';
import { addWantedOptions } from '../verification/wanted-options.ts';

const AFTER_HELP = `
A file may hold several certificates in PEM: of <certificate> the first one is verified and the
others are intermediates. The order of the rest does not matter. Exit status 3: it does not verify.

Examples:
  $ pki verify server.crt --trust ca/ca.crt
  $ pki verify server.crt issuing-ca.crt --trust root.crt --at 2027-01-01T00:00:00Z
  $ pki verify server.crt --trust root.crt --dns www.example.com --purpose tls-server
  $ pki verify server.crt issuing-ca.crt --trust root.crt --crl root.crl --crl issuing-ca.crl
  $ pki verify server.crt --trust hybrid-root.crt --require-alt --json`;

export function verifyCommand(context: CliContext): Command {
  const command = new Command('verify')
    .argument('<certificate>', 'PEM or DER; "-" is standard input')
    .argument('[intermediate...]', 'certificates between it and a trusted one')
    .requiredOption('--trust <file>', 'trusted certificates; may be given several times', collect)
    .option('--at <time>', 'when it has to be valid, ISO 8601, instead of now', instant)
    .option(
      '--require-alt',
      'refuse classical signatures without an alternative one beside them (Catalyst)',
    )
    .option('--crl <file>', 'CRLs, full or delta; may be given several times', collect)
    .option('--ocsp <file>', 'OCSP response; may be given several times', collect)
    .addOption(
      new Option(
        '--revocation <certificates>',
        'of which it has to be known that they are not revoked; all is the default with --crl, leaf with --ocsp alone',
      ).choices(['leaf', 'all']),
    )
    .addOption(jsonOption());
  return addWantedOptions(command)
    .addHelpText('after', AFTER_HELP)
    .action(async (certificate: string, intermediates: string[], options: VerifyOptions) => {
      const { verifyChain } = await import('../verification/verify-chain.ts');
      await verifyChain(context, { certificate, intermediates }, options);
    });
}
