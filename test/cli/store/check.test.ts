import {
  cpSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { interrupt } from './interrupted.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const database = (name: string) => join(cwd, name, 'ca.db');
let count = 0;

const serials: string[] = [];

beforeAll(async () => {
  await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase', '--hybrid', 'catalyst');
  for (const cn of ['a', 'b']) {
    const files = ['--out', `${cn}.crt`, '--key-out', `${cn}.key`];
    const made = await pki('issue', '--ca-dir', 'ca', '--cn', `${cn}.example`, ...files, '--json');
    serials.push(JSON.parse(made.stdout).serial);
  }
  await pki('revoke', '--ca-dir', 'ca', 'a.crt', '--reason', 'superseded');
  await pki('crl', '--ca-dir', 'ca', '--out', 'ca.crl');
});

/** What the check says that is not "ok" of a copy of the CA that was spoilt. */
async function found(spoil: (name: string) => void) {
  const name = `copy-${count++}`;
  cpSync(join(cwd, 'ca'), join(cwd, name), { recursive: true });
  spoil(name);
  const { status, stdout, stderr } = await pki('store', 'check', '--ca-dir', name);
  const lines = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('ok'));
  return { status, lines: lines.map((line) => line.replaceAll(cwd, '.')), stderr };
}

const sql = (text: string) => (name: string) => {
  using store = new DatabaseSync(database(name));
  store.exec(`PRAGMA foreign_keys = OFF; ${text}`);
};

describe('store check', () => {
  it('finds nothing wrong with a sound CA', async () => {
    expect(await pki('store', 'check', '--ca-dir', 'ca')).toEqual({
      status: 0,
      stdout: [
        'ok       SQLite finds its file whole',
        'ok       no row contradicts another',
        'ok       certificates that are as recorded, and signed: 3',
        'ok       the CRLs that are kept are as recorded',
        'ok       no issuance was interrupted',
        'ok       the audit trail holds, entries: 9',
        'ok       ca.crt, ca.yaml, crl/ and the store agree',
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  it.each<[string, (name: string) => void, () => string]>([
    [
      'an issued certificate without octets',
      sql(`UPDATE certificate SET der = NULL WHERE subject = 'CN=b.example'`),
      () => `certificate ${serials[1]} is recorded as issued, and its octets are missing`,
    ],
    [
      'octets that were never issued',
      sql(`UPDATE certificate SET status = 'failed' WHERE subject = 'CN=b.example'`),
      () => `certificate ${serials[1]} is there, and is not recorded as issued`,
    ],
    [
      'a revocation without its certificate',
      sql(`UPDATE revocation SET serial = '0badcafe'`),
      () => 'the revocation of 0badcafe is of no certificate in the store',
    ],
    [
      'a revocation that the audit trail has lost',
      sql('UPDATE revocation SET changed = changed + 1000'),
      () => `the revocation of ${serials[0]} is later than the audit trail`,
    ],
    [
      'a CRL without octets',
      sql('UPDATE crl SET der = NULL'),
      () => 'CRL 1 is the last of its kind, and its octets are missing',
    ],
    [
      'a CRL that covers what is not there',
      sql('UPDATE crl SET covers = covers + 1000'),
      () => 'CRL 1 covers more than the audit trail has',
    ],
    [
      'CRL numbers that go down',
      sql(`INSERT INTO crl SELECT id + 1, '0', base, 'failed', this_update, next_update, covers,
             tbs_sha256, at, NULL, point FROM crl`),
      () => 'CRL 0 comes after CRL 1',
    ],
    [
      'a key of nothing',
      sql('INSERT INTO certificate_key VALUES (99, zeroblob(32))'),
      () => 'a key is recorded for row 99, where there is no certificate',
    ],
    [
      'a distribution point of nothing',
      sql('INSERT INTO certificate_point VALUES (99, 1)'),
      () => 'a distribution point is recorded for row 99, where there is none',
    ],
    [
      'a distribution point that is over before its certificates',
      sql(`INSERT INTO crl_point VALUES (1, 'http://x.example/1', 0);
           INSERT INTO certificate_point VALUES (3, 1)`),
      () => `certificate ${serials[1]} ends after the last one of its distribution point`,
    ],
    [
      'a distribution point that is kept for nothing',
      sql(`INSERT INTO crl_point VALUES (1, 'http://x.example/1', 4102444800);
           INSERT INTO certificate_point VALUES (3, 1)`),
      () =>
        'no certificate of the distribution point http://x.example/1 ends when its last one does',
    ],
    ...(
      [
        ['subject', `'CN=c.example'`, 'it has another subject'],
        ['serial', `'0badcafe'`, 'it has another serial number'],
        ['not_after', 'not_after + 1', 'it has another validity'],
        ['tbs_sha256', 'zeroblob(32)', 'it is not what was approved'],
        ['der', `x'3000'`, 'its octets are damaged: '],
      ] as const
    ).map(([column, value, text]): [string, (name: string) => void, () => string] => [
      `a certificate with another ${column}`,
      sql(`UPDATE certificate SET ${column} = ${value} WHERE subject = 'CN=b.example'`),
      () => `certificate ${column === 'serial' ? '0badcafe' : serials[1]}: ${text}`,
    ]),
    [
      'a certificate with another key',
      sql('UPDATE certificate_key SET public_key_sha256 = zeroblob(32) WHERE certificate = 3'),
      () => `certificate ${serials[1]}: it has another public key`,
    ],
    ...(
      [
        [`DELETE FROM certificate_name WHERE certificate = 3`, 'without its alternative names'],
        [
          `UPDATE certificate_name SET name = 'c.example' WHERE certificate = 3`,
          'with another one',
        ],
        [
          `UPDATE certificate_name SET type = 'email' WHERE certificate = 3`,
          'with one of another type',
        ],
        [`INSERT INTO certificate_name VALUES (3, 1, 'dns', 'c.example')`, 'with one too many'],
      ] as const
    ).map(([text, what]): [string, (name: string) => void, () => string] => [
      `a certificate ${what}`,
      sql(text),
      () => `certificate ${serials[1]}: it has other alternative names`,
    ]),
    [
      'names of nothing',
      sql(`INSERT INTO certificate_name VALUES (99, 0, 'dns', 'a'), (99, 1, 'dns', 'b')`),
      () => 'names are recorded for row 99, where there is no certificate',
    ],
    [
      'a certificate with another signature',
      sql(`UPDATE certificate SET der = CAST(substr(der, 1, length(der) - 1) ||
             iif(substr(der, -1) = x'00', x'01', x'00') AS BLOB)
           WHERE subject = 'CN=b.example'`),
      () => `certificate ${serials[1]}: its ecdsa-with-SHA384 signature does not verify`,
    ],
    [
      'a CRL with another time',
      sql('UPDATE crl SET next_update = next_update + 1'),
      () => 'CRL 1: it has other times',
    ],
  ])('finds %s', async (_, spoil, text) => {
    const { status, lines, stderr } = await found(spoil);
    expect(lines.map((line) => line.replace(/^problem {2}/, ''))).toContainEqual(
      expect.stringContaining(text()),
    );
    expect(status).toBe(7);
    expect(stderr).toMatch(/^pki: error: contradictions in the CA: \d+\n$/);
  });

  it('finds a file that SQLite cannot trust, and reads no further', async () => {
    const { status, lines } = await found((name) => {
      const file = openSync(database(name), 'r+');
      writeSync(file, Buffer.alloc(64, 7), 0, 64, 2 * 4096 + 8);
    });
    expect(status).toBe(7);
    expect(lines[0]).toMatch(/^problem {2}SQLite: /);
  });

  it('tells twenty of a kind, and counts the others', async () => {
    const { lines } = await found(
      sql(`WITH RECURSIVE row(id) AS (SELECT 100 UNION ALL SELECT id + 1 FROM row WHERE id < 149)
           INSERT INTO certificate_key SELECT id, zeroblob(32) FROM row`),
    );
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe('problem  and 30 more');
  });

  it('finds a CRL that is newer than the store, and one that was not published', async () => {
    const newer = await found(sql('DELETE FROM crl'));
    expect(newer.status).toBe(7);
    expect(newer.lines).toContain('problem  crl/ has CRL 1, which the store does not know');
    const older = await found((name) => rmSync(join(cwd, name, 'crl/ca.crl')));
    expect(older).toMatchObject({
      status: 3,
      lines: [
        'warning  crl/ has none, and CRL 1 was issued',
        '         make the next one with "pki crl"',
      ],
    });
  });

  it('finds a certificate and a configuration that do not belong there', async () => {
    await pki(
      'init-ca',
      '--name',
      'Other',
      '--dir',
      'other',
      '--no-passphrase',
      '--algorithm',
      'ed25519',
    );
    const { status, lines } = await found((name) =>
      cpSync(join(cwd, 'other/ca.crt'), join(cwd, name, 'ca.crt')),
    );
    expect(status).toBe(7);
    expect(lines).toContain(
      'problem  ca.crt has a key for ed25519, and ca.yaml names one for ecdsa-p384',
    );
    expect(lines).toContain('problem  ca.crt and ca.yaml disagree about an alternative key');
    expect(lines).toContain('problem  ca.crt is not a certificate that the store has recorded');
  });

  it('names what was interrupted, and what was left behind', async () => {
    let serial = '';
    const { status, lines, stderr } = await found((name) => {
      serial = interrupt(database(name));
      interrupt(database(name), 'crl');
      rmSync(join(cwd, name, 'crl/ca.crl'));
      writeFileSync(join(cwd, name, 'crl/.ca.crl.0123456789ab.tmp'), '');
      mkdirSync(join(cwd, name, '.change.aB3dE6'));
    });
    expect(status).toBe(3);
    const without = lines.map((line) => line.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/, 'TIME'));
    expect(without).toEqual(
      expect.arrayContaining([
        `warning  the issuance of ${serial} (CN=b.example) at TIME has no result`,
        `         if no pki is at work on it: "pki store settle ${serial}" with --lost, or --certificate FILE`,
        'warning  CRL 1 of TIME has no result',
        '         if no pki is at work on it: "pki store settle 1 --crl --lost"',
      ]),
    );
    expect(without.filter((line) => line.includes('left behind'))).toHaveLength(2);
    expect(stderr).toBe('pki: error: to be settled in the CA: 4\n');
  });

  it('changes nothing', async () => {
    const before = readFileSync(database('ca'));
    await pki('store', 'check', '--ca-dir', 'ca');
    expect(readFileSync(database('ca')).equals(before)).toBe(true);
  });
});
