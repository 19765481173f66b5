import type { CrlIntent } from '../ca/store.ts';
import { hashText, hex, seconds } from './row.ts';
import type { SqliteDatabase } from './sqlite-database.ts';
import { usedNumber } from './sqlite-errors.ts';

const CRLS = { table: 'crl', column: 'number' } as const;

/** Numbers only go up, so that the last row has the highest one. */
export function lastCrlNumber(database: SqliteDatabase): bigint {
  const row = database.row('SELECT number FROM crl ORDER BY id DESC LIMIT 1');
  return row ? BigInt(String(row['number'])) : 0n;
}

export function recordCrlIntent(database: SqliteDatabase, intent: CrlIntent, at: Date): void {
  const { number, thisUpdate, nextUpdate, tbsHash } = intent;
  database.transaction(() => {
    if (number <= lastCrlNumber(database)) throw usedNumber(number, database.path);
    database
      .prepare(
        `INSERT INTO crl (number, status, this_update, next_update, tbs_sha256, at)
         VALUES (?, 'intent', ?, ?, ?, ?)`,
      )
      .run(String(number), seconds(thisUpdate), seconds(nextUpdate), tbsHash, seconds(at));
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
