import type { Command } from 'commander';
import { builtInNamed, profileNamed } from '../../../profiles/built-in.ts';
import { documentOf } from '../../../profiles/profile-document.ts';
import type { CliContext } from '../../context.ts';
import { json } from '../../present.ts';
import { profileText } from '../../profiles/profile-text.ts';

const EXAMPLES = `
Examples:
  $ pki profile export tls-server > ./ca/profiles/web.yaml
  $ pki profile export tls-server --json`;

export function profileExportCommand(command: Command, context: CliContext): Command {
  return command
    .argument('<name>', 'built-in profile')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string, options: { readonly json?: boolean }) => {
      const document = documentOf(builtInNamed(name) ?? profileNamed(name));
      if (options.json) return context.print(json(document));
      context.print(await profileText(`The built-in profile ${name}.`, document));
    });
}
