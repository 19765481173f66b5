import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { instant } from '../../instant.ts';
import type { VerifyOcspOptions } from '../../ocsp/verify-response.ts';

const AFTER_HELP = `
Checks who signed: the issuer, or a responder that it has certified for that; the time; and that the
response is about what was asked. With --cert that certificate has to be good as well. Exit status 3:
something does not hold.

Examples:
  $ pki ocsp verify response.der --issuer ca/ca.crt
  $ pki ocsp verify response.der --issuer ca/ca.crt --cert server.crt --request request.der`;

export const ocspVerifyCommand = (command: Command, context: CliContext): Command =>
  command
    .argument('<response>', 'DER; "-" is standard input')
    .requiredOption('--issuer <file>', 'certificate of the CA that it is about')
    .option('--cert <file>', 'certificate that has to be good')
    .option('--request <file>', 'what was asked, DER')
    .option('--at <time>', 'when it has to hold, ISO 8601, instead of now', instant)
    .addHelpText('after', AFTER_HELP)
    .action(async (file: string, options: VerifyOcspOptions) => {
      const { verifyResponse } = await import('../../ocsp/verify-response.ts');
      await verifyResponse(context, file, options);
    });
