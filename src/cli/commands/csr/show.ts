import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { json } from '../../present.ts';
import { addInspectOptions } from '../../requests/csr-inspect-options.ts';
import type { InspectCsrOptions } from '../../requests/inspect-csr.ts';

const EXAMPLES = `
Examples:
  $ pki csr show server.csr
  $ pki csr show ml-dsa.csr --related ecdsa.crt --json`;

export function csrShowCommand(command: Command, context: CliContext): Command {
  return addInspectOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: InspectCsrOptions) => {
      const { inspectCsr } = await import('../../requests/inspect-csr.ts');
      const { describeCsr } = await import('../../describe/describe-csr.ts');
      const { csrText } = await import('../../requests/csr-text.ts');
      const { asked, proofs } = await inspectCsr(context, file, options);
      const description = await describeCsr(asked, proofs);
      context.print(options.json ? json(description) : csrText(description));
    });
}
