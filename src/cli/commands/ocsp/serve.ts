import { type Command, InvalidArgumentError } from 'commander';
import type { CliContext } from '../../context.ts';
import {
  addResponderOptions,
  periodOf,
  type ResponderOptions,
} from '../../ocsp/responder-options.ts';
import { certificateSummary, json } from '../../present.ts';

interface ServeOptions extends ResponderOptions {
  readonly host: string;
  readonly port: number;
  readonly json?: boolean;
}

const EXAMPLES = `
Answers GET and POST (RFC 6960, RFC 5019) until it is interrupted; a revocation counts from the next
request on. What the keys ask for is asked for at the start. For the network, put an HTTP server in
front of it.

Examples:
  $ pki ocsp serve --ca-dir ./ca --port 8080 --responder-cert ocsp.crt --responder-key ocsp.key`;

export const ocspServeCommand = (command: Command, context: CliContext): Command =>
  addResponderOptions(command, 1)
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--port <number>', 'where to listen; 0 is any that is free', port, 8080)
    .addHelpText('after', EXAMPLES)
    .action((options: ServeOptions) => serve(options, context));

function port(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= 65_535) return number;
  throw new InvalidArgumentError('it has to be a number from 0 to 65535');
}

async function serve(options: ServeOptions, context: CliContext): Promise<void> {
  const { host } = options;
  const { openResponder } = await import('../../ocsp/open-responder.ts');
  const { answerOcsp, rehearseOcsp } = await import('../../../ca/ocsp.ts');
  const { OcspCache } = await import('../../../ca/ocsp-cache.ts');
  const { startHttpResponder } = await import('../../ocsp/http-responder.ts');
  const { responder, store } = await openResponder(context, options);
  const { clock, note } = context;
  const [period, parts] = [periodOf(options), { store, clock, cache: new OcspCache() }];
  await rehearseOcsp(responder, period, parts);
  const answer = (request: Uint8Array) => answerOcsp(request, responder, period, parts);
  const server = await startHttpResponder({ host, port: options.port, answer, clock, note });
  context.resources.use(server);
  const { subject } = certificateSummary(responder.ca);
  context.print(
    options.json
      ? json({ url: server.url, ca: subject })
      : `answering for ${subject} at ${server.url}\n`,
  );
  await new Promise<void>((end) => {
    if (context.interrupted.aborted) return end();
    context.interrupted.addEventListener('abort', () => end(), { once: true });
  });
}
