import { DatabaseSync } from 'node:sqlite';
import { sha256Text } from '../src/der/sha256.ts';
import { entryDetail, entryHash, timeFact } from '../src/store/audit/entry.ts';
import { hex, octets } from '../src/store/row.ts';

/** Entries of the audit trail about rows that were put into a store without any. */
export function fillAudit(path: string, firstId: number): void {
  using database = new DatabaseSync(path);
  database.exec('PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; BEGIN');
  const last = database.prepare('SELECT hash FROM audit ORDER BY id DESC LIMIT 1').get();
  let previous = octets(last?.['hash']);
  const insert = database.prepare(
    'INSERT INTO audit (at, event, serial, detail, hash) VALUES (?, ?, ?, ?, ?)',
  );
  const changed = database.prepare('UPDATE revocation SET changed = ? WHERE certificate = ?');
  const rows = database.prepare(
    `SELECT certificate.*, public_key_sha256, reason, revoked_at FROM certificate
       LEFT JOIN revocation ON revocation.certificate = certificate.id
       LEFT JOIN certificate_key ON certificate_key.certificate = certificate.id
     WHERE certificate.id >= ? ORDER BY certificate.id`,
  );
  for (const row of rows.iterate(firstId)) {
    const date = (column: string) => new Date(Number(row[column]) * 1000);
    const record = (event: string, facts: object) => {
      const serial = String(row['serial']);
      const detail = entryDetail({ ...facts }, BENCH);
      const fields = { at: date('at').toISOString(), event, serial, detail };
      previous = entryHash(previous, fields);
      return insert.run(fields.at, event, serial, detail, previous).lastInsertRowid;
    };
    record('intent', {
      ...{ profile: row['profile'], subject: row['subject'] },
      ...{ notBefore: timeFact(date('not_before')), notAfter: timeFact(date('not_after')) },
      publicKeySha256: hex(octets(row['public_key_sha256'])),
      tbsSha256: hex(octets(row['tbs_sha256'])),
    });
    if (row['der'] === null) record('failed', { error: 'the token was gone' });
    else record('issued', { certificateSha256: sha256Text(octets(row['der'])) });
    if (row['reason'] === null) continue;
    const facts = { revocation: row['reason'], since: timeFact(date('revoked_at')) };
    changed.run(record('revoked', facts), Number(row['id']));
  }
  database.exec('COMMIT');
}

const BENCH = { user: 'bench', host: 'bench' };
