import type { CrlPoint } from '../ca/store.ts';
import { DerError } from '../der/reader.ts';
import { parseCertificate } from '../x509/certificate.ts';
import { crlUrls } from '../x509/pointers.ts';
import { octets, type Row, seconds } from './row.ts';
import type { SqliteDatabase } from './sqlite-database.ts';

/** A condition on crl_point: those whose certificates have not all ended, or are to be told of after their end (§3.3). */
export const NEEDED = `(
  crl_point.not_after >= ?1 OR NOT EXISTS (
    SELECT 1 FROM crl AS last
    WHERE last.point = crl_point.id AND last.status = 'issued' AND last.base IS NULL
      AND last.this_update > crl_point.not_after))`;

export const neededPoints = (database: SqliteDatabase, now: Date): readonly CrlPoint[] =>
  [
    ...database.rows(`SELECT id, urls FROM crl_point WHERE ${NEEDED} ORDER BY id`, seconds(now)),
  ].map(pointOf);

const pointOf = ({ id, urls }: Row): CrlPoint => ({
  id: Number(id),
  urls: String(urls).split(' '), // which URLs do not have
});

/** Tells which point a certificate names. */
export function insertPoint(
  database: SqliteDatabase,
  certificate: number,
  urls: readonly string[],
  notAfter: number,
): void {
  if (urls.length === 0) return;
  database
    .prepare(
      `INSERT INTO crl_point (urls, not_after) VALUES (?, ?)
       ON CONFLICT (urls) DO UPDATE SET not_after = max(not_after, excluded.not_after)`,
    )
    .run(urls.join(' '), notAfter);
  database
    .prepare('INSERT INTO certificate_point SELECT ?, id FROM crl_point WHERE urls = ?')
    .run(certificate, urls.join(' '));
}

/**
 * Tells the points of the certificates that were issued before version 3, one at a time, but not
 * that of the CA's own, the first one: its CRL is another CA's.
 */
export function fillPoints(database: SqliteDatabase): void {
  const rows = database.rows(`
    SELECT id, der, not_after FROM certificate
    WHERE der IS NOT NULL AND id > (SELECT min(id) FROM certificate)`);
  for (const { id, der, not_after: notAfter } of rows) {
    insertPoint(database, Number(id), urlsIn(octets(der)), Number(notAfter));
  }
  database.exec(`
    UPDATE revocation SET point =
      (SELECT point FROM certificate_point WHERE certificate = revocation.certificate)`);
}

/** None in a certificate whose octets are damaged: it must not keep the others from being revoked. */
function urlsIn(der: Uint8Array): readonly string[] {
  try {
    return crlUrls(parseCertificate(der).tbs.extensions);
  } catch (error) {
    if (error instanceof DerError) return [];
    throw error;
  }
}
