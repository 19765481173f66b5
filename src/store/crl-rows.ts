import type { UsedKey } from '../ca/audit.ts';
import type { CaStore, CrlIntent, IssuedCrl } from '../ca/store.ts';
import { sha256Text } from '../der/sha256.ts';
import { keyFacts, timeFact } from './audit/entry.ts';
import { bigNumber, date, hex, octets, seconds } from './row.ts';
import type { SqliteDatabase } from './sqlite-database.ts';
import { usedNumber } from './sqlite-errors.ts';

const CRLS = { table: 'crl', column: 'number' } as const;

/** Numbers only go up, so that the last row has the highest one. */
export function lastCrlNumber(database: SqliteDatabase): bigint {
  const row = database.row('SELECT number FROM crl ORDER BY id DESC LIMIT 1');
  return row ? bigNumber(row['number']) : 0n;
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
      number: bigNumber(row['number']),
      base: row['base'] === null ? undefined : bigNumber(row['base']),
      thisUpdate: date(row['this_update']),
      nextUpdate: date(row['next_update']),
      covers: Number(row['covers']),
    }
  );
}

export function* keptCrls(database: SqliteDatabase): Iterable<Uint8Array> {
  const rows = database.rows('SELECT der FROM crl WHERE der IS NOT NULL ORDER BY id');
  for (const { der } of rows) yield octets(der);
}

export function recordCrlIntent(database: SqliteDatabase, intent: CrlIntent, at: Date): void {
  const { number, base, point, thisUpdate, nextUpdate, covers, tbsHash, keys } = intent;
  const times = [seconds(thisUpdate), seconds(nextUpdate)] as const;
  database.transaction(() => {
    if (number <= lastCrlNumber(database)) throw usedNumber(number, database.path);
    database
      .prepare(
        `INSERT INTO crl (number, base, point, status, this_update, next_update, covers, tbs_sha256, at)
         VALUES (?, ?, ?, 'intent', ?, ?, ?, ?, ?)`,
      )
      .run(String(number), textOf(base), point?.id ?? null, ...times, covers, tbsHash, seconds(at));
    const facts = {
      ...{ thisUpdate: timeFact(thisUpdate), nextUpdate: timeFact(nextUpdate), covers },
      ...(base !== undefined && { base: String(base) }),
      ...(point && { crlUrls: point.urls }),
      tbsSha256: hex(tbsHash),
    };
    database.audit('crl-intent', String(number), { ...facts, ...keyFacts(keys) }, at);
  });
}

export function recordCrlIssued(
  database: SqliteDatabase,
  number: bigint,
  der: Uint8Array,
  at: Date,
  keys?: readonly UsedKey[],
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
    const facts = { crlSha256: sha256Text(der), ...keyFacts(keys) };
    database.audit('crl-issued', String(number), facts, at);
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
    database.audit('crl-failed', String(number), { error: reason }, at);
  });
}

const textOf = (number: bigint | undefined): string | null =>
  number === undefined ? null : String(number);
