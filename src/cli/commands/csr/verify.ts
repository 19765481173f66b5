import type { Command } from 'commander';
import { PkiError } from '../../../errors.ts';
import type { CliContext } from '../../context.ts';
import { columns, json } from '../../present.ts';
import { printable } from '../../printable.ts';
import { addInspectOptions } from '../../requests/csr-inspect-options.ts';
import type { InspectCsrOptions } from '../../requests/inspect-csr.ts';

const AFTER_HELP = `
Checks the signatures alone: whether certificates that a request refers to can be trusted is what
"pki issue" checks. Exit status 3: a proof is missing or does not hold.

Examples:
  $ pki csr verify server.csr
  $ pki csr verify ml-dsa.csr --related ecdsa.crt`;

export function csrVerifyCommand(command: Command, context: CliContext): Command {
  return addInspectOptions(command)
    .addHelpText('after', AFTER_HELP)
    .action((file: string, options: InspectCsrOptions) => verify(file, options, context));
}

async function verify(file: string, options: InspectCsrOptions, context: CliContext) {
  const { inspectCsr } = await import('../../requests/inspect-csr.ts');
  const { describeProof, proofRows } = await import('../../describe/describe-proof.ts');
  const { name, proofs } = await inspectCsr(context, file, options);
  const described = proofs.map(describeProof);
  const problems = described.flatMap(({ what, problem }) =>
    problem === null ? [] : [`${what}: ${problem}`],
  );
  const valid = problems.length === 0;
  if (options.json) context.print(json({ valid, proofs: described }));
  else {
    const rows = columns(described.flatMap(proofRows)).replaceAll(/^(?=.)/gm, '  ');
    context.print(`${printable(name)}: ${valid ? 'OK' : 'refused'}\n${rows}`);
  }
  if (!valid) throw new PkiError('POLICY', `${name} does not verify`, { hints: problems });
}
