import { Command, Option } from 'commander';
import { PkiError } from '../../errors.ts';
import type { NameAttribute } from '../../x509/names.ts';
import type { InitCaOptions } from '../ca-key-plan.ts';
import type { CliContext } from '../context.ts';
import { addTokenKeyOptions } from '../hsm-options.ts';
import { addSecretOptions, days, jsonOption, pathOf } from '../options.ts';
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
  $ pki init-ca --name "Root CA" --dir ./policy-ca --policy bsi`;

export function initCaCommand(context: CliContext): Command {
  const command = new Command('init-ca')
    .requiredOption('--name <name>', 'common name of the CA')
    .requiredOption('--dir <directory>', 'CA directory to make; must not exist, or be empty')
    .option('--organization <name>', 'organization in the subject')
    .option('--country <code>', 'country in the subject, two letters')
    .option('--days <days>', 'validity of the CA certificate (default: 7305, 20 years)', days)
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
  return addSecretOptions(addTokenKeyOptions(command))
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(async (options: InitCaOptions) => {
      const { createCa } = await import('../create-ca.ts');
      const { certificate, keys, notes } = await createCa(context, {
        options,
        directory: pathOf(context, options.dir),
        subject: subjectOf(options),
      });
      for (const note of notes) context.note(`pki: note: ${printable(note)}`);
      const summary = certificateSummary(certificate);
      const policy = options.policy === undefined ? {} : { policy: options.policy };
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

function subjectOf({ name, organization, country }: InitCaOptions): readonly NameAttribute[] {
  if (name.trim() === '') throw new PkiError('USAGE', '--name must not be empty');
  return [
    ...(country === undefined ? [] : [{ type: 'C', value: country }]),
    ...(organization === undefined ? [] : [{ type: 'O', value: organization }]),
    { type: 'CN', value: name },
  ];
}
