import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { PkiError, systemErrorText } from '../../../errors.ts';
import type { CaDirectory } from '../../../store/ca-directory.ts';
import type { Crl } from '../../../x509/crl.ts';
import { type ActOptions, actOf, reasonOption } from '../../act.ts';
import { collect } from '../../collect.ts';
import type { CliContext } from '../../context.ts';
import { pathOf } from '../../options.ts';
import { json, table } from '../../present.ts';

interface RestoreOptions extends ActOptions {
  readonly dir: string;
  readonly crl: readonly string[];
  readonly crlNumberAtLeast?: bigint;
  readonly json?: boolean;
}

const AFTER_HELP = `
The backup is verified before anything is made of it. It does not know what was issued, revoked and
published after it was made, and the number of a CRL must not be used twice. So give the newest CRLs
that were published, whose numbers and entries are taken over, or a number that none has exceeded,
or both. Make the next CRL at once.

Examples:
  $ pki store restore /backup/ca-2030-01-31 --dir ./ca --crl published.crl
  $ pki store restore /backup/ca-2030-01-31 --dir ./ca --crl-number-at-least 1000`;

export const storeRestoreCommand = (command: Command, context: CliContext): Command =>
  command
    .argument('<backup>', 'directory that "pki store backup" made')
    .requiredOption('--dir <directory>', 'CA directory to make; it must not exist, or be empty')
    .option('--crl <file>', 'the newest CRL that was published; may be repeated', collect, [])
    .option('--crl-number-at-least <number>', 'no CRL had a higher number', wholeNumber)
    .addOption(reasonOption())
    .addHelpText('after', AFTER_HELP)
    .action(async (backup: string, { dir, crl, crlNumberAtLeast, ...options }: RestoreOptions) => {
      if (crl.length === 0 && crlNumberAtLeast === undefined) throw unknownNumber();
      const { restore } = await import('../../../store/restore.ts');
      const { CA_FILES } = await import('../../../store/ca-directory.ts');
      const { Phases, sizeOf } = await import('../../progress.ts');
      using phases = new Phases(context, sizeOf([pathOf(context, join(backup, CA_FILES.store))]));
      phases.next('verifying and copying the backup');
      const { manifest, crlNumber, revoked } = await restore({
        backup: pathOf(context, backup),
        shown: backup,
        target: pathOf(context, dir),
        numberAtLeast: crlNumberAtLeast,
        published: async (directory) => {
          const found: Crl[] = [];
          for (const file of crl) found.push(await publishedCrl(context, file, directory));
          return found;
        },
        now: context.clock(),
        act: actOf(context, options),
        resources: context.resources,
      });
      const { lastEntry, keys, ca } = manifest;
      const until = lastEntry.at ?? manifest.madeAt;
      context.note(`pki: what was issued after ${until} is not in this store`);
      if (!keys)
        context.note('pki: the backup has no key files; put those that the CA needs into keys/');
      const summary = { directory: dir, lastEntry, crlNumber: String(crlNumber), revoked, keys };
      const rows = [
        ['directory', dir],
        ['knows until', until],
        ['CRL number', `${crlNumber}; the next one is higher`],
        ['revoked since', String(revoked)],
      ] as const;
      context.print(options.json ? json(summary) : `restored ${ca}\n${table(rows)}`);
    });

function wholeNumber(text: string): bigint {
  if (/^\d{1,48}$/.test(text)) return BigInt(text); // 20 octets at most (RFC 5280 §5.2.3)
  throw new InvalidArgumentError('it has to be a whole number');
}

const unknownNumber = (): PkiError =>
  new PkiError('USAGE', 'the backup does not tell which CRLs were published after it', {
    hints: [
      'give the newest one with --crl, so that its number and what it revokes are taken over',
      'or a number that no CRL has exceeded with --crl-number-at-least',
    ],
  });

/** A CRL of this CA, whose signatures hold; PEM or DER. */
async function publishedCrl(
  context: CliContext,
  file: string,
  { certificate }: CaDirectory,
): Promise<Crl> {
  const [{ derFromFile }, { DerError }, { parseCrl }, { issuedVerdict }] = await Promise.all([
    import('../../../der/pem.ts'),
    import('../../../der/reader.ts'),
    import('../../../x509/crl.ts'),
    import('../../../ca/verify-issued.ts'),
  ]);
  let contents: Uint8Array;
  try {
    contents = readFileSync(pathOf(context, file));
  } catch (error) {
    throw new PkiError('USAGE', `cannot read ${file}: ${systemErrorText(error)}`, { cause: error });
  }
  const der = derFromFile(contents, ['X509 CRL']);
  if (!der) throw new PkiError('USAGE', `${file} holds no CRL`);
  try {
    const crl = parseCrl(der);
    const problem = await issuedVerdict(crl, certificate);
    if (problem === undefined) return crl;
    throw new PkiError('INTEGRITY', `${file} is no CRL of this CA: ${problem}`);
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new PkiError('USAGE', `${file} cannot be read: ${error.message}`, { cause: error });
  }
}
