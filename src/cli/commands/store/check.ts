import type { Command } from 'commander';
import { PkiError } from '../../../errors.ts';
import type { CliContext } from '../../context.ts';
import { caDirectoryOption, pathOf } from '../../options.ts';

const AFTER_HELP = `
It opens no key and changes nothing. Every certificate is read, compared with its row, and its
signature verified. Exit status: 0 all is well, 3 something is to be settled or tidied up, 7 a
contradiction.

Examples:
  $ pki store check --ca-dir ./ca
  $ pki store check --ca-dir ./ca --json | jq '.checks[] | select(.level != "ok")'`;

export const storeCheckCommand = (command: Command, context: CliContext): Command =>
  command
    .addOption(caDirectoryOption())
    .addHelpText('after', AFTER_HELP)
    .action(async (options: { readonly caDir: string; readonly json?: boolean }) => {
      const { openCaDirectory } = await import('../../../store/ca-directory.ts');
      const { checkStore } = await import('../../store/check-store.ts');
      const { printChecks } = await import('../../print-checks.ts');
      const path = pathOf(context, options.caDir);
      const directory = context.resources.use(await openCaDirectory(path, { readOnly: true }));
      const checks = checkStore(context, directory);
      const { problems, warnings } = await printChecks(context, checks, options);
      if (problems > 0) throw new PkiError('INTEGRITY', `contradictions in the CA: ${problems}`);
      if (warnings > 0) throw new PkiError('POLICY', `to be settled in the CA: ${warnings}`);
    });
