import { type CrlInput, issueCrl } from '../../ca/crl.ts';
import type { Issuer } from '../../ca/issuer.ts';
import type { CrlPoint } from '../../ca/store.ts';
import { timeText } from '../../der/time.ts';
import { PkiError } from '../../errors.ts';
import type { CaDirectory } from '../../store/ca-directory.ts';
import { type Crl, parseBaseCrlNumber, parseCrlNumber } from '../../x509/crl.ts';
import { countRevoked } from '../../x509/revoked-list.ts';
import type { ActOptions } from '../act.ts';
import type { CliContext } from '../context.ts';
import { openCa } from '../open-ca.ts';
import { pathOf, type SecretOptions } from '../options.ts';
import { OutputFile } from '../output-file.ts';
import { json, table } from '../present.ts';
import { counted, Phases } from '../progress.ts';
import { ALL_SHARDS, pointsOf } from './crl-shards.ts';
import { crlPem, currentCrlPath, openCurrentCrl } from './current-crl.ts';

export interface MakeCrlsOptions extends SecretOptions, ActOptions {
  readonly caDir: string;
  readonly days: number;
  readonly delta: boolean;
  /** A URL, or `all`. */
  readonly shard?: string;
  readonly freshestCrl: readonly string[];
  readonly out: string;
  readonly key?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Makes the CRL that is asked for, or one of each point that certificates name. */
export async function makeCrls(context: CliContext, options: MakeCrlsOptions): Promise<void> {
  const { out, shard, freshestCrl, force = false } = options;
  mustBeForOne(shard, { '--out': out !== '-', '--freshest-crl': freshestCrl.length > 0 });
  const file =
    out === '-'
      ? undefined
      : context.resources.use(new OutputFile(pathOf(context, out), { mode: 0o644, force }));
  const { directory, issuer } = await openCa(context, options.caDir, options);
  const points = await pointsOf(shard, directory.store, context.clock());
  if (shard === ALL_SHARDS) {
    const made: (CrlSummary & { readonly file: string })[] = [];
    for (const point of points) {
      const crl = await makeCrl(context, directory, issuer, { ...options, point });
      const which = { kind: options.delta ? 'delta' : 'full', point } as const;
      made.push({ ...summaryOf(crl, point), file: currentCrlPath(options.caDir, which) });
    }
    return context.print(options.json ? json({ crls: made }) : made.map(lineOf).join(''));
  }
  const [point] = points;
  const crl = await makeCrl(context, directory, issuer, { ...options, point });
  file?.write(crlPem(crl.der));
  file?.commit();
  present(crl, summaryOf(crl, point), options, context);
}

function mustBeForOne(shard: string | undefined, given: Readonly<Record<string, boolean>>): void {
  const [wrong] = Object.entries(given).flatMap(([option, isGiven]) => (isGiven ? option : []));
  if (shard !== ALL_SHARDS || wrong === undefined) return;
  throw new PkiError('USAGE', `${wrong} is for one CRL, not for --shard ${ALL_SHARDS}`, {
    hints: ['name one by its URL'],
  });
}

/** Makes one, and puts it in the place of the current one. */
async function makeCrl(
  context: CliContext,
  { path, store }: CaDirectory,
  issuer: Issuer,
  { days, delta, point, freshestCrl }: CrlInput & { readonly delta: boolean },
): Promise<Crl> {
  const which = { kind: delta ? 'delta' : 'full', point } as const;
  const current = openCurrentCrl(context, path, which);
  using phases = new Phases(context);
  const input: CrlInput = {
    ...{ days, delta, point, ...(freshestCrl && { freshestCrl }) },
    watch: (pages) => counted(context, 'reading revocations', pages, ({ length }) => length),
    enter: (phase) => phases.next(`making the CRL: ${phase}`),
  };
  const crl = await issueCrl(issuer, input, { store, clock: context.clock });
  phases.next('writing the CRL');
  current.write(crl);
  // another process may have made a newer one in the meantime, which has to stay the current one
  const number = parseCrlNumber(crl.tbs.extensions) ?? 0n;
  store.whileNewestCrl(number, [which.kind, point], () => current.replace());
  return crl;
}

function present(
  { der }: Crl,
  summary: CrlSummary,
  { out, json: asJson }: MakeCrlsOptions,
  { print }: CliContext,
): void {
  if (asJson) {
    const crl = [...crlPem(der)].join('');
    print(json({ ...summary, ...(out !== '-' && { file: out }), crl }));
  } else if (out === '-') {
    for (const part of crlPem(der)) print(part);
  } else {
    print(`made ${nameOf(summary)}\n${table(rowsOf(out, summary))}`);
  }
}

const rowsOf = (out: string, { base, revoked, nextUpdate, urls }: CrlSummary) =>
  [
    ['CRL', out],
    ...(urls ?? []).map((url) => ['of', url] as const),
    ...(base === undefined ? [] : [['base', `CRL ${base}`] as const]),
    [base === undefined ? 'revoked' : 'changed', String(revoked)],
    ['next update', nextUpdate],
  ] as const;

const lineOf = (summary: CrlSummary & { readonly file: string }): string =>
  `made ${nameOf(summary)} of ${summary.urls?.join(' ')}: ${summary.revoked} in ${summary.file}\n`;

const nameOf = ({ number, base }: CrlSummary): string =>
  base === undefined ? `CRL ${number}` : `delta CRL ${number}`;

type CrlSummary = ReturnType<typeof summaryOf>;

function summaryOf(
  { tbs: { extensions, revoked, thisUpdate, nextUpdate } }: Crl,
  point: CrlPoint | undefined,
) {
  const base = parseBaseCrlNumber(extensions);
  return {
    number: String(parseCrlNumber(extensions)),
    ...(base !== undefined && { base: String(base) }),
    ...(point && { urls: point.urls }),
    revoked: countRevoked(revoked),
    thisUpdate: timeText(thisUpdate),
    nextUpdate: timeText(nextUpdate),
  };
}
