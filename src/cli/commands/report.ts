import { Command } from 'commander';
import { collect } from '../collect.ts';
import type { CliContext } from '../context.ts';
import { days, jsonOption, pathOf } from '../options.ts';
import { json } from '../present.ts';

interface ReportOptions {
  readonly html: string;
  readonly caDir: readonly string[];
  readonly within: number;
  readonly force?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
One page for auditors and for the wall: hierarchy, what ends when, algorithms and where keys are,
CRLs, and the heads of the audit trails. It needs nothing besides itself, runs no script, and has no
secret in it. Certificates are counted by indexes, so that a million cost little.

Examples:
  $ pki report --html report.html --ca-dir ./ca
  $ pki report --html report.html --ca-dir ./root --ca-dir ./issuing --within 60 --force`;

export function reportCommand(context: CliContext): Command {
  return new Command('report')
    .requiredOption('--html <file>', 'the page; "-" is standard output')
    .requiredOption(
      '--ca-dir <directory>',
      'CA directory, or one with CA directories below it; may be repeated',
      collect,
    )
    .option('--within <days>', 'list the certificates that end within this many days', days, 30)
    .option('--force', 'replace the file if it exists')
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(async (options: ReportOptions) => {
      const { openReportFile, makeReport } = await import('../report/make-report.ts');
      const file = openReportFile(context, options);
      const { page, cas, mustBeWhole } = await makeReport(context, options);
      file?.write(page);
      file?.commit();
      if (options.json) {
        context.print(
          json({ cas, ...(file ? { file: pathOf(context, options.html) } : { page }) }),
        );
      } else if (file) context.note(`wrote ${options.html}: ${cas} ${cas === 1 ? 'CA' : 'CAs'}`);
      else context.print(page);
      mustBeWhole();
    });
}
