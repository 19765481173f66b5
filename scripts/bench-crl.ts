import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { timed } from './timed.ts';

const COUNTS = [1_000, 1_000_000];

/** Makes full CRLs of that many entries with the built program; a line of figures each. */
export function measureCrls(pki: string, directory: string): readonly string[] {
  const run = (...args: readonly string[]) => timed([pki, ...args], directory);
  run('init-ca', '--name', 'Bench', '--dir', 'crl-ca', '--no-passphrase');
  return COUNTS.map((count) => {
    fill(join(directory, 'crl-ca/ca.db'), count);
    const { seconds, megabytes } = run('crl', '--ca-dir', 'crl-ca', '--out', `${count}.crl`);
    const entries = count.toLocaleString('en').padStart(9);
    return `CRL of ${entries} entries  ${seconds.toFixed(2).padStart(6)} s  ${megabytes.toFixed(0).padStart(5)} MB at most`;
  });
}

/** Rows as if so many certificates had been issued and revoked. */
function fill(path: string, count: number): void {
  using database = new DatabaseSync(path);
  database.exec(`
    PRAGMA foreign_keys = OFF;
    BEGIN;
    DELETE FROM revocation;
    WITH RECURSIVE row(id) AS (SELECT 1000 UNION ALL SELECT id + 1 FROM row WHERE id < ${count} + 999)
    INSERT INTO revocation
        (certificate, serial, not_after, reason, revoked_at, invalidity_date, changed)
      SELECT id, '4' || substr(lower(hex(randomblob(20))), 2), unixepoch() + 86400,
        CASE id % 4 WHEN 0 THEN 'unspecified' WHEN 1 THEN 'keyCompromise' ELSE 'superseded' END,
        unixepoch() - id, iif(id % 10 = 0, unixepoch() - 2 * id, NULL), id
      FROM row;
    COMMIT;
  `);
}
