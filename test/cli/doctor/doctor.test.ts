import { chmodSync, cpSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, it } from 'vitest';
import { addonCheck, engineCheck } from '../../../src/cli/doctor/runtime.ts';
import { bindingMissing } from '../../../src/signers/pkcs11/module.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { pathsIn } from '../refusal.ts';

const cwd = temporaryDirectory();
const MADE = new Date('2030-01-01T00:00:00Z');
const at = (time: string) => world({ cwd, now: new Date(time) });
const made = world({ cwd, now: MADE });
const later = at('2030-01-02T00:00:00Z');

const RUNTIME = [
  `ok       Node.js ${process.versions.node} with OpenSSL ${process.versions.openssl}`,
  'ok       ML-DSA and SLH-DSA by node:crypto',
  'ok       pkcs11js is there, for keys in tokens',
];

/** A copy of the CA that a test may spoil, and what doctor finds in it. */
function copied(name: string, spoil: (path: string) => void = () => undefined) {
  const path = join(cwd, name);
  cpSync(join(cwd, 'ca'), path, { recursive: true });
  spoil(path);
  return path;
}

/** What doctor says of a CA beyond the runtime. */
async function said(name: string, pki = later) {
  const { status, stdout, stderr } = await pki('doctor', '--ca-dir', name);
  const lines = stdout.split('\n').slice(0, -1);
  expect(lines.slice(0, 3)).toEqual(RUNTIME);
  return { status, lines: lines.slice(3), stderr };
}

beforeAll(async () => {
  await made('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
  await made('crl', '--ca-dir', 'ca', '--days', '30');
});

describe('doctor', () => {
  it('tells of the runtime alone where no CA is named', async () => {
    expect(await later('doctor')).toEqual({
      status: 0,
      stdout: `${RUNTIME.join('\n')}\n`,
      stderr: '',
    });
  });

  it('finds a new CA in order, and changes nothing', async () => {
    const before = [pathsIn(cwd), statSync(join(cwd, 'ca/ca.db')).mtimeMs];
    expect(await said('ca')).toEqual({
      status: 0,
      lines: [
        `ok       ${join(cwd, 'ca')}: nothing that others could change or use`,
        'ok       the CA certificate is valid until 2049-12-31T23:54:59Z',
        'ok       store: format 4',
        'ok       none of the last 10000 issuances was interrupted',
        'ok       it is 2030-01-02T00:00:00Z; the last entry of the audit trail is of 2030-01-01T00:00:00Z',
        'ok       CRL 1 of 2030-01-01T00:00:00Z is current until 2030-01-31T00:00:00Z',
      ],
      stderr: '',
    });
    expect([pathsIn(cwd), statSync(join(cwd, 'ca/ca.db')).mtimeMs]).toEqual(before);
  });

  it('as JSON', async () => {
    const { status, stdout } = await at('2030-01-30T00:00:00Z')(
      'doctor',
      '--ca-dir',
      'ca',
      '--json',
    );
    const report = JSON.parse(stdout);
    expect({ status, told: report.status }).toEqual({ status: 8, told: 'due' });
    expect(report.checks.at(-1)).toEqual({
      level: 'warning',
      about: 'crl',
      text: 'CRL 1 of 2030-01-01T00:00:00Z is current until 2030-01-31T00:00:00Z',
      hints: ['make the next one with "pki crl"'],
      due: true,
    });
  });

  it('refuses a directory without a CA, as every command does', async () => {
    expect(await later('doctor', '--ca-dir', 'nowhere')).toEqual({
      status: 6,
      stdout: '',
      stderr: [
        `pki: error: there is no CA in ${join(cwd, 'nowhere')}`,
        'pki: hint: make one with "pki init-ca", or name its directory with --ca-dir',
        '',
      ].join('\n'),
    });
  });
});

describe('doctor ends with 8 where', () => {
  it.each([
    [
      '2030-01-29T00:00:00Z',
      'warning  CRL 1 of 2030-01-01T00:00:00Z is current until 2030-01-31T00:00:00Z',
      '         make the next one with "pki crl"',
    ],
    [
      '2049-10-03T00:00:00Z',
      'warning  the CA certificate ends at 2049-12-31T23:54:59Z',
      '         nothing that it issues is valid any longer than that; make the next CA in time',
    ],
  ])('something is due soon, as at %s', async (time, text, hint) => {
    const path = copied(`due-${time}`, (copy) => {
      if (time > '2049') rmSync(join(copy, 'crl'), { recursive: true });
    });
    const { status, lines, stderr } = await said(path, at(time));
    expect(lines).toContain(text);
    expect(lines[lines.indexOf(text) + 1]).toBe(hint);
    expect({ status, stderr }).toEqual({
      status: 8,
      stderr: 'pki: error: doctor found what is due soon\n',
    });
  });
});

describe('doctor ends with 3 where', () => {
  const key = (path: string) => join(path, 'keys/ca.key');
  const sql = (text: string) => (path: string) => {
    using database = new DatabaseSync(join(path, 'ca.db'));
    database.exec(text);
  };

  it.each<[string, (path: string) => void, (path: string) => readonly string[]]>([
    [
      'others may read a key',
      (path) => chmodSync(key(path), 0o640),
      (path) => [
        `problem  others may use ${key(path)}: mode 0640`,
        `         chmod 600 ${key(path)}`,
      ],
    ],
    [
      'others may write into the directory',
      (path) => chmodSync(path, 0o777),
      (path) => [`problem  others may change ${path}: mode 0777`, `         chmod 700 ${path}`],
    ],
    [
      'others may write the store',
      (path) => chmodSync(join(path, 'ca.db'), 0o666),
      (path) => [
        `problem  others may change ${path}/ca.db: mode 0666`,
        `         chmod 644 ${path}/ca.db`,
      ],
    ],
    [
      'a key file is missing',
      (path) => rmSync(key(path)),
      (path) => [
        `problem  the key file ${key(path)} is missing`,
        '         restore it from a backup, or name the key where it is with --key',
      ],
    ],
    [
      'the store is missing',
      (path) => rmSync(join(path, 'ca.db')),
      (path) => [
        `problem  the store ${path}/ca.db is missing`,
        '         restore it from a backup: it alone tells what the CA has issued',
      ],
    ],
    [
      'the store is that of another version',
      sql('PRAGMA user_version = 99'),
      (path) => [
        `problem  the store ${path}/ca.db has the format 99, not 4`,
        '         it was made by another version of pki',
      ],
    ],
    [
      'the store is no database',
      (path) => writeFileSync(join(path, 'ca.db'), 'x'.repeat(4096)),
      (path) => [`problem  the store ${path}/ca.db failed: it is not a database`],
    ],
    [
      'the CRL is damaged',
      (path) => writeFileSync(join(path, 'crl/ca.crl'), 'x'),
      (path) => [expect.stringMatching(`^problem  ${path}/crl/ca.crl is damaged: `)],
    ],
  ])('%s', async (what, spoil, expected) => {
    const path = copied(what.replaceAll(' ', '-'), spoil);
    const { status, lines, stderr } = await said(path);
    expect(lines).toEqual(expect.arrayContaining([...expected(path)]));
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: 'pki: error: doctor found a problem\n',
    });
  });

  it.each([
    [
      '2029-12-31T23:00:00Z',
      2,
      'problem  it is 2029-12-31T23:00:00Z, before the CA certificate begins at 2029-12-31T23:55:00Z',
    ],
    [
      '2029-12-31T23:58:00Z',
      1,
      'problem  it is 2029-12-31T23:58:00Z, before the last entry of the audit trail, 2030-01-01T00:00:00Z',
    ],
    ['2030-01-31T00:00:00Z', 1, 'problem  CRL 1 ran out at 2030-01-31T00:00:00Z'],
    ['2050-01-01T00:00:00Z', 2, 'problem  the CA certificate ended at 2049-12-31T23:54:59Z'],
  ])('it is %s', async (time, problems, text) => {
    const { status, lines } = await said('ca', at(time));
    expect(lines).toContain(text);
    expect(lines.filter((line) => line.startsWith('problem'))).toHaveLength(problems);
    expect(status).toBe(3);
  });
});

describe('doctor warns of', () => {
  it('what a command that was killed left behind', async () => {
    const path = copied('killed', (copy) => {
      writeFileSync(join(copy, 'crl/.ca.crl.0123456789ab.tmp'), '');
      mkdirSync(join(cwd, '.killed.aB3dE6'));
    });
    const { status, lines } = await said(path);
    expect(lines.slice(0, 4)).toEqual([
      `warning  ${path}/crl/.ca.crl.0123456789ab.tmp was left behind by a command that was killed`,
      '         if no pki is at work on it: "pki store settle --leftovers" removes it',
      `warning  ${join(cwd, '.killed.aB3dE6')} was left behind by a command that was killed`,
      '         delete it if no pki is running',
    ]);
    expect(status).toBe(0);
  });

  it('issuances that were interrupted', async () => {
    const path = copied('interrupted', (copy) => {
      using database = new DatabaseSync(join(copy, 'ca.db'));
      database.exec(`UPDATE certificate SET status = 'intent', der = NULL`);
      database.exec(`UPDATE crl SET status = 'intent', der = NULL`);
    });
    const { status, lines } = await said(path);
    expect(lines).toContain(
      'warning  issuances that were interrupted while the key was in use: certificates: 1, CRLs: 1',
    );
    expect(status).toBe(0);
  });

  it('a runtime without ML-DSA, and one without pkcs11js', () => {
    expect(engineCheck((type) => type !== 'slh-dsa-sha2-128f')).toEqual({
      level: 'warning',
      about: 'engine',
      text: 'ML-DSA and SLH-DSA by @noble/post-quantum, ten times as slow',
      hints: ['a Node.js with OpenSSL 3.5 or newer has them'],
    });
    const missing = bindingMissing(new Error('not built'));
    expect(addonCheck(false, missing)).toMatchObject({
      level: 'warning',
      text: 'PKCS#11 is not available: pkcs11js is not built; only keys in tokens need it',
    });
    expect(addonCheck(true, missing)).toMatchObject({
      level: 'problem',
      text: 'PKCS#11 is not available: pkcs11js is not built',
    });
  });

  it.runIf(process.getuid?.() === 0)('a directory of somebody else', async () => {
    const path = copied('foreign');
    const { chownSync } = await import('node:fs');
    chownSync(path, 12345, 12345);
    const { status, lines } = await said(path);
    expect(lines[0]).toBe(`warning  ${path} belongs to user 12345, and pki runs as 0`);
    expect(status).toBe(0);
  });
});
