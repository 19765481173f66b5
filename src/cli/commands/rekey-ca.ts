import { Command } from 'commander';
import { timeText } from '../../der/time.ts';
import type { CliContext } from '../context.ts';
import { addCaKeyOptions, addParentSecretOptions } from '../hierarchy/ca-options.ts';
import { caDirectoryOption, days, jsonOption } from '../options.ts';
import { certificateSummary, json, table } from '../present.ts';
import { printable } from '../printable.ts';
import { distribution } from '../rollover/distribution.ts';
import { overlapFields, overlapText } from '../rollover/overlap.ts';
import type { RekeyedCa } from '../rollover/rekey-ca.ts';
import type { RekeyOptions } from '../rollover/rekey-options.ts';

const EXAMPLES = `
Examples:
  $ pki rekey-ca --ca-dir ./ca --dir ./ca-2027
  $ pki rekey-ca --ca-dir ./ca --dir ./composite --hybrid composite --hsm-config hsm.yaml \\
      --pkcs11-generate-key --pkcs11-key-label composite-key
  $ pki rekey-ca --ca-dir ./issuing --dir ./issuing-2027 --parent ./root`;

export function rekeyCaCommand(context: CliContext): Command {
  const command = new Command('rekey-ca')
    .addOption(caDirectoryOption())
    .requiredOption('--dir <directory>', 'CA directory to make for the new key')
    .option('--parent <directory>', 'CA directory of the CA that certified the old key')
    .option('--days <days>', 'validity (default: 7305, 20 years; under a parent 1826)', days)
    .option('--clamp', "shorten the validity to the parent's where it would exceed it")
    .option(
      '--overlap <days>',
      'how long the old key vouches for the new one (default: until the old one ends)',
      days,
    );
  addCaKeyOptions(command, {
    algorithm: 'algorithm of the new key (default: that of the old one, or as --policy)',
  })
    .option(
      '--old-passphrase-file <file>',
      'passphrase of the old key files; otherwise PKI_OLD_PASSPHRASE, or asked for',
    )
    .option(
      '--old-pin-file <file>',
      'PIN of the token of the old key; otherwise PKCS11_OLD_PIN, or asked for',
    );
  return addParentSecretOptions(command)
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(async (options: RekeyOptions) => {
      const { rekeyCa } = await import('../rollover/rekey-ca.ts');
      printRekeyed(context, options, await rekeyCa(context, options));
    });
}

function printRekeyed(context: CliContext, options: RekeyOptions, made: RekeyedCa): void {
  const { certificate, keys, notes, policy, overlap, cross } = made;
  for (const note of notes) context.note(`pki: note: ${printable(note)}`);
  const summary = certificateSummary(certificate);
  const files = distribution(options, made);
  if (options.json) {
    const followed = policy === undefined ? {} : { policy };
    const crossed = cross && {
      newWithOld: certificateSummary(cross.newWithOld.certificate),
      oldWithNew: certificateSummary(cross.oldWithNew.certificate),
    };
    const about = { directory: options.dir, keys, ...followed, ...summary, ...crossed };
    context.print(json({ ...about, ...overlapFields(overlap, files) }));
    return;
  }
  context.print(`made a new key for the CA ${summary.subject}\n`);
  context.print(
    table([
      ['directory', options.dir],
      ...keys.map(({ algorithm, key }) => ['key', `${algorithm} in ${key}`] as const),
      ...(policy === undefined ? [] : [['policy', policy] as const]),
      ['valid until', timeText(certificate.tbs.notAfter)],
      ['serial', summary.serial],
      ['SHA-256', summary.fingerprint],
    ]),
  );
  context.print(overlapText(overlap, files));
}
