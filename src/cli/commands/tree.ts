import { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { jsonOption } from '../options.ts';
import { json } from '../present.ts';

const EXAMPLES = `
Of each CA: whether its certificate is good, where its keys are, how many certificates it has issued
and how long its CRL lasts. Certificates of CAs that are found with others, above or below, are drawn
too. No key is opened, and no certificate of somebody else is read.

Examples:
  $ pki tree
  $ pki tree ./root ./issuing
  $ pki tree --json | jq -r '.cas[] | select(.state != "good") | .subject'`;

export function treeCommand(context: CliContext): Command {
  return new Command('tree')
    .argument(
      '[directory...]',
      'CA directories, or directories with CA directories below them (default: the current one)',
    )
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(async (given: readonly string[], options: { readonly json?: boolean }) => {
      const { mustBeReadable, readCas } = await import('../overview/read-cas.ts');
      const { hierarchyOf } = await import('../overview/hierarchy.ts');
      const { cas, asides } = await readCas(context, given.length === 0 ? ['.'] : given);
      const now = context.clock();
      const nodes = hierarchyOf(cas, now);
      if (options.json) {
        const { overviewFields } = await import('../overview/overview-json.ts');
        context.print(json(overviewFields(nodes, asides)));
      } else {
        const { treeText } = await import('../overview/tree-text.ts');
        const others = asides.map(({ shown, why }) => `${shown}  ${why}\n`);
        context.print([treeText(nodes, now), ...others].join(''));
      }
      mustBeReadable(asides);
    });
}
