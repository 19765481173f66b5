import { Command } from 'commander';
import { PkiError } from '../../errors.ts';
import type { CliContext } from '../context.ts';
import { jsonOption, pathOf } from '../options.ts';

interface DoctorOptions {
  readonly caDir?: string;
  readonly json?: boolean;
}

const AFTER_HELP = `
It opens no key and changes nothing; "pki hsm doctor" looks at a token. Exit status: 0 no problem,
3 a problem, 8 the CA certificate ends within 90 days, or its CRL within 3.

Examples:
  $ pki doctor
  $ pki doctor --ca-dir ./ca
  $ pki doctor --ca-dir ./ca --json | jq '.checks[] | select(.level != "ok")'`;

export function doctorCommand(context: CliContext): Command {
  return new Command('doctor')
    .option('--ca-dir <directory>', 'CA directory to look at too')
    .addOption(jsonOption())
    .addHelpText('after', AFTER_HELP)
    .action(async (options: DoctorOptions) => {
      const { diagnose } = await import('../doctor/diagnose.ts');
      const { foundProblems, printChecks } = await import('../print-checks.ts');
      const path = options.caDir === undefined ? undefined : pathOf(context, options.caDir);
      const checks = diagnose(path, context.clock());
      const { problems, due } = await printChecks(context, checks, options);
      if (problems > 0) throw foundProblems('POLICY', problems);
      if (due) throw new PkiError('EXPIRING', 'doctor found what is due soon');
    });
}
