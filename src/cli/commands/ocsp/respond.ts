import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { describeAnswer, singleRows } from '../../ocsp/describe-answer.ts';
import {
  addResponderOptions,
  periodOf,
  type ResponderOptions,
} from '../../ocsp/responder-options.ts';
import { pathOf } from '../../options.ts';
import { OutputFile } from '../../output-file.ts';
import { json, table } from '../../present.ts';
import { readInput } from '../../read-input.ts';

interface RespondOptions extends ResponderOptions {
  readonly request: string;
  readonly out: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
A certificate that this CA has not issued is "unknown". A request that cannot be read, or that asks
about another CA, is answered too: with the error response malformedRequest or unauthorized.

Examples:
  $ pki ocsp respond --ca-dir ./ca --request request.der --out response.der
  $ pki ocsp respond --ca-dir ./ca --request - --responder-cert ocsp.crt --responder-key ocsp.key`;

export const ocspRespondCommand = (command: Command, context: CliContext): Command =>
  addResponderOptions(command, 7)
    .requiredOption('--request <file>', 'request, DER; "-" is standard input')
    .option('--out <file>', 'response, DER; "-" is standard output', '-')
    .option('--force', 'replace the output file if it exists')
    .addHelpText('after', EXAMPLES)
    .action((options: RespondOptions) => respond(options, context));

async function respond(options: RespondOptions, context: CliContext): Promise<void> {
  const { out, force = false } = options;
  const path = pathOf(context, out);
  const file =
    out === '-' ? undefined : context.resources.use(new OutputFile(path, { mode: 0o644, force }));
  const request = await readInput(context, options.request);
  const { openResponder } = await import('../../ocsp/open-responder.ts');
  const { answerOcsp } = await import('../../../ca/ocsp.ts');
  const { responder, store } = await openResponder(context, options);
  const parts = { store, clock: context.clock };
  const answer = await answerOcsp(request, responder, periodOf(options), parts);
  file?.write(answer.der);
  file?.commit();
  const description = describeAnswer(answer);
  if (options.json) {
    const response = Buffer.from(answer.der).toString('base64');
    return context.print(json({ ...description, ...(file && { file: out }), response }));
  }
  if (!file) return context.print(answer.der);
  context.print(`answered ${description.status}\n`);
  context.print(table([['response', out], ...description.certificates.flatMap(singleRows)]));
}
