import type { SQLInputValue } from 'node:sqlite';
import type { CaStore, CertificateRecord, Intent, OtherIssuances } from '../ca/store.ts';
import { DerError } from '../der/reader.ts';
import { sha256 } from '../der/sha256.ts';
import { parseCertificate } from '../x509/certificate.ts';
import { keyFacts, timeFact } from './audit/entry.ts';
import { nameWriter } from './name-rows.ts';
import { insertPoint } from './point-rows.ts';
import { CERTIFICATES_SQL } from './revocation-rows.ts';
import { certificateRecord, hex, octets, seconds } from './row.ts';
import type { SqliteDatabase } from './sqlite-database.ts';

export function recordCertificateIntent(
  database: SqliteDatabase,
  ...[intent, at, decide]: Parameters<CaStore['recordIntent']>
): void {
  const { serial, profile, subject, notBefore, notAfter, tbsHash, publicKeyHash } = intent;
  const { crlUrls = [], alternativeNames = [], requestHash, keys } = intent;
  database.transaction(() => {
    decide?.(otherIssuances(database, intent));
    const { lastInsertRowid } = database
      .prepare(
        `INSERT INTO certificate
           (serial, status, profile, subject, not_before, not_after, tbs_sha256, at)
         VALUES (?, 'intent', ?, ?, ?, ?, ?, ?)`,
      )
      .run(serial, profile, subject, seconds(notBefore), seconds(notAfter), tbsHash, seconds(at));
    database
      .prepare('INSERT INTO certificate_key (certificate, public_key_sha256) VALUES (?, ?)')
      .run(lastInsertRowid, publicKeyHash);
    insertPoint(database, Number(lastInsertRowid), crlUrls, seconds(notAfter));
    nameWriter(database)(Number(lastInsertRowid), alternativeNames);
    const facts = {
      ...{ profile, subject, notBefore: timeFact(notBefore), notAfter: timeFact(notAfter) },
      ...(crlUrls.length > 0 && { crlUrls }),
      ...(requestHash && { requestSha256: hex(requestHash) }),
      ...{ publicKeySha256: hex(publicKeyHash), tbsSha256: hex(tbsHash) },
    };
    database.audit('intent', serial, { ...facts, ...keyFacts(keys) }, at);
  });
}

const otherIssuances = (
  database: SqliteDatabase,
  { subject, publicKeyHash }: Intent,
): OtherIssuances => ({
  ofKey: certificatesWhere(database, `public_key_sha256 = ? AND ${POSSIBLE}`, publicKeyHash),
  ofSubject: certificatesWhere(
    database,
    `subject = ? COLLATE NOCASE AND public_key_sha256 IS NOT ? AND ${POSSIBLE}`,
    ...[subject, publicKeyHash],
  ),
});

/** An intent without a result may be a certificate, now or soon. */
const POSSIBLE = "status <> 'failed'";

function* certificatesWhere(
  database: SqliteDatabase,
  condition: string,
  ...values: readonly SQLInputValue[]
): Iterable<CertificateRecord> {
  const rows = database.rows(
    `${CERTIFICATES_SQL} LEFT JOIN certificate_key ON certificate_key.certificate = certificate.id
     WHERE ${condition} ORDER BY certificate.id DESC`,
    ...values,
  );
  for (const row of rows) yield certificateRecord(row);
}

export const certificatesOfKey = (database: SqliteDatabase, publicKeyHash: Uint8Array) =>
  certificatesWhere(database, "public_key_sha256 = ? AND status = 'issued'", publicKeyHash);

export const certificatesOfSubject = (database: SqliteDatabase, subject: string) =>
  certificatesWhere(database, "subject = ? COLLATE NOCASE AND status = 'issued'", subject);

/**
 * Tells the keys of the certificates that were issued before version 3, one at a time. One whose
 * octets are damaged has none: it must not keep a CA from revoking the others.
 */
export function fillKeys(database: SqliteDatabase): void {
  const insert = database.prepare(
    'INSERT INTO certificate_key (certificate, public_key_sha256) VALUES (?, ?)',
  );
  const rows = database.rows('SELECT id, der FROM certificate WHERE der IS NOT NULL');
  for (const { id, der } of rows) {
    const publicKey = publicKeyOf(octets(der));
    if (publicKey) insert.run(Number(id), sha256(publicKey));
  }
}

function publicKeyOf(der: Uint8Array): Uint8Array | undefined {
  try {
    return parseCertificate(der).tbs.publicKey;
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}
