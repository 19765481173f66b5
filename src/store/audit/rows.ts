import type { ActFacts } from '../../ca/audit.ts';
import type { AuditHead } from '../../x509/audit-head.ts';
import { hex, octets, type Row } from '../row.ts';
import type { SqliteDatabase } from '../sqlite-database.ts';
import { type AuditFields, keyFacts } from './entry.ts';

/** An entry of the audit trail. */
export interface AuditEntry extends AuditFields {
  /** From 1, without gaps. */
  readonly number: number;
  /** SHA-256, see entryHash(). */
  readonly hash: Uint8Array;
}

/** Which entries to show; without any, all of them. */
export interface AuditFilter {
  /** Any of these. */
  readonly serials?: readonly string[] | undefined;
  readonly since?: Date | undefined;
}

const ENTRY_SQL = 'SELECT id, at, event, serial, detail, hash FROM audit';

export function auditHead(database: SqliteDatabase): AuditHead | undefined {
  const row = database.row('SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1');
  return row && { number: Number(row['id']), hash: octets(row['hash']) };
}

export function recordAct(database: SqliteDatabase, act: ActFacts, at: Date): void {
  const { event, keys, ...facts } = act;
  const told = Object.entries(facts).map(([name, value]) =>
    value instanceof Uint8Array ? [name.replace(/Hash$/, 'Sha256'), hex(value)] : [name, value],
  );
  database.transaction(() => {
    database.audit(event, '', { ...Object.fromEntries(told), ...keyFacts(keys) }, at);
  });
}

/** All entries, oldest first, as they are asked for. */
export function* auditEntries(database: SqliteDatabase): Iterable<AuditEntry> {
  for (const row of database.rows(`${ENTRY_SQL} ORDER BY id`)) yield auditEntry(row);
}

/** The last `limit` entries that the filter lets through, oldest first. */
export function lastAuditEntries(
  database: SqliteDatabase,
  { serials, since }: AuditFilter,
  limit: number,
): readonly AuditEntry[] {
  const conditions = [
    ...(serials ? [`serial IN (${serials.map(() => '?')})`] : []),
    ...(since === undefined ? [] : ['at >= ?']),
  ];
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  const values = [...(serials ?? []), ...(since ? [since.toISOString()] : [])];
  const rows = database.rows(`${ENTRY_SQL} ${where} ORDER BY id DESC LIMIT ?`, ...values, limit);
  return [...rows].map(auditEntry).reverse();
}

const auditEntry = (row: Row): AuditEntry => ({
  number: Number(row['id']),
  at: String(row['at']),
  event: String(row['event']),
  serial: String(row['serial']),
  detail: String(row['detail']),
  hash: octets(row['hash']),
});
