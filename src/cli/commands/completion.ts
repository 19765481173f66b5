import { Argument, Command } from 'commander';
import type { CliContext } from '../context.ts';
import { jsonOption } from '../options.ts';
import { json } from '../present.ts';

type Shell = 'bash' | 'zsh' | 'fish';

const AFTER_HELP = `
The script completes commands, options and what is known of their values, with the profiles of the
CA whose directory is on the line. It does not start pki. Make it anew after pki was upgraded.

Examples:
  $ pki completion bash > ~/.local/share/bash-completion/completions/pki
  $ pki completion zsh > ~/.zfunc/_pki
  $ pki completion fish > ~/.config/fish/completions/pki.fish`;

export function completionCommand(context: CliContext): Command {
  return new Command('completion')
    .addArgument(new Argument('<shell>', 'whose completion').choices(['bash', 'zsh', 'fish']))
    .addOption(jsonOption())
    .addHelpText('after', AFTER_HELP)
    .action(async (shell: Shell, options: { readonly json?: boolean }) => {
      const { programOutline } = await import('../outline.ts');
      const write = await SCRIPTS[shell]();
      const script = write(await programOutline(context));
      context.print(options.json ? json({ shell, script }) : script);
    });
}

const SCRIPTS = {
  bash: async () => (await import('../completion/bash.ts')).bashCompletion,
  zsh: async () => (await import('../completion/zsh.ts')).zshCompletion,
  fish: async () => (await import('../completion/fish.ts')).fishCompletion,
};
