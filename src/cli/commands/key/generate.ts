import type { Command } from 'commander';
import { keyAlgorithmNamed } from '../../../algorithms/registry.ts';
import { pem } from '../../../der/pem.ts';
import { generatePkcs8 } from '../../../signers/generate-key.ts';
import { publicKeyOfPkcs8 } from '../../../signers/software-key.ts';
import type { CliContext } from '../../context.ts';
import { describePrivateKey, privateKeyRows } from '../../describe/describe-private-key.ts';
import { type NewKeyFileOptions, newKeyFile } from '../../issuing/new-key-file.ts';
import { type NewPassphraseOptions, newPassphrase } from '../../new-passphrase.ts';
import { json, table } from '../../present.ts';
import { waitingAt } from '../../progress.ts';

interface KeyGenerateOptions extends NewKeyFileOptions, NewPassphraseOptions {
  readonly algorithm: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Algorithms: see "pki algorithms". For a key in a token: "pki hsm generate".

Examples:
  $ pki key generate --out server.key --passphrase-file secret.txt
  $ pki key generate --algorithm ml-dsa-65 --out signer.key --public-out signer.pub
  $ pki key generate --algorithm MLDSA65-ECDSA-P384-SHA512 --out hybrid.key --no-passphrase`;

export function keyGenerateCommand(command: Command, context: CliContext): Command {
  return command
    .option('--algorithm <name>', 'algorithm of the key', 'ecdsa-p256')
    .requiredOption('--out <file>', 'private key, PKCS #8, mode 0600')
    .option('--public-out <file>', 'public key, PEM')
    .option('--passphrase-file <file>', 'passphrase; otherwise PKI_PASSPHRASE, or asked for')
    .option('--no-passphrase', 'leave the key unencrypted')
    .option('--force', 'replace files that exist')
    .addHelpText('after', EXAMPLES)
    .action((options: KeyGenerateOptions) => generate(options, context));
}

async function generate(options: KeyGenerateOptions, context: CliContext): Promise<void> {
  const algorithm = keyAlgorithmNamed(options.algorithm);
  const file = newKeyFile(context, options);
  const passphrase = await newPassphrase(context, options);
  const waiting = waitingAt(context);
  const pkcs8 = await waiting(`making a key for ${algorithm.name}`, generatePkcs8(algorithm));
  const publicKey = await publicKeyOfPkcs8(pkcs8, options.out);
  const publicPem = pem('PUBLIC KEY', publicKey);
  file.write(pkcs8, passphrase, publicPem);
  const description = describePrivateKey(pkcs8, publicKey);
  const files = { file: options.out, ...(options.publicOut && { publicFile: options.publicOut }) };
  if (options.json) return context.print(json({ ...description, ...files, publicKey: publicPem }));
  context.print(`made a key for ${description.algorithm}\n`);
  context.print(
    table([
      ['private key', `${options.out}${passphrase ? '' : ', not encrypted'}`],
      ...(options.publicOut === undefined ? [] : [['public key', options.publicOut] as const]),
      ...privateKeyRows(description),
    ]),
  );
}
