import type {
  CaStore,
  CertificateRecord,
  IssuedCrl,
  ListedRevocation,
  Revocation,
} from '../ca/store.ts';
import { timeText } from '../der/time.ts';
import { certificateRecord, date, optionalDate, type Row, reasonOf, seconds } from './row.ts';
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
      ? database.audit('released', serial, '', at)
      : database.audit('revoked', serial, detailOf(change), at);
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
         (certificate, serial, not_after, reason, revoked_at, invalidity_date, changed)
       SELECT id, serial, not_after, ?, ?, ?, ? FROM certificate WHERE serial = ?`,
    )
    .run(reason, seconds(at), invalidityDate ? seconds(invalidityDate) : null, changed, serial);
}

const LISTED_SQL = 'SELECT serial, reason, revoked_at, invalidity_date FROM revocation';

export function* listedRevocations(
  database: SqliteDatabase,
  last: IssuedCrl | undefined,
): Iterable<ListedRevocation> {
  const ended = last ? seconds(last.thisUpdate) : 0;
  const rows = database.rows(
    `${LISTED_SQL} WHERE reason IS NOT NULL AND (not_after >= ? OR changed > ?) ORDER BY certificate`,
    ...[ended, last?.covers ?? 0],
  );
  for (const row of rows) yield listed(row);
}

export function* changedRevocations(
  database: SqliteDatabase,
  { covers }: IssuedCrl,
): Iterable<ListedRevocation> {
  const rows = database.rows(`${LISTED_SQL} WHERE changed > ? ORDER BY changed`, covers);
  for (const row of rows) yield listed(row);
}

const listed = (row: Row): ListedRevocation => ({
  serial: String(row['serial']),
  at: date(row['revoked_at']),
  reason: reasonOf(row),
  invalidityDate: optionalDate(row['invalidity_date']),
});

const detailOf = ({ at, reason, invalidityDate }: Revocation): string =>
  [reason, timeText(at), ...(invalidityDate ? [timeText(invalidityDate)] : [])].join(' ');
