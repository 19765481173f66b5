import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { notBuilt } from '../built-program.ts';
import { mounting, noMounts } from './mounting.ts';

const missing = notBuilt() ?? noMounts();
const cwd = temporaryDirectory();
const pki = world({ cwd });
const READ_ONLY = 'mount --bind ca ca && mount -o remount,bind,ro ca || exit 99';

describe.skipIf(missing)(`a read-only file system${missing ? ` (${missing})` : ''}`, () => {
  it('keeps nobody from looking', async () => {
    await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
    const { status, stdout, stderr } = mounting(
      `${READ_ONLY}; pki list --ca-dir ca && pki show --ca-dir ca ca/ca.crt && pki doctor --ca-dir ca &&
       pki store check --ca-dir ca`,
      cwd,
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('CN=Root\n');
  });

  it('refuses what would change the store', () => {
    const files = '--out a.crt --key-out a.key';
    const script = `${READ_ONLY}; pki issue --ca-dir ca --cn a.example ${files}`;
    const { status, stdout, stderr } = mounting(script, cwd);
    const store = join(cwd, 'ca/ca.db');
    expect({ status, stdout, stderr }).toEqual({
      status: 6,
      stdout: '',
      stderr: `pki: error: the store ${store} failed: its directory cannot be written to\n`,
    });
    expect(readdirSync(cwd)).toEqual(['ca']);
  });

  it('shows what is in the write-ahead log of a process that was killed', () => {
    const path = join(cwd, 'ca/ca.db');
    const insert = `UPDATE certificate SET subject = 'CN=in the log'`;
    const script = `const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
      new DatabaseSync(${JSON.stringify(path)}).exec(${JSON.stringify(insert)});
      process.kill(process.pid, 'SIGKILL')`;
    spawnSync(process.execPath, ['-e', script]);
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
    const { status, stdout } = mounting(`${READ_ONLY}; pki list --ca-dir ca`, cwd);
    expect(status).toBe(0);
    expect(stdout).toContain('CN=in the log\n');
  });

  it('says so where there is no room to put that log together', () => {
    const { status, stderr } = mounting(`${READ_ONLY}; TMPDIR=/none pki list --ca-dir ca`, cwd);
    expect({ status, stderr }).toEqual({
      status: 6,
      stderr: [
        `pki: error: cannot copy ${join(cwd, 'ca/ca.db')} to read it: no such file or directory`,
        'pki: hint: its directory is read-only, and it has a write-ahead log; set TMPDIR to a disk with room\n',
      ].join('\n'),
    });
  });
});

describe.skipIf(missing)(`a full disk${missing ? ` (${missing})` : ''}`, () => {
  it('loses nothing: what is recorded is whole, and what is written was recorded', () => {
    rmSync(join(cwd, 'ca'), { recursive: true, force: true });
    const { status, stdout, stderr } = mounting(
      `mkdir disk && mount -t tmpfs -o size=2m none disk || exit 99
       pki init-ca --name Root --dir disk/ca --no-passphrase --json > made.json || exit 98
       pki key generate --out a.key --no-passphrase --json > key.json || exit 97
       pki csr create --key a.key --cn a.example --out a.csr --json > csr.json || exit 96
       room=$(df -k --output=avail disk | tail -1)
       head -c $(( (room - 160) * 1024 )) /dev/zero > disk/other
       for number in $(seq 40); do
         pki issue --ca-dir disk/ca --csr a.csr --out disk/$number.crt > /dev/null 2> error.txt || break
       done
       find disk -name '*.tmp' > left.txt
       cp disk/*.crt . ; cp disk/ca/ca.db* . ; rm disk/*.crt disk/other
       pki store check --ca-dir disk/ca`,
      cwd,
    );
    expect(readFileSync(join(cwd, 'error.txt'), 'utf8')).toMatch(
      /^pki: error: .*(the disk is full|no space left on the device)\n$/,
    );
    expect(stdout).not.toContain('problem');
    expect(status, stderr).toBeOneOf([0, 3]); // 3: there was no room to record that it has failed
    expect(readFileSync(join(cwd, 'left.txt'), 'utf8')).toBe('');
    using database = new DatabaseSync(join(cwd, 'ca.db'));
    const rows = database.prepare(`SELECT count(*) AS n FROM certificate WHERE status = 'issued'`);
    const files = readdirSync(cwd).filter((name) => /^\d+\.crt$/.test(name));
    for (const name of files) expect(statSync(join(cwd, name)).size).toBeGreaterThan(500);
    expect(Number(rows.get()?.['n']) - 1).toBeGreaterThanOrEqual(files.length);
    expect(files.length).toBeGreaterThan(0);
  }, 120_000);
});
