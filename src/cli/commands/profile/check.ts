import { basename, dirname } from 'node:path';
import type { Command } from 'commander';
import { PkiError } from '../../../errors.ts';
import { compileProfile } from '../../../profiles/compile.ts';
import { profileFiles, profileNameOf } from '../../../store/profile-files.ts';
import type { CliContext } from '../../context.ts';
import { resolvedProfile } from '../../load-profile.ts';
import { pathOf } from '../../options.ts';
import { json } from '../../present.ts';

const EXAMPLES = `
What the file is built on is looked for beside it, and then among the built-in profiles.

Examples:
  $ pki profile check ./ca/profiles/web.yaml
  $ pki profile check web.yaml --json`;

export function profileCheckCommand(command: Command, context: CliContext): Command {
  return command
    .argument('<file>', 'profile in YAML')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: { readonly json?: boolean }) => {
      const name = profileNameOf(basename(file));
      if (name === undefined) {
        throw new PkiError('USAGE', `${file} is not called like a profile`, {
          hints: ['a profile is in NAME.yaml, with small letters, digits and hyphens in NAME'],
        });
      }
      const files = profileFiles(dirname(pathOf(context, file)), dirname(file));
      if (!files.has(name)) {
        throw new PkiError('USAGE', `cannot read ${file}: no such file or directory`);
      }
      const { extensions } = compileProfile((await resolvedProfile(files, name)).config);
      if (options.json) {
        return context.print(
          json({ file, name, valid: true, extensions: extensions.map(({ oid }) => oid) }),
        );
      }
      context.print(`${file}: OK\n`);
    });
}
