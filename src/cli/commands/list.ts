import { Command, InvalidArgumentError, Option } from 'commander';
import { DAY } from '../../der/time.ts';
import { PkiError } from '../../errors.ts';
import {
  type CertificateQuery,
  ORDER_NAMES,
  type Order,
  STANDING_NAMES,
  type Standing,
} from '../../store/search.ts';
import type { CliContext } from '../context.ts';
import { instant } from '../instant.ts';
import { CSV, JSON_LINES, type ListFormat, TEXT } from '../list-format.ts';
import { caDirectoryOption, days, jsonOption, pathOf } from '../options.ts';
import { Phases } from '../progress.ts';

interface ListOptions {
  readonly caDir: string;
  readonly expiring?: number;
  readonly expired?: boolean;
  readonly status?: Standing;
  readonly name?: string;
  readonly profile?: string;
  readonly requester?: string;
  readonly since?: Date;
  readonly until?: Date;
  readonly sort?: Order;
  readonly limit?: number;
  readonly csv?: boolean;
  readonly json?: boolean;
}

const NOTES = `
What is asked for has to hold all together. --expiring lists certificates that are neither revoked
nor on hold, and exits with 8 if there is one. A status "intent" in the list is "interrupted" here:
the issuance stopped while the key was in use.

Examples:
  $ pki list --ca-dir ./ca
  $ pki list --ca-dir ./ca --expiring 30 --sort end
  $ pki list --ca-dir ./ca --name example.com --status revoked
  $ pki list --ca-dir ./ca --since 2027-01-01 --until 2027-02-01 --csv > january.csv
  $ pki list --ca-dir ./ca --json | jq -r '.[].serial'`;

export function listCommand(context: CliContext): Command {
  return new Command('list')
    .addOption(caDirectoryOption())
    .addOption(
      new Option('--expiring <days>', 'only those that end within this many days')
        .argParser(days)
        .conflicts(['expired', 'status']),
    )
    .option('--expired', 'only those that have ended')
    .addOption(new Option('--status <status>', 'only those of this status').choices(STANDING_NAMES))
    .option(
      '--name <text>',
      'only those with this text in their subject or an alternative name, in any case',
    )
    .option('--profile <name>', 'only those of this profile')
    .option('--requester <text>', 'only those that an account or operator of this name had issued')
    .option('--since <time>', 'only those issued at this time or later, as 2027-01-01', instant)
    .option('--until <time>', 'only those issued before this time', instant)
    .addOption(
      new Option(
        '--sort <order>',
        'by when they were issued (default), the newest first, by end, or by subject',
      ).choices(ORDER_NAMES),
    )
    .option('--limit <number>', 'at most so many', limit)
    .addOption(new Option('--csv', 'print the result as CSV (RFC 4180)').conflicts('json'))
    .addOption(jsonOption())
    .addHelpText('after', NOTES)
    .action(async (options: ListOptions) => {
      const { openCaDirectory } = await import('../../store/ca-directory.ts');
      const path = pathOf(context, options.caDir);
      const directory = context.resources.use(await openCaDirectory(path, { readOnly: true }));
      const format = formatOf(options);
      const query = { ...queryOf(options, context.clock()), withNames: format.withNames };
      const count = await printPages(context, directory.store.search(query), format);
      if (options.expiring !== undefined && count > 0) throw expiring(count, options.expiring);
    });
}

function limit(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('it has to be a whole number, at least 1');
}

function queryOf(options: ListOptions, now: Date): CertificateQuery {
  const { expiring: within, expired, sort: order, ...asked } = options;
  if (within !== undefined) {
    const endsUntil = new Date(now.getTime() + within * DAY);
    return { ...asked, status: 'issued', endsFrom: now, endsUntil, order };
  }
  // a certificate is good in its last second (RFC 5280 §4.1.2.5)
  return { ...asked, order, ...(expired && { endsUntil: new Date(now.getTime() - 1000) }) };
}

const formatOf = ({ csv, json }: ListOptions): ListFormat => (json ? JSON_LINES : csv ? CSV : TEXT);

/** Writes rows page by page as they are read, until nobody reads them; returns how many there were. */
async function printPages<Row extends Parameters<ListFormat['row']>[0]>(
  context: CliContext,
  pages: Iterable<readonly Row[]>,
  format: ListFormat,
): Promise<number> {
  using phases = new Phases(context);
  let count = 0;
  let head = format.head;
  for (const page of pages) {
    const rows = page.map((row, index) => format.row(row, count + index === 0));
    context.print(`${head}${rows.join('')}`);
    head = '';
    count += page.length;
    if (context.readerGone?.()) return count;
    phases.next(`listing: ${count}`);
    await new Promise((resume) => setImmediate(resume)); // an interruption gets in here
  }
  context.print(format.foot(count === 0));
  return count;
}

function expiring(count: number, within: number): PkiError {
  const what = count === 1 ? 'a certificate ends' : `${count} certificates end`;
  const hints = ['"pki renew" issues a certificate anew'];
  return new PkiError('EXPIRING', `${what} within ${within} ${within === 1 ? 'day' : 'days'}`, {
    hints,
  });
}
