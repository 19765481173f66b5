import { join } from 'node:path';
import type { Command } from 'commander';
import type { CertificateRecord } from '../../../ca/store.ts';
import { PkiError } from '../../../errors.ts';
import type { CaDirectory } from '../../../store/ca-directory.ts';
import { type ActOptions, actOf, reasonOption } from '../../act.ts';
import type { CliContext } from '../../context.ts';
import { caDirectoryOption, pathOf } from '../../options.ts';
import { json } from '../../present.ts';
import { printable } from '../../printable.ts';
import { statusOf } from '../../revocation/describe-revocation.ts';

interface SettleOptions extends ActOptions {
  readonly caDir: string;
  readonly certificate?: string;
  readonly lost?: boolean;
  readonly crl?: boolean;
  readonly leftovers?: boolean;
  readonly json?: boolean;
}

const AFTER_HELP = `
"pki store check" names issuances that were interrupted between intent and result. --certificate
is for who has the certificate after all: it has to be what was approved, signed by the CA. --lost
says that nobody has it; it is revoked all the same, so that the next CRL and OCSP tell of it should
it turn up. Of a CRL only the number is lost. --leftovers removes the temporary files, and new CA
certificates in the making with their keys, that commands which were killed have left in the CA
directory; a command that is at work on one after all fails, and changes nothing.

Examples:
  $ pki store settle --ca-dir ./ca 4fd20be1a3c95e7788ab0123456789abcdef0123 --lost
  $ pki store settle --ca-dir ./ca 4fd20be1a3c95e7788ab0123456789abcdef0123 --certificate www.crt
  $ pki store settle --ca-dir ./ca 17 --crl --lost
  $ pki store settle --ca-dir ./ca --leftovers`;

export const storeSettleCommand = (command: Command, context: CliContext): Command =>
  command
    .argument('[serial]', 'serial number of the certificate; with --crl the number of the CRL')
    .addOption(caDirectoryOption())
    .option('--certificate <file>', 'the certificate that was made, PEM or DER')
    .option('--lost', 'nobody has what was made, if anything was')
    .option('--crl', 'it is a CRL')
    .option('--leftovers', 'remove what commands that were killed have left in the directory')
    .addOption(reasonOption())
    .addHelpText('after', AFTER_HELP)
    .action(async (name: string | undefined, options: SettleOptions) => {
      if (options.leftovers) return settleLeftovers(name, options, context);
      if (name === undefined) {
        throw new PkiError('USAGE', 'give a serial number, or --leftovers', {
          hints: ['"pki store check" names what was interrupted'],
        });
      }
      const settled = await settle(name, options, context);
      context.print(options.json ? json(settled) : `settled ${settled.name}: ${settled.status}\n`);
    });

async function settle(name: string, options: SettleOptions, context: CliContext) {
  const { certificate: file, lost = false, crl = false } = options;
  if ((file === undefined) === !lost) {
    throw new PkiError('USAGE', 'give either --certificate or --lost');
  }
  if (crl && file !== undefined) throw new PkiError('USAGE', '--certificate is not for a CRL');
  const { openCaDirectory } = await import('../../../store/ca-directory.ts');
  const act = actOf(context, options);
  const opened = await openCaDirectory(pathOf(context, options.caDir), { act });
  const directory = context.resources.use(opened);
  const parts = { store: directory.store, now: context.clock() };
  if (crl) return settleCrl(name, directory, parts.now);
  const { normalisedSerial } = await import('../../find-certificate.ts');
  const serial = normalisedSerial(name);
  const { settleIssued, settleLost } = await import('../../../ca/settle.ts');
  if (file === undefined) return told(await settleLost(serial, parts));
  const { readCertificates } = await import('../../read-certificates.ts');
  const [certificate] = await readCertificates(context, file);
  return told(
    await settleIssued(serial, { certificate, name: file }, directory.certificate, parts),
  );
}

async function settleLeftovers(
  name: string | undefined,
  { caDir, certificate, lost, crl, reason, json: asJson }: SettleOptions,
  context: CliContext,
): Promise<void> {
  if ([name, certificate, lost, crl, reason].some((given) => given !== undefined)) {
    throw new PkiError('USAGE', '--leftovers goes with --ca-dir and --json alone');
  }
  const { mustBeCa } = await import('../../../store/ca-directory.ts');
  const { removeLeftovers } = await import('../../store/remove-leftovers.ts');
  const path = pathOf(context, caDir);
  mustBeCa(path);
  const removed = removeLeftovers(path);
  const lines = removed.map((one) => `removed ${printable(one)}\n`);
  const text = lines.length > 0 ? lines.join('') : 'there is nothing to remove\n';
  context.print(asJson ? json({ removed }) : text);
}

/** A CRL that nobody has needs no other word: the next one has a higher number, and tells all. */
async function settleCrl(number: string, { path, store }: CaDirectory, now: Date) {
  const { CA_FILES } = await import('../../../store/ca-directory.ts');
  const { StoreInspection } = await import('../../../store/store-inspection.ts');
  using inspection = StoreInspection.open(join(path, CA_FILES.store));
  if (![...inspection.interrupted('crl')].some(({ name }) => name === number)) {
    throw new PkiError('USAGE', `no CRL ${number} was interrupted`, {
      hints: ['"pki store check" names those that were'],
    });
  }
  await store.recordCrlFailed(BigInt(number), 'interrupted, and settled as lost', now);
  return { name: `CRL ${number}`, status: 'failed' };
}

const told = (record: CertificateRecord) => ({
  name: `certificate ${record.serial}`,
  status: statusOf(record),
});
