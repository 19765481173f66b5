import { Command, Option } from 'commander';
import type { NameAttribute } from '../../x509/names.ts';
import type { CliContext } from '../context.ts';
import {
  type InitCaOptions,
  mustAgree,
  type NamedCaOptions,
} from '../hierarchy/init-ca-options.ts';
import { addTokenKeyOptions } from '../hsm-options.ts';
import { addSecretOptions, days, jsonOption, pathLength, pathOf } from '../options.ts';
import { policyOption } from '../policies.ts';
import { certificateSummary, json, table } from '../present.ts';
import { printable } from '../printable.ts';

const EXAMPLES = `
Examples:
  $ pki init-ca --name "Example Root CA" --dir ./ca
  $ pki init-ca --name "HSM Root CA" --dir ./hsm-ca \\
      --pkcs11-lib /usr/lib/softhsm/libsofthsm2.so --pkcs11-token "CA Token" --pkcs11-key-label ca-key
  $ pki init-ca --name "HSM Root CA" --dir ./hsm-ca \\
      --key 'pkcs11:token=CA%20Token;object=ca-key?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/run/ca.pin'
  $ pki init-ca --name "Hybrid Root CA" --dir ./hybrid-ca --hybrid catalyst --ml-dsa ml-dsa-65 \\
      --pkcs11-lib /usr/lib/softhsm/libsofthsm2.so --pkcs11-token "CA Token" --pkcs11-key-label ca-key
  $ pki init-ca --name "Root CA" --dir ./policy-ca --policy bsi
  $ pki init-ca --name "Issuing CA 1" --dir ./issuing-ca --parent ./ca`;

export function initCaCommand(context: CliContext): Command {
  const command = new Command('init-ca')
    .option('--name <name>', 'common name of the CA')
    .requiredOption('--dir <directory>', 'CA directory to make; must not exist, or be empty')
    .option('--organization <name>', 'organization in the subject')
    .option('--country <code>', 'country in the subject, two letters')
    .option('--parent <directory>', 'CA directory of the CA that certifies the new one')
    .option('--profile <name>', 'profile under a parent (default: issuing-ca)')
    .option('--path-length <number>', 'how many CAs may follow below it', pathLength)
    .option('--days <days>', 'validity (default: 7305, 20 years; under a parent 1826)', days)
    .option('--clamp', "shorten the validity to the parent's where it would exceed it")
    .option('--algorithm <name>', 'algorithm of the CA key (default: ecdsa-p384, or as --policy)')
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
    .option('--exportable', 'let a key that is made in a token leave it, encrypted, for a backup');
  addSecretOptions(addTokenKeyOptions(command))
    .option(
      '--parent-passphrase-file <file>',
      "passphrase of the parent's key files; otherwise PKI_PARENT_PASSPHRASE, or asked for",
    )
    .option(
      '--parent-pin-file <file>',
      "PIN of the parent's token; otherwise PKCS11_PARENT_PIN, or asked for",
    );
  return command
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(async (options: InitCaOptions) => {
      const named = mustAgree(options);
      const { createCa } = await import('../create-ca.ts');
      const { certificate, keys, notes, ...created } = await createCa(context, {
        options: named,
        directory: pathOf(context, options.dir),
        subject: subjectOf(named),
      });
      for (const note of notes) context.note(`pki: note: ${printable(note)}`);
      const summary = certificateSummary(certificate);
      const policy = created.policy === undefined ? {} : { policy: created.policy };
      if (options.json) {
        return context.print(json({ directory: options.dir, keys, ...policy, ...summary }));
      }
      context.print(`made the CA ${summary.subject}\n`);
      context.print(
        table([
          ['directory', options.dir],
          ...keys.map(({ algorithm, key }) => ['key', `${algorithm} in ${key}`] as const),
          ...Object.entries(policy),
          ['valid until', summary.notAfter],
          ['serial', summary.serial],
          ['SHA-256', summary.fingerprint],
        ]),
      );
    });
}

function subjectOf({ name, organization, country }: NamedCaOptions): readonly NameAttribute[] {
  return [
    ...(country === undefined ? [] : [{ type: 'C', value: country }]),
    ...(organization === undefined ? [] : [{ type: 'O', value: organization }]),
    { type: 'CN', value: name },
  ];
}
