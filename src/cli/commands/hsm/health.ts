import type { Command } from 'commander';
import { PkiError } from '../../../errors.ts';
import { checkHealth, type Health } from '../../../hsm/health.ts';
import type { CliContext } from '../../context.ts';
import { type HsmCommandOptions, tokenOf } from '../../hsm/open-token.ts';
import { json } from '../../present.ts';
import { printable } from '../../printable.ts';

const EXAMPLES = `
One line on standard output, whatever happens to the token. Exit status: 0 in order, 4 token, key or
module not available, 5 wrong PIN, 7 a signature that does not verify. Stop asking at the first 5:
a wrong PIN locks the token.

Examples:
  $ pki hsm health --hsm-config hsm.yaml --pkcs11-key-label root-2026
  $ pki hsm health --hsm-config hsm.yaml --json`;

export function hsmHealthCommand(command: Command, context: CliContext): Command {
  return command.addHelpText('after', EXAMPLES).action(async (options: HsmCommandOptions) => {
    const { ref, access } = await tokenOf(context, options);
    try {
      const health = await checkHealth(ref, access);
      const line = `${printable(healthLine(health))}\n`;
      context.print(options.json ? json({ status: 'ok', ...health }) : line);
    } catch (error) {
      if (!(error instanceof PkiError) || error.code === 'INTERRUPTED') throw error;
      const { code, message } = error;
      const line = `failed  ${printable(message)}\n`;
      context.print(options.json ? json({ status: 'failed', code, message }) : line);
      throw error;
    }
  });
}

function healthLine({ token, key, algorithm, loginMs, signatureMs }: Health): string {
  const signer = key === null ? 'a throw-away key' : `the key "${key.label}"`;
  return `ok  login ${loginMs} ms, signature ${signatureMs} ms: ${algorithm} by ${signer} in the token "${token.label}"`;
}
