import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { notBuilt, runBuilt, start as startBuilt } from '../built-program.ts';

const missing = notBuilt();

describe.skipIf(missing)(`pki list of many${missing ? ` (${missing})` : ''}`, () => {
  const cwd = temporaryDirectory();
  const ROWS = 200_000;

  it('prints them all, and ends early once nobody reads', async () => {
    await runBuilt({ cwd }, 'init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
    using database = new DatabaseSync(join(cwd, 'ca/ca.db'));
    database.exec(`
      WITH RECURSIVE row(id) AS (SELECT 10 UNION ALL SELECT id + 1 FROM row WHERE id < ${ROWS + 9})
      INSERT INTO certificate (id, serial, status, profile, subject, not_before, not_after, tbs_sha256, at, der)
      SELECT id, 'a' || id, 'issued', 'tls-server', 'CN=' || id, 0, 4102444800, x'00', 0, x'00' FROM row`);
    const start = performance.now();
    const all = await runBuilt({ cwd }, 'list', '--ca-dir', 'ca');
    const whole = performance.now() - start;
    expect(all.stdout.split('\n')).toHaveLength(ROWS + 2);
    expect({ ...all, stdout: '' }).toEqual({ status: 0, stdout: '', stderr: '' });

    const child = startBuilt({ cwd }, 'list', '--ca-dir', 'ca');
    const ended = new Promise<number | null>((done) => child.once('exit', done));
    await new Promise((read) => child.stdout.once('data', read));
    const left = performance.now();
    child.stdout.destroy();
    expect(await ended).toBe(0);
    expect(performance.now() - left).toBeLessThan(whole / 2);
    expect(child.stderr.read()).toBe(null);
  });
});
