import type { CaStore, CertificateRecord, CrlPoint, Revocation } from '../ca/store.ts';
import type { RevokedEntry } from '../x509/revoked-list.ts';
import { type AuditFacts, timeFact } from './audit/entry.ts';
import { certificateRecord, reasonOf, seconds, secondsIn, serial, type Values } from './row.ts';
import type { SqliteDatabase } from './sqlite-database.ts';

/** Certificates, with how they are revoked. */
export const CERTIFICATES_SQL = `
  SELECT certificate.*, reason, revoked_at, invalidity_date
  FROM certificate LEFT JOIN revocation ON revocation.certificate = certificate.id`;

export function findCertificateRow(
  database: SqliteDatabase,
  serial: string,
): CertificateRecord | undefined {
  const row = database.row(`${CERTIFICATES_SQL} WHERE certificate.serial = ?`, serial);
  return row && certificateRecord(row);
}

export function recordRevocation(
  database: SqliteDatabase,
  [serial, decide, at]: Parameters<CaStore['recordRevocation']>,
): void {
  database.transaction(() => {
    const change = decide(findCertificateRow(database, serial));
    if (change === undefined) return;
    const released = change === 'released';
    const changed = released
      ? database.audit('released', serial, {}, at)
      : database.audit('revoked', serial, factsOf(change), at);
    if (released) {
      database
        .prepare('UPDATE revocation SET reason = NULL, changed = ? WHERE serial = ?')
        .run(changed, serial);
    } else insert(database, serial, change, changed);
  });
}

function insert(
  database: SqliteDatabase,
  serial: string,
  { at, reason, invalidityDate }: Revocation,
  changed: number,
): void {
  database
    .prepare(
      `INSERT OR REPLACE INTO revocation
         (certificate, serial, not_after, reason, revoked_at, invalidity_date, changed, point)
       SELECT id, serial, not_after, ?, ?, ?, ?,
         (SELECT point FROM certificate_point WHERE certificate = certificate.id)
       FROM certificate WHERE serial = ?`,
    )
    .run(reason, seconds(at), invalidityDate ? seconds(invalidityDate) : null, changed, serial);
}

const LISTED_SQL = 'SELECT serial, reason, revoked_at, invalidity_date FROM revocation';

/** A full CRL tells of all; the other ones through an index of their point. */
const of = (point: CrlPoint | undefined): string => (point ? `point = ${point.id} AND` : '');

export function* listedRevocations(
  database: SqliteDatabase,
  [last, point]: Parameters<CaStore['listedRevocations']>,
): Iterable<readonly RevokedEntry[]> {
  const ended = last ? seconds(last.thisUpdate) : 0;
  const pages = database.pages(
    `${LISTED_SQL} WHERE ${of(point)} reason IS NOT NULL AND (not_after >= ? OR changed > ?)
     ORDER BY certificate`,
    ...[ended, last?.covers ?? 0],
  );
  for (const page of pages) yield page.map(listed);
}

export function* changedRevocations(
  database: SqliteDatabase,
  [{ covers }, point]: Parameters<CaStore['changedRevocations']>,
): Iterable<readonly RevokedEntry[]> {
  const pages = database.pages(
    `${LISTED_SQL} WHERE ${of(point)} changed > ? ORDER BY changed`,
    covers,
  );
  for (const page of pages) yield page.map(listed);
}

/** A row of LISTED_SQL; one without a reason was on hold, and no longer is. */
const listed = ([number, reason, revokedAt, invalidityDate]: Values): RevokedEntry => ({
  serial: serial(number),
  revocationDate: secondsIn(revokedAt),
  reason: reasonOf(reason) ?? 'removeFromCRL',
  invalidityDate: invalidityDate === null ? undefined : secondsIn(invalidityDate),
});

const factsOf = ({ at, reason, invalidityDate }: Revocation): AuditFacts => ({
  revocation: reason,
  since: timeFact(at),
  ...(invalidityDate && { invalidityDate: timeFact(invalidityDate) }),
});
