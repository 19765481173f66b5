import type { Command } from 'commander';
import { pem } from '../../../der/pem.ts';
import { PkiError } from '../../../errors.ts';
import { readKeyFile } from '../../../signers/key-file.ts';
import { provenPublicKey } from '../../../signers/key-pair.ts';
import type { CliContext } from '../../context.ts';
import { describePublicKey } from '../../describe/describe-private-key.ts';
import { addHsmAccessOptions, addTokenKeyOptions } from '../../hsm/hsm-options.ts';
import { type HsmCommandOptions, tokenOf } from '../../hsm/open-token.ts';
import { flagOf, NAMING } from '../../hsm/token-key-refs.ts';
import { debugOption, pathOf } from '../../options.ts';
import { OutputFile } from '../../output-file.ts';
import { json } from '../../present.ts';
import { waitingAt } from '../../progress.ts';
import { askSecret, PASSPHRASE } from '../../secrets.ts';

interface KeyPublicOptions extends HsmCommandOptions {
  readonly out: string;
  readonly force?: boolean;
}

const EXAMPLES = `
Examples:
  $ pki key public server.key > server.pub
  $ pki key public --hsm-config hsm.yaml --pkcs11-key-label ca-key --out ca.pub`;

export function keyPublicCommand(command: Command, context: CliContext): Command {
  return addHsmAccessOptions(addTokenKeyOptions(command))
    .argument('[file]', 'private key, PKCS #8, PEM or DER; without it, a key in a token')
    .option('--passphrase-file <file>', 'passphrase; otherwise PKI_PASSPHRASE, or asked for')
    .option('--out <file>', 'public key, PEM; "-" is standard output', '-')
    .option('--force', 'replace the file if it exists')
    .addOption(debugOption())
    .addHelpText('after', EXAMPLES)
    .action((file: string | undefined, options: KeyPublicOptions) =>
      printPublic(file, options, context),
    );
}

async function printPublic(
  file: string | undefined,
  options: KeyPublicOptions,
  context: CliContext,
): Promise<void> {
  const { out, force = false } = options;
  const token = [...NAMING, 'pkcs11Lib' as const, 'hsmConfig' as const, 'key' as const].find(
    (option) => options[option] !== undefined,
  );
  if (file !== undefined && token !== undefined) {
    throw new PkiError('USAGE', `give either a file or ${flagOf(token)}`);
  }
  const output =
    out === '-'
      ? undefined
      : context.resources.use(new OutputFile(pathOf(context, out), { mode: 0o644, force }));
  const publicKey = await (file === undefined
    ? ofToken(options, context)
    : ofFile(file, options, context));
  const text = pem('PUBLIC KEY', publicKey);
  output?.write(text);
  output?.commit();
  if (options.json) context.print(json({ ...describePublicKey(publicKey), publicKey: text }));
  else if (!output) context.print(text);
}

async function ofFile(
  file: string,
  { passphraseFile }: KeyPublicOptions,
  context: CliContext,
): Promise<Uint8Array> {
  const { pkcs8 } = await readKeyFile(pathOf(context, file), () =>
    askSecret(context, PASSPHRASE, passphraseFile, `passphrase of ${file}`),
  );
  return waitingAt(context)('signing', provenPublicKey(pkcs8, file));
}

async function ofToken(options: KeyPublicOptions, context: CliContext): Promise<Uint8Array> {
  const { ref, access } = await tokenOf(context, options);
  const { openPkcs11Signer } = await import('../../../signers/pkcs11/pkcs11-signer.ts');
  return context.resources.use(await openPkcs11Signer(ref, access)).publicKey;
}
