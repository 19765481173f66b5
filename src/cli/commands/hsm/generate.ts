import { type Command, Option } from 'commander';
import { tokenAlgorithmNamed } from '../../../algorithms/registry.ts';
import { pem } from '../../../der/pem.ts';
import { sha256Text } from '../../../der/sha256.ts';
import { PkiError } from '../../../errors.ts';
import { printKeyRef } from '../../../signers/key-ref.ts';
import { hex } from '../../../signers/pkcs11/keys.ts';
import type { CliContext } from '../../context.ts';
import { generateInToken } from '../../hierarchy/generate-in-token.ts';
import { type HsmCommandOptions, tokenOf } from '../../hsm/open-token.ts';
import { pathOf } from '../../options.ts';
import { OutputFile } from '../../output-file.ts';
import { json, table } from '../../present.ts';
import { printable } from '../../printable.ts';

interface GenerateOptions extends HsmCommandOptions {
  readonly algorithm: string;
  readonly exportable?: boolean;
  readonly publicOut?: string;
  readonly force?: boolean;
}

const EXAMPLES = `
Examples:
  $ pki hsm generate --hsm-config hsm.yaml --pkcs11-key-label root-2026 --public-out root-2026.pub
  $ pki hsm generate --hsm-config hsm.yaml --pkcs11-key-label log-2026 --algorithm ml-dsa-65 --json`;

export function hsmGenerateCommand(command: Command, context: CliContext): Command {
  return command
    .addOption(new Option('--algorithm <name>', 'algorithm of the key').default('ecdsa-p384'))
    .option('--exportable', 'let the key leave the token, encrypted, for a backup')
    .option('--public-out <file>', 'write the public key to this file, as PEM')
    .option('--force', 'replace that file if it exists')
    .addHelpText('after', EXAMPLES)
    .action((options: GenerateOptions) => generate(options, context));
}

async function generate(options: GenerateOptions, context: CliContext): Promise<void> {
  const algorithm = tokenAlgorithmNamed(options.algorithm);
  const { ref, access } = await tokenOf(context, options);
  if (ref.object === undefined) {
    throw new PkiError('USAGE', 'name the new key with --pkcs11-key-label', {
      hints: ['or with object=LABEL in --key; its ID is drawn unless --pkcs11-key-id gives it'],
    });
  }
  const file = publicFile(options, context);
  const { exportable = false } = options;
  let committed = false;
  const signer = await generateInToken({ ref, algorithm, exportable }, access, () => committed);
  const publicKey = pem('PUBLIC KEY', signer.publicKey);
  file?.write(publicKey);
  file?.commit();
  committed = true;
  const made = {
    key: printKeyRef(signer.ref),
    label: ref.object,
    id: hex(signer.ref.id ?? new Uint8Array()),
    algorithm: signer.algorithm.name,
    exportable,
    /** Of the SubjectPublicKeyInfo. */
    fingerprint: sha256Text(signer.publicKey),
  };
  if (options.json) return context.print(json({ ...made, publicKey }));
  context.print(`made the key "${printable(made.label)}"\n`);
  context.print(
    table([
      ['key', printable(made.key)],
      ['ID', made.id],
      ['algorithm', made.algorithm],
      ['exportable', exportable ? 'yes, encrypted, for a backup' : 'no'],
      ['SHA-256', `${made.fingerprint} of its public key`],
      ...(options.publicOut === undefined ? [] : [['public key', options.publicOut] as const]),
    ]),
  );
}

/** Opened before the key is made: a place that cannot be written to must not cost a key. */
function publicFile({ publicOut, force = false }: GenerateOptions, context: CliContext) {
  if (publicOut === undefined) return undefined;
  return context.resources.use(new OutputFile(pathOf(context, publicOut), { mode: 0o644, force }));
}
