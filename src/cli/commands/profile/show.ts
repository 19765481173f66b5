import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { filesOfCa, resolvedProfile } from '../../load-profile.ts';
import { json } from '../../present.ts';
import { profileText } from '../../profiles/profile-text.ts';

interface ProfileShowOptions {
  readonly caDir?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ pki profile show tls-server
  $ pki profile show web --ca-dir ./ca`;

export function profileShowCommand(command: Command, context: CliContext): Command {
  return command
    .argument('<name>', 'profile')
    .option('--ca-dir <directory>', 'CA directory with profiles of its own')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string, options: ProfileShowOptions) => {
      const files = filesOfCa(context, options.caDir);
      const { document } = await resolvedProfile(files, name);
      const source = files.read(name)?.path ?? 'built-in';
      if (options.json) return context.print(json({ name, source, ...document }));
      context.print(await profileText(`${name}: ${source}`, document));
    });
}
