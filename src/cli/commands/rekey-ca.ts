import { Command } from 'commander';
import type { CrossCertificates } from '../../ca/rollover.ts';
import type { CliContext } from '../context.ts';
import { addCaKeyOptions, addParentSecretOptions } from '../hierarchy/ca-options.ts';
import type { CreatedCa } from '../hierarchy/create-ca.ts';
import { caDirectoryOption, days, jsonOption } from '../options.ts';
import { certificateSummary, json, table } from '../present.ts';
import { printable } from '../printable.ts';
import { distribution, renewedFiles } from '../rollover/distribution.ts';
import {
  type Distribution,
  type Overlap,
  overlapFields,
  overlapText,
} from '../rollover/overlap.ts';
import type { RekeyedCa } from '../rollover/rekey-ca.ts';
import type { RekeyOptions } from '../rollover/rekey-options.ts';
import type { RenewedCa } from '../rollover/renew-ca.ts';

const EXAMPLES = `
Examples:
  $ pki rekey-ca --ca-dir ./ca --dir ./ca-2027
  $ pki rekey-ca --ca-dir ./ca --dir ./composite --hybrid composite --hsm-config hsm.yaml \\
      --pkcs11-generate-key --pkcs11-key-label composite-key
  $ pki rekey-ca --ca-dir ./ca --hybrid catalyst
  $ pki rekey-ca --ca-dir ./ca --days 3650
  $ pki rekey-ca --ca-dir ./issuing --dir ./issuing-2027 --parent ./root`;

export function rekeyCaCommand(context: CliContext): Command {
  const command = new Command('rekey-ca')
    .addOption(caDirectoryOption())
    .option('--dir <directory>', 'CA directory to make for a new key; without it the key stays')
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
    .action(async ({ dir, ...options }: RekeyOptions) => {
      if (dir === undefined) {
        const { renewCa } = await import('../rollover/renew-ca.ts');
        return printMade(context, options, renewed(options, await renewCa(context, options)));
      }
      const { rekeyCa } = await import('../rollover/rekey-ca.ts');
      const given = { ...options, dir };
      printMade(context, options, rekeyed(dir, await rekeyCa(context, given)));
    });
}

/** What was made, in the words of either way. */
interface Made extends CreatedCa {
  readonly title: string;
  readonly directory: string;
  readonly overlap: Overlap | undefined;
  readonly files: readonly Distribution[];
  readonly cross?: CrossCertificates | undefined;
}

const rekeyed = (directory: string, ca: RekeyedCa): Made => ({
  ...ca,
  title: 'made a new key for the CA',
  directory,
  files: distribution(directory, ca),
});

const renewed = ({ caDir: directory }: RekeyOptions, ca: RenewedCa): Made => ({
  ...ca,
  title: ca.overlap ? 'renewed the certificate of the CA' : 'finished the change of the CA',
  directory,
  files: renewedFiles(directory, ca),
});

function printMade(context: CliContext, options: RekeyOptions, made: Made): void {
  const { title, certificate, directory, keys, notes, policy, overlap, cross, files } = made;
  for (const note of notes) context.note(`pki: note: ${printable(note)}`);
  const summary = certificateSummary(certificate);
  if (options.json) {
    const followed = policy === undefined ? {} : { policy };
    const crossed = cross && {
      newWithOld: certificateSummary(cross.newWithOld.certificate),
      oldWithNew: certificateSummary(cross.oldWithNew.certificate),
    };
    const overlapping = overlap && overlapFields(overlap, files);
    context.print(json({ directory, keys, ...followed, ...summary, ...crossed, ...overlapping }));
    return;
  }
  context.print(`${title} ${summary.subject}\n`);
  context.print(
    table([
      ['directory', directory],
      ...keys.map(({ algorithm, key }) => ['key', `${algorithm} in ${key}`] as const),
      ...(policy === undefined ? [] : [['policy', policy] as const]),
      ['valid until', summary.notAfter],
      ['serial', summary.serial],
      ['SHA-256', summary.fingerprint],
    ]),
  );
  if (overlap) context.print(overlapText(overlap, files));
}
