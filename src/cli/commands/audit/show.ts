import { type Command, InvalidArgumentError } from 'commander';
import type { CliContext } from '../../context.ts';
import { instant } from '../../instant.ts';
import { caDirectoryOption, pathOf } from '../../options.ts';
import { json, table } from '../../present.ts';
import { printable } from '../../printable.ts';

interface ShowOptions {
  readonly caDir: string;
  readonly serial?: string;
  readonly since?: Date;
  readonly limit: number;
  readonly json?: boolean;
}

const AFTER_HELP = `
Nothing is checked: see "pki audit verify".

Examples:
  $ pki audit show --ca-dir ./ca --limit 5
  $ pki audit show --ca-dir ./ca --serial 4fd20be1a3c95e7788ab0123456789abcdef0123
  $ pki audit show --ca-dir ./ca --since 2030-01-01 --json`;

export const auditShowCommand = (command: Command, context: CliContext): Command =>
  command
    .addOption(caDirectoryOption())
    .option('--serial <number>', 'only about the certificate, or the CRL, of this number')
    .option('--since <time>', 'only from then on, ISO 8601', instant)
    .option('--limit <number>', 'how many of the last ones', count, 20)
    .addHelpText('after', AFTER_HELP)
    .action((options: ShowOptions) => show(options, context));

const MOST = 10_000;

function count(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= MOST) return number;
  throw new InvalidArgumentError('it has to be a whole number from 1 to 10000');
}

async function show(options: ShowOptions, context: CliContext): Promise<void> {
  const { caDir, since, limit } = options;
  const { openCaDirectory } = await import('../../../store/ca-directory.ts');
  const { normalisedSerial } = await import('../../find-certificate.ts');
  const { describeEntry, factRows } = await import('../../audit/describe-entry.ts');
  const directory = await openCaDirectory(pathOf(context, caDir), { readOnly: true });
  const { store } = context.resources.use(directory);
  const { serial } = options; // CRLs have theirs in decimal
  const serials = serial === undefined ? undefined : [serial, normalisedSerial(serial)];
  const entries = (await store.lastAuditEntries({ serials, since }, limit)).map(describeEntry);
  if (options.json) return context.print(json(entries));
  for (const { number, at, event, serial: about, facts, hash } of entries) {
    context.print(`${number}  ${at}  ${printable(event)}${about ? ` ${printable(about)}` : ''}\n`);
    const rows = [...factRows(facts), ['hash', hash] as const];
    context.print(table(rows.map(([label, value]) => [printable(label), printable(value)])));
  }
}
