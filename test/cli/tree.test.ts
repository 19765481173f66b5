import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeOlder } from '../support/older-store.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { world } from '../support/world.ts';
import { refusals } from './refusal.ts';

const cwd = temporaryDirectory();
const now = new Date('2030-01-01T12:00:00Z');
const pki = world({ cwd, now });
const later = world({ cwd, now: new Date('2031-01-01T12:00:00Z') });

async function done(...argv: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await pki(...argv);
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

beforeAll(async () => {
  mkdirSync(join(cwd, 'all'));
  const init = ['init-ca', '--no-passphrase', '--algorithm', 'ed25519'];
  await done(...init, '--name', 'Root', '--dir', 'all/root');
  await done(...init, '--name', 'Web', '--dir', 'all/root/web', '--parent', 'all/root');
  await done(
    ...init,
    '--name',
    'Mail',
    '--dir',
    'all/mail',
    '--parent',
    'all/root',
    '--days',
    '300',
  );
  const hybrid = ['--hybrid', 'catalyst', '--ml-dsa', 'ml-dsa-44'];
  await done(...init, '--name', 'Gone', '--dir', 'gone', '--parent', 'all/root', ...hybrid);
  await done(...init, '--name', 'Other', '--dir', 'other');
  await done(...init, '--name', 'Later', '--dir', 'all/waiting', '--csr', 'later.csr');
  const cross = ['--ca-dir', 'all/root', '--out', 'x.crt'];
  await done('cross-sign', 'other/ca.crt', ...cross, '--profile', 'cross-ca');
  await done(
    'issue',
    '--ca-dir',
    'all/root/web',
    '--cn',
    'a.example',
    '--key-out',
    'a.key',
    '--out',
    'a.crt',
  );
  await done(
    'issue',
    '--ca-dir',
    'all/root/web',
    '--cn',
    'b.example',
    '--key-out',
    'b.key',
    '--out',
    'b.crt',
  );
  await done('revoke', '--ca-dir', 'all/root/web', 'a.crt', '--reason', 'superseded');
  await done('crl', '--ca-dir', 'all/root/web', '--days', '30');
  await done('revoke', '--ca-dir', 'all/root', 'gone/ca.crt', '--reason', 'cACompromise');
});

describe('tree', () => {
  it('draws the CAs below a directory, and those that are only known to others', async () => {
    expect(await pki('tree', 'all')).toEqual({
      status: 0,
      stderr: '',
      stdout: `CN=Root  all/root
│  good, ends 2050-01-01T11:54:59Z
│  ed25519 in file:keys/ca.key
│  certificates: 4 good, 1 revoked
│  no CRL yet
├─ CN=Mail  all/mail
│     good, ends 2030-10-28T11:54:59Z
│     ed25519 in file:keys/ca.key
│     certificates: 0 good
│     no CRL yet
├─ CN=Web  all/root/web
│     good, ends 2035-01-01T11:54:59Z
│     ed25519 in file:keys/ca.key
│     certificates: 1 good, 1 revoked
│     CRL 1 is current until 2030-01-31T12:00:00Z
├─ CN=Other  (no directory here)
│     good, ends 2035-01-01T11:54:59Z
└─ CN=Gone  (no directory here)
      revoked, ends 2035-01-01T11:54:59Z
all/waiting  waits for its certificate
`,
    });
  });

  it('puts a CA where its own certificate has it, and its cross-certificate beside that', async () => {
    const { stdout } = await pki('tree', 'other', 'all');
    const names = stdout.split('\n').filter((line) => line.includes('CN='));
    expect(names.filter((line) => line.includes('Other'))).toEqual([
      'CN=Other  other',
      '├─ CN=Other  (cross-certificate)',
    ]);
  });

  it('shows the root of a CA that stands alone, and what time has done', async () => {
    const { stdout } = await later('tree', 'all/mail');
    expect(stdout).toMatch(
      /^CN=Root {2}\(no directory here\)\n│ {2}good, ends .*\n└─ CN=Mail {2}all\/mail\n {6}expired, ends 2030-10-28T11:54:59Z\n(.*\n){2} {6}no CRL yet\n$/,
    );
    expect((await later('tree', 'all/root/web')).stdout).toContain(
      '\n      CRL 1 ran out at 2030-01-31T12:00:00Z\n',
    );
  });

  it('finds them below the current directory, hybrids too, once each', async () => {
    const { stdout } = await pki('tree');
    expect(stdout).toBe((await pki('tree', '.', 'gone', 'all/root')).stdout);
    expect(stdout).toContain(
      '├─ CN=Gone  gone\n│     revoked, ends 2035-01-01T11:54:59Z\n│     ed25519 in file:keys/ca.key\n│     ml-dsa-44 in file:keys/ml-dsa.key\n',
    );
  });

  it('tells the same as JSON, with the fingerprint of the CA above', async () => {
    const { cas, others } = JSON.parse(await done('tree', 'all', '--json'));
    const [root, mail, web] = cas;
    expect([root.above, mail.above, web.above]).toEqual([null, root.fingerprint, root.fingerprint]);
    expect(web).toMatchObject({
      subject: 'CN=Web',
      issuer: 'CN=Root',
      state: 'good',
      directory: 'all/root/web',
      keys: [{ algorithm: 'ed25519', places: ['file:keys/ca.key'] }],
      certificates: { good: 1, expired: 0, revoked: 1, onHold: 0, failed: 0, interrupted: 0 },
      crl: { number: '1', thisUpdate: '2030-01-01T12:00:00Z', nextUpdate: '2030-01-31T12:00:00Z' },
    });
    expect(others).toEqual([
      { directory: 'all/waiting', waiting: true, why: 'waits for its certificate' },
    ]);
  });

  it('reads stores of older versions, and leaves them as they are', async () => {
    cpSync(join(cwd, 'all/root/web'), join(cwd, 'old/web'), { recursive: true });
    makeOlder(join(cwd, 'old/web/ca.db'), 2);
    expect((await pki('tree', 'old')).stdout).toContain(
      'certificates: 2 good, 1 revoked\n      CRL 1 is',
    );
    using database = new DatabaseSync(join(cwd, 'old/web/ca.db'));
    database.exec('DROP TABLE crl; DROP TABLE revocation; PRAGMA user_version = 1');
    expect((await pki('tree', 'old')).stdout).toContain('certificates: 3 good\n      no CRL yet\n');
    rmSync(join(cwd, 'old'), { recursive: true });
  });

  it('shows the others, and ends with 6, when a directory cannot be read', async () => {
    mkdirSync(join(cwd, 'all/broken'));
    writeFileSync(join(cwd, 'all/broken/ca.yaml'), 'version: 1\n');
    const { status, stdout, stderr } = await pki('tree', 'all');
    const why = `${join(cwd, 'all/broken/ca.yaml')} is not the configuration of a CA: "name" is missing`;
    expect(stdout).toMatch(/^CN=Root {2}all\/root\n/);
    expect(stdout.endsWith(`all/broken  ${why}\nall/waiting  waits for its certificate\n`)).toBe(
      true,
    );
    expect({ status, stderr }).toEqual({
      status: 6,
      stderr: `pki: error: a CA directory could not be read\npki: hint: ${why}\n`,
    });
    rmSync(join(cwd, 'all/broken'), { recursive: true });
  });
});

describe('tree refuses', () => {
  const refused = refusals(cwd);

  it('a place without a CA', async () => {
    mkdirSync(join(cwd, 'empty'));
    expect(await refused(pki, 'tree', 'empty')).toEqual({
      status: 6,
      stderr: [
        'pki: error: there is no CA in or below empty',
        'pki: hint: make one with "pki init-ca", or name a directory with one in it',
      ],
    });
  });

  it('a directory that is not there', async () => {
    expect(await refused(pki, 'tree', 'lost')).toEqual({
      status: 6,
      stderr: [`pki: error: cannot read ${join(cwd, 'lost')}: no such file or directory`],
    });
  });
});
