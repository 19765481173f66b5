import { Command, Option } from 'commander';
import type { CliContext } from '../context.ts';
import { instant } from '../instant.ts';
import type { LintFileOptions } from '../lint-file.ts';
import { jsonOption } from '../options.ts';

const AFTER_HELP = `
Rows with a date are asked about the time at which the object says that it was issued (notBefore,
thisUpdate), a request about now; --at is for another time. Of TLS BR those certificates are asked,
of servers and of CAs, that claim it by a policy of 2.23.140.1.2, and all others with --as
tls-server. docs/lints.md lists the rows. Exit status 3: a row that is an error; warnings and notices do not count.

Examples:
  $ pki lint server.crt
  $ pki lint chain.pem --as tls-server --json
  $ pki lint server.crt --as tls-server --at 2029-03-15`;

export function lintCommand(context: CliContext): Command {
  return new Command('lint')
    .argument('<file>', 'certificates, requests and CRLs in PEM, or one in DER; "-" reads stdin')
    .addOption(
      new Option('--as <what>', 'hold it against TLS BR, whatever it claims').choices([
        'tls-server',
      ]),
    )
    .option('--at <time>', 'as if it were issued then, ISO 8601', instant)
    .addOption(jsonOption())
    .addHelpText('after', AFTER_HELP)
    .action(async (file: string, options: LintFileOptions) => {
      const { lintFile } = await import('../lint-file.ts');
      await lintFile(context, file, options);
    });
}
