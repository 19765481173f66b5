import type { CaStore, CertificateRecord, Revocation } from '../ca/store.ts';
import { timeText } from '../der/time.ts';
import { certificateRecord, seconds } from './row.ts';
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

const detailOf = ({ at, reason, invalidityDate }: Revocation): string =>
  [reason, timeText(at), ...(invalidityDate ? [timeText(invalidityDate)] : [])].join(' ');
