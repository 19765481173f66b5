import { spawn } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { noTerminal, notBuilt, PKI, runBuilt } from '../built-program.ts';

const missing = notBuilt() ?? noTerminal();
const cwd = temporaryDirectory();

/** Enough for commands to take longer than half a second. */
const CERTIFICATES = 250_000;

/** Certificates that were revoked, so that a CRL has them too. */
function fill(): void {
  using database = new DatabaseSync(join(cwd, 'ca/ca.db'));
  database.exec(`
    BEGIN;
    CREATE TEMP TABLE numbers AS
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${CERTIFICATES})
      SELECT i FROM n;
    INSERT INTO certificate (serial, status, profile, subject, not_before, not_after, tbs_sha256, at)
      SELECT '7f' || printf('%038x', i), 'failed', 'tls-server', 'CN=' || i, 0, 4000000000,
        zeroblob(32), 0 FROM numbers;
    INSERT INTO revocation (certificate, serial, not_after, reason, revoked_at, changed)
      SELECT id, serial, not_after, 'superseded', 1700000000, 2
      FROM certificate WHERE status = 'failed';
    COMMIT`);
}

/** What a terminal shows of standard error. */
async function atTerminal(...argv: readonly string[]): Promise<string> {
  const words = [process.execPath, PKI, ...argv].map((word) => `'${word}'`).join(' ');
  const session = join(cwd, 'session.sh');
  writeFileSync(session, `${words} > '${join(cwd, 'stdout')}'\n`);
  const { PATH } = process.env;
  const child = spawn('script', ['-qec', `sh '${session}'`, '/dev/null'], { cwd, env: { PATH } });
  return text(child.stdout);
}

describe.skipIf(missing)(`progress at a terminal${missing ? ` (${missing})` : ''}`, () => {
  beforeAll(async () => {
    await runBuilt({ cwd }, 'init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
    fill();
    await runBuilt({ cwd }, 'store', 'backup', '--ca-dir', 'ca', 'b');
    writeFileSync(join(cwd, 'zeros.crl'), '');
    truncateSync(join(cwd, 'zeros.crl'), 17 << 20);
  });

  it.each<[line: string, ...shown: readonly string[]]>([
    [
      'crl --ca-dir ca --out b.crl',
      'making the CRL: signing and verifying it …',
      'writing the CRL …',
    ],
    ['store check --ca-dir ca', 'checking the file of the store …', 'comparing rows …'],
    ['store backup --ca-dir ca c', 'copying the store …'],
    ['store restore b --dir r --crl-number-at-least 9', 'verifying and copying the backup …'],
    ['list --ca-dir ca', 'listing: 250000 …'],
    ['verify ca/ca.crt --trust ca/ca.crt --crl zeros.crl', 'reading CRLs …'],
  ])('is shown for "pki %s", and taken away', async (line, ...wanted) => {
    const shown = await atTerminal(...line.split(' '));
    for (const text of wanted) expect(shown).toContain(`\rpki: ${text}\x1b[K`);
    const last = shown.lastIndexOf('…\x1b[K');
    expect(shown.slice(last + 1)).toContain('\x1b[K\r\x1b[K');
  });

  it.each(['list --ca-dir ca --json', 'store check --ca-dir ca --json', 'crl --ca-dir ca --json'])(
    'is not shown to programs: "pki %s"',
    async (line) => expect(await atTerminal(...line.split(' '))).not.toContain('…'),
  );

  it('is not shown where there is no terminal', async () => {
    const { stderr } = await runBuilt({ cwd }, 'crl', '--ca-dir', 'ca', '--out', 'd.crl');
    expect(stderr).toBe('');
  });
});
