import type { CaStore, CrlIntent, IssuedCrl } from '../ca/store.ts';
import { date, hashText, hex, seconds } from './row.ts';
import type { SqliteDatabase } from './sqlite-database.ts';
import { usedNumber } from './sqlite-errors.ts';

const CRLS = { table: 'crl', column: 'number' } as const;

/** Numbers only go up, so that the last row has the highest one. */
export function lastCrlNumber(database: SqliteDatabase): bigint {
  const row = database.row('SELECT number FROM crl ORDER BY id DESC LIMIT 1');
  return row ? BigInt(String(row['number'])) : 0n;
}

export function lastIssuedCrl(
  database: SqliteDatabase,
  [kind, point]: Parameters<CaStore['lastIssuedCrl']>,
): IssuedCrl | undefined {
  const row = database.row(
    `SELECT number, base, this_update, next_update, covers FROM crl
     WHERE point IS ? AND status = 'issued' AND base IS ${kind === 'full' ? 'NULL' : 'NOT NULL'}
     ORDER BY id DESC LIMIT 1`,
    point?.id ?? null,
  );
  return (
    row && {
      number: BigInt(String(row['number'])),
      base: row['base'] === null ? undefined : BigInt(String(row['base'])),
      thisUpdate: date(row['this_update']),
      nextUpdate: date(row['next_update']),
      covers: Number(row['covers']),
    }
  );
}

export function recordCrlIntent(database: SqliteDatabase, intent: CrlIntent, at: Date): void {
  const { number, base, point, thisUpdate, nextUpdate, covers, tbsHash } = intent;
  const times = [seconds(thisUpdate), seconds(nextUpdate)] as const;
  database.transaction(() => {
    if (number <= lastCrlNumber(database)) throw usedNumber(number, database.path);
    database
      .prepare(
        `INSERT INTO crl (number, base, point, status, this_update, next_update, covers, tbs_sha256, at)
         VALUES (?, ?, ?, 'intent', ?, ?, ?, ?, ?)`,
      )
      .run(String(number), textOf(base), point?.id ?? null, ...times, covers, tbsHash, seconds(at));
    database.audit('crl-intent', String(number), hex(tbsHash), at);
  });
}

export function recordCrlIssued(
  database: SqliteDatabase,
  number: bigint,
  der: Uint8Array,
  at: Date,
): void {
  database.transaction(() => {
    database.settle(CRLS, String(number), 'issued', der);
    database // a list of a million, made each day, would fill any disk
      .prepare(
        // the newest stays, which another process may have finished before this one
        `WITH alike AS (
           SELECT crl.id FROM crl JOIN crl AS this ON this.number = ? AND crl.point IS this.point
             AND (crl.base IS NULL) = (this.base IS NULL)
           WHERE crl.der IS NOT NULL)
         UPDATE crl SET der = NULL
         WHERE id IN alike AND id < (SELECT max(id) FROM alike)`,
      )
      .run(String(number));
    database.audit('crl-issued', String(number), hashText(der), at);
  });
}

export function recordCrlFailed(
  database: SqliteDatabase,
  number: bigint,
  reason: string,
  at: Date,
): void {
  database.transaction(() => {
    database.settle(CRLS, String(number), 'failed', null);
    database.audit('crl-failed', String(number), reason, at);
  });
}

const textOf = (number: bigint | undefined): string | null =>
  number === undefined ? null : String(number);
