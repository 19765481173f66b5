import type { Command } from 'commander';
import { readKeyFile } from '../../../signers/key-file.ts';
import { provenPublicKey } from '../../../signers/key-pair.ts';
import type { CliContext } from '../../context.ts';
import { describePrivateKey, privateKeyRows } from '../../describe/describe-private-key.ts';
import { pathOf } from '../../options.ts';
import { json, table } from '../../present.ts';
import { waitingAt } from '../../progress.ts';
import { askSecret, PASSPHRASE } from '../../secrets.ts';

interface KeyShowOptions {
  readonly passphraseFile?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
The private and the public key are proven to belong together, by a signature.

Examples:
  $ pki key show server.key
  $ pki key show ca/keys/ca.key --passphrase-file secret.txt --json`;

export function keyShowCommand(command: Command, context: CliContext): Command {
  return command
    .argument('<file>', 'private key, PKCS #8, PEM or DER')
    .option('--passphrase-file <file>', 'passphrase; otherwise PKI_PASSPHRASE, or asked for')
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: KeyShowOptions) => show(file, options, context));
}

async function show(file: string, options: KeyShowOptions, context: CliContext): Promise<void> {
  const passphrase = () =>
    askSecret(context, PASSPHRASE, options.passphraseFile, `passphrase of ${file}`);
  const { pkcs8, encryption = 'none' } = await readKeyFile(pathOf(context, file), passphrase);
  const proving = provenPublicKey(pkcs8, file);
  const description = describePrivateKey(pkcs8, await waitingAt(context)('signing', proving));
  if (options.json) return context.print(json({ file, ...description, encryption }));
  context.print(`${file}\n${table([...privateKeyRows(description), ['encryption', encryption]])}`);
}
