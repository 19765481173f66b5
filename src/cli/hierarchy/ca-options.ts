import { type Command, Option } from 'commander';
import { reasonOption } from '../act.ts';
import { addTokenKeyOptions } from '../hsm/hsm-options.ts';
import { addSecretOptions } from '../options.ts';
import { policyOption } from '../policies.ts';

/** Options that say which keys a CA gets, and what opens them. */
export function addCaKeyOptions(
  command: Command,
  { algorithm, key }: { readonly algorithm: string; readonly key?: string },
): Command {
  command
    .option('--algorithm <name>', algorithm)
    .addOption(policyOption('choose algorithms, and refuse others, here and in "pki issue"'))
    .option('--no-passphrase', 'leave key files unencrypted')
    .addOption(
      new Option('--hybrid <scheme>', 'pair the key with an ML-DSA key in a file').choices([
        'catalyst',
        'composite',
      ]),
    )
    .option('--ml-dsa <name>', 'ML-DSA parameter set of a hybrid (default: ml-dsa-65)')
    .option('--ml-dsa-key <uri>', 'ML-DSA key of a hybrid in a token, by an RFC 7512 URI')
    .option('--ml-dsa-generate-key', 'make that key in the token')
    .option('--pkcs11-generate-key', 'make the key in the token, where it stays')
    .option('--exportable', 'let a key that is made in a token leave it, encrypted, for a backup')
    .addOption(reasonOption());
  return addSecretOptions(addTokenKeyOptions(command, key));
}

export const addParentSecretOptions = (command: Command): Command =>
  command
    .option(
      '--parent-passphrase-file <file>',
      "passphrase of the parent's key files; otherwise PKI_PARENT_PASSPHRASE, or asked for",
    )
    .option(
      '--parent-pin-file <file>',
      "PIN of the parent's token; otherwise PKCS11_PARENT_PIN, or asked for",
    );
