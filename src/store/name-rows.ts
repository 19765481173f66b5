import { namesInCertificate } from '../x509/alternative-names.ts';
import type { GeneralName } from '../x509/general-names.ts';
import { octets } from './row.ts';
import type { SqliteDatabase } from './sqlite-database.ts';

/** The alternative names of a certificate as JSON, in the order of the encoding. */
export const NAMES_SQL = `
  (SELECT json_group_array(json_object('type', type, 'value', name) ORDER BY position) FROM certificate_name
   WHERE certificate_name.certificate = certificate.id)`;

/**
 * The rows of certificates of which a name has a text in it: two patterns of LIKE, and its ESCAPE
 * after each. Subjects are read from their index, and no certificate is. Forms that we do not
 * write are octets in hexadecimal, which nobody looks for.
 */
export const NAMED_SQL = `
  SELECT id FROM certificate WHERE subject LIKE ? ESCAPE ?
  UNION ALL
  SELECT certificate FROM certificate_name WHERE name LIKE ? ESCAPE ? AND type <> 'other'`;

/** Tells the alternative names of certificates, one certificate after the other. */
export function nameWriter(
  database: SqliteDatabase,
): (certificate: number, names: readonly GeneralName[]) => void {
  const insert = database.prepare(
    'INSERT INTO certificate_name (certificate, position, type, name) VALUES (?, ?, ?, ?)',
  );
  return (certificate, names) => {
    for (const [position, { type, value }] of names.entries()) {
      insert.run(certificate, position, type, value);
    }
  };
}

/**
 * Tells the names of the certificates that were issued before version 4, one at a time. One whose
 * octets are damaged has none: it must not keep the others from being revoked.
 */
export function fillNames(database: SqliteDatabase): void {
  const write = nameWriter(database);
  const rows = database.rows('SELECT id, der FROM certificate WHERE der IS NOT NULL');
  for (const { id, der } of rows) write(Number(id), namesInCertificate(octets(der)));
}

/** What {@link NAMES_SQL} gives. */
export const parseNames = (json: unknown): readonly GeneralName[] => JSON.parse(String(json));
