import type { Command } from 'commander';
import { pem } from '../../../der/pem.ts';
import { PkiError } from '../../../errors.ts';
import { readKeyFile } from '../../../signers/key-file.ts';
import { provenPublicKey } from '../../../signers/key-pair.ts';
import { encodePkcs8, type PrivateKey, parsePkcs8 } from '../../../signers/private-key.ts';
import type { Secret } from '../../../signers/secret.ts';
import type { CliContext } from '../../context.ts';
import { describePrivateKey, privateKeyRows } from '../../describe/describe-private-key.ts';
import { type NewKeyFileOptions, newKeyFile } from '../../issuing/new-key-file.ts';
import { pathOf } from '../../options.ts';
import { json, table } from '../../present.ts';
import { waitingAt } from '../../progress.ts';
import { askSecret, chooseSecret, NEW_PASSPHRASE, PASSPHRASE } from '../../secrets.ts';

interface KeyConvertOptions extends NewKeyFileOptions {
  readonly passphraseFile?: string;
  readonly newPassphraseFile?: string;
  /** False by `--no-passphrase`. */
  readonly passphrase: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
ML-DSA and ML-KEM keys are read as seed, as expanded key and as both, and written as the seed, which
is what RFC 9881 recommends and OpenSSL and Node read. Without its seed a key stays expanded.

Examples:
  $ pki key convert old.key --out new.key --new-passphrase-file new.txt
  $ pki key convert from-openssl.key --out seed.key --no-passphrase`;

export function keyConvertCommand(command: Command, context: CliContext): Command {
  return command
    .argument('<file>', 'private key, PKCS #8, PEM or DER')
    .requiredOption('--out <file>', 'private key, PKCS #8, mode 0600')
    .option('--public-out <file>', 'public key, PEM')
    .option('--passphrase-file <file>', 'passphrase of the key as it is; or PKI_PASSPHRASE')
    .option('--new-passphrase-file <file>', 'passphrase of the new file; or PKI_NEW_PASSPHRASE')
    .option('--no-passphrase', 'leave the new file unencrypted')
    .option('--force', 'replace files that exist')
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: KeyConvertOptions) => convert(file, options, context));
}

async function convert(
  path: string,
  options: KeyConvertOptions,
  context: CliContext,
): Promise<void> {
  const file = newKeyFile(context, options);
  const old = await readKeyFile(pathOf(context, path), () =>
    askSecret(context, PASSPHRASE, options.passphraseFile, `passphrase of ${path}`),
  );
  const proving = provenPublicKey(old.pkcs8, path);
  const publicKey = await waitingAt(context)('signing', proving);
  const key = parsePkcs8(old.pkcs8);
  const pkcs8 = encodePkcs8(key);
  const passphrase = await chooseNew(context, options);
  file.write(pkcs8, passphrase, pem('PUBLIC KEY', publicKey));
  if (hasNoSeed(key))
    context.note('pki: note: the key has no seed, and stays in its expanded form');
  const description = describePrivateKey(pkcs8, publicKey);
  if (options.json) return context.print(json({ file: options.out, ...description }));
  context.print(`wrote ${options.out}${passphrase ? '' : ', not encrypted'}\n`);
  context.print(table(privateKeyRows(description)));
}

async function chooseNew(
  context: CliContext,
  { passphrase, newPassphraseFile }: KeyConvertOptions,
): Promise<Secret | undefined> {
  if (!passphrase && newPassphraseFile !== undefined) {
    throw new PkiError('USAGE', 'give either --no-passphrase or --new-passphrase-file');
  }
  if (passphrase) {
    return chooseSecret(context, NEW_PASSPHRASE, newPassphraseFile, 'passphrase of the new file');
  }
  context.note('pki: warning: --no-passphrase leaves the key unencrypted on the disk');
  return undefined;
}

const hasNoSeed = (key: PrivateKey): boolean =>
  key.kind === 'raw' && key.algorithm.seedBytes !== undefined && key.forms.seed === undefined;
