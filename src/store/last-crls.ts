import { NEEDED } from './point-rows.ts';
import { date, type Row, seconds } from './row.ts';
import type { SqliteDatabase } from './sqlite-database.ts';

/** The last CRL of a kind. */
export interface LastCrl {
  readonly number: string;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
}

/** That of a distribution point. */
export interface PointCrl extends LastCrl {
  readonly urls: readonly string[];
}

/** The last CRLs of the distribution points that have to have one, see CaStore.crlPoints(). */
export interface PointCrls {
  readonly count: number;
  /** Points without one of their own; where there is a CRL of all certificates, that may be theirs. */
  readonly without: number;
  readonly ranOut: number;
  /** Those that run out, or ran out, first; five at most. */
  readonly first: readonly [PointCrl, ...PointCrl[]];
}

/** How many CRLs are told one by one. */
const TOLD = 5;

/** The last full CRL of all certificates. */
export function lastCrl(database: SqliteDatabase): LastCrl | undefined {
  const whole = database.version < 3 ? '' : 'AND point IS NULL'; // before, all were
  const row = database.row(
    `SELECT number, this_update, next_update FROM crl
     WHERE status = 'issued' AND base IS NULL ${whole} ORDER BY id DESC LIMIT 1`,
  );
  return row && crlOf(row);
}

/** Undefined unless there is one. */
export function pointCrls(
  database: SqliteDatabase,
  kind: 'full' | 'delta',
  now: Date,
): PointCrls | undefined {
  if (database.version < 3) return undefined;
  const rows = database.rows(
    `SELECT urls, number, this_update, next_update FROM crl_point LEFT JOIN crl ON crl.id = (
       SELECT id FROM crl AS other
       WHERE point = crl_point.id AND status = 'issued'
         AND base IS ${kind === 'full' ? 'NULL' : 'NOT NULL'}
       ORDER BY id DESC LIMIT 1)
     WHERE ${NEEDED} ORDER BY next_update, crl_point.id`,
    seconds(now),
  );
  const first: PointCrl[] = [];
  let [count, without, ranOut] = [0, 0, 0];
  for (const row of rows) {
    if (row['number'] === null) {
      without++;
      continue;
    }
    const crl = { ...crlOf(row), urls: String(row['urls']).split(' ') };
    if (count++ < TOLD) first.push(crl);
    if (crl.nextUpdate <= now) ranOut++;
  }
  const [worst, ...others] = first;
  return worst && { count, without, ranOut, first: [worst, ...others] };
}

const crlOf = (row: Row): LastCrl => ({
  number: String(row['number']),
  thisUpdate: date(row['this_update']),
  nextUpdate: date(row['next_update']),
});
