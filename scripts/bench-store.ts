import { cpSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fillAudit } from './bench-audit-rows.ts';
import { timed } from './timed.ts';

const COUNTS = [1_000, 1_000_000];
/** Of the rows that are added; the CA has a few of its own. */
const FIRST_ID = 1001;

/**
 * Stores of that many certificates, one in ten of them revoked, in a copy of one CA each: the time
 * and the largest resident set of what looks for them, checks and copies them; a line of figures each. What is
 * in them is one certificate again and again, of which `store check` finds all but one wrong: it reads
 * each, and verifies no signature.
 */
export function* measureStores(pki: string, directory: string): Generator<string> {
  const run = (...args: readonly string[]) => timed([pki, ...args], directory);
  run('init-ca', '--name', 'Bench', '--dir', 'store-ca', '--no-passphrase');
  const leaf = ['--cn', 'host.example.com', '--key-out', 'store.key', '--out', 'store.crt'];
  run('issue', '--ca-dir', 'store-ca', ...leaf);
  for (const count of COUNTS) {
    const ca = `store-ca-${count}`;
    cpSync(join(directory, 'store-ca'), join(directory, ca), { recursive: true });
    fill(join(directory, ca, 'ca.db'), count);
    fillAudit(join(directory, ca, 'ca.db'), FIRST_ID);
    yield `${count.toLocaleString('en')} certificates, ${size(join(directory, ca, 'ca.db'))} MB`;
    for (const [name, args] of Object.entries(commandsOf(ca))) {
      const { seconds, megabytes } = timed([pki, ...args], directory, [0, 7, 8]);
      yield `  ${name.padEnd(38)} ${seconds.toFixed(2).padStart(7)} s  ${megabytes.toFixed(0).padStart(5)} MB at most`;
    }
  }
}

const commandsOf = (ca: string): Readonly<Record<string, readonly string[]>> => {
  const list = ['list', '--ca-dir', ca];
  return {
    list: list,
    'list --json': [...list, '--json'],
    'list --limit 10 --sort end': [...list, '--limit', '10', '--sort', 'end'],
    'list --name host-77. (a few)': [...list, '--name', 'host-77.'],
    'list --name alias-77. (a few)': [...list, '--name', 'alias-77.'],
    'list --name example.com (all)': [...list, '--name', 'example.com'],
    'list --expiring 1': [...list, '--expiring', '1'],
    'list --status failed': [...list, '--status', 'failed'],
    'list --profile root-ca': [...list, '--profile', 'root-ca'],
    'list --since (the last hour)': [
      ...list,
      '--since',
      new Date(Date.now() - 3_600_000).toISOString(),
    ],
    'list --status revoked --csv': [...list, '--status', 'revoked', '--csv'],
    'show (by serial number)': ['show', '--ca-dir', ca, serialOf(77)],
    'crl (a tenth is revoked)': ['crl', '--ca-dir', ca, '--out', `${ca}.crl`],
    tree: ['tree', ca],
    report: ['report', '--ca-dir', ca, '--html', `${ca}.html`],
    'audit verify': ['audit', 'verify', '--ca-dir', ca],
    'audit export': ['audit', 'export', '--ca-dir', ca],
    'audit show': ['audit', 'show', '--ca-dir', ca],
    'store backup': ['store', 'backup', '--ca-dir', ca, `${ca}-kept`],
    'store restore': [
      ...['store', 'restore', `${ca}-kept`, '--dir', `${ca}-again`],
      ...['--crl', `${ca}.crl`],
    ],
    'store check (no signatures)': ['store', 'check', '--ca-dir', ca],
  };
};

const serialOf = (row: number): string => `40${row.toString(16).padStart(38, '0')}`;

/** Rows as if so many certificates had been issued, each with the octets of a real one. */
function fill(path: string, count: number): void {
  using database = new DatabaseSync(path);
  database.exec(`
    PRAGMA foreign_keys = OFF;
    PRAGMA synchronous = OFF;
    BEGIN;
    CREATE TEMP TABLE leaf AS SELECT * FROM certificate ORDER BY id DESC LIMIT 1;
    CREATE TEMP TABLE new_row AS
      WITH RECURSIVE row(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM row WHERE id < ${count})
      SELECT id FROM row;
    INSERT INTO certificate
        (id, serial, status, profile, subject, not_before, not_after, tbs_sha256, at, der)
      SELECT new_row.id + 1000, printf('40%038x', new_row.id),
        iif(new_row.id % 1000 = 7, 'failed', 'issued'), 'tls-server',
        'CN=host-' || new_row.id || '.example.com', unixepoch() - 86400,
        unixepoch() + new_row.id * 7 % 34560000, tbs_sha256, unixepoch() - 86400,
        iif(new_row.id % 1000 = 7, NULL, der)
      FROM new_row, leaf;
    INSERT INTO certificate_key SELECT id + 1000, randomblob(32) FROM new_row;
    INSERT INTO certificate_name
      SELECT new_row.id + 1000, 0, 'dns', 'alias-' || new_row.id || '.example.com' FROM new_row;
    INSERT INTO revocation (certificate, serial, not_after, reason, revoked_at, changed)
      SELECT id, serial, not_after, 'superseded', unixepoch(), id FROM certificate
      WHERE id > 1000 AND id % 10 = 0;
    COMMIT;
  `);
}

const size = (path: string): string => (statSync(path).size / 1e6).toFixed(1);
