import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { json } from '../../present.ts';

const AFTER_HELP = `
Nothing is checked: see "pki ocsp verify".

Examples:
  $ pki ocsp show response.der
  $ curl -s http://ocsp.example.com/MFQw… | pki ocsp show - --json`;

export const ocspShowCommand = (command: Command, context: CliContext): Command =>
  command
    .argument('<file>', 'request or response, DER; "-" is standard input')
    .addHelpText('after', AFTER_HELP)
    .action((file: string, options: { readonly json?: boolean }) => show(file, options, context));

async function show(file: string, options: { readonly json?: boolean }, context: CliContext) {
  const { readable, readOcspMessage } = await import('../../ocsp/read-ocsp.ts');
  const { describeRequest, describeResponse } = await import('../../ocsp/describe-ocsp.ts');
  const { requestText, responseText } = await import('../../ocsp/ocsp-text.ts');
  const message = await readOcspMessage(context, file);
  if (message.kind === 'request') {
    const description = describeRequest(message);
    return context.print(options.json ? json(description) : requestText(description));
  }
  const description = await readable(file, 'an OCSP response', () => describeResponse(message));
  context.print(options.json ? json(description) : responseText(description));
}
