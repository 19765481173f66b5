import {
  appendFileSync,
  cpSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseCrl } from '../../../src/x509/crl.ts';
import { makeOlder } from '../../support/older-store.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { PASSPHRASE, world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd, env: { PKI_PASSPHRASE: PASSPHRASE } });
const serials: Record<string, string> = {};

async function must(...argv: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await pki(...argv);
  if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
  return stdout;
}

async function issued(name: string): Promise<void> {
  const files = ['--out', `${name}.crt`, '--key-out', `${name}.key`];
  const made = await must('issue', '--ca-dir', 'ca', '--cn', `${name}.example`, ...files, '--json');
  serials[name] = JSON.parse(made).serial;
}

const status = async (ca: string, name: string) =>
  (await pki('list', '--ca-dir', ca)).stdout
    .split('\n')
    .find((line) => line.includes(serials[name] ?? '?'))
    ?.split(/ {2,}/)
    .find((column) => ['issued', 'revoked'].includes(column));

/** Rows that only the next CRL is made of, as if so many certificates had been revoked. */
function revokeMany(path: string, count: number): void {
  using database = new DatabaseSync(path);
  database.exec(`
    PRAGMA foreign_keys = OFF;
    WITH RECURSIVE row(id) AS (SELECT 100 UNION ALL SELECT id + 1 FROM row WHERE id < ${count} + 99)
    INSERT INTO revocation (certificate, serial, not_after, reason, revoked_at, changed)
      SELECT id, '4' || substr(lower(hex(randomblob(20))), 2), unixepoch() + 86400,
        'superseded', unixepoch() - id, id FROM row`);
}

// a is issued, backed up, and revoked; b is issued and revoked after the backup, c is issued
beforeAll(async () => {
  await must('init-ca', '--name', 'Root', '--dir', 'ca');
  await issued('a');
  await must('crl', '--ca-dir', 'ca', '--out', '1.crl');
  await must('store', 'backup', '--ca-dir', 'ca', 'kept');
  await must('store', 'backup', '--ca-dir', 'ca', 'kept with keys', '--keys');
  await issued('b');
  await issued('c');
  await must('revoke', '--ca-dir', 'ca', 'a.crt', '--reason', 'keyCompromise');
  await must('revoke', '--ca-dir', 'ca', 'b.crt', '--reason', 'superseded');
  for (const number of [2, 3]) await must('crl', '--ca-dir', 'ca', '--out', `${number}.crl`);
  await must('init-ca', '--name', 'Other', '--dir', 'other');
  await must('crl', '--ca-dir', 'other', '--out', 'other.crl');
});

describe('store backup', () => {
  it('has what the CA has but its keys, for its owner alone', () => {
    const files = readdirSync(join(cwd, 'kept'), { recursive: true, encoding: 'utf8' });
    expect(files.toSorted()).toEqual(
      ['ca.crt', 'ca.db', 'ca.yaml', 'crl', 'crl/ca.crl', 'crl/ca.pem', 'manifest.json'].toSorted(),
    );
    for (const file of files.filter((name) => name !== 'crl')) {
      expect(statSync(join(cwd, 'kept', file)).mode & 0o777).toBe(0o600);
    }
    expect(statSync(join(cwd, 'kept')).mode & 0o777).toBe(0o700);
  });

  it('has the encrypted keys if they are asked for', () => {
    const key = readFileSync(join(cwd, 'kept with keys/keys/ca.key'), 'utf8');
    expect(key).toBe(readFileSync(join(cwd, 'ca/keys/ca.key'), 'utf8'));
    expect(key).toContain('BEGIN ENCRYPTED PRIVATE KEY');
  });

  it('tells how far it goes', async () => {
    const made = await pki('store', 'backup', '--ca-dir', 'ca', 'later');
    expect(made.stderr).toBe('');
    expect(made.stdout).toMatch(
      /^backed up CN=Root\n {2}directory {3}later\n {2}keys {8}without\n {2}last entry {2}\d+, \S+Z\n {2}CRL number {2}3\n$/,
    );
  });

  it('refuses to overwrite, and to copy a key that anybody could read', async () => {
    const refused = refusals(cwd, 'ca');
    expect(await refused(pki, 'store', 'backup', '--ca-dir', 'ca', 'kept')).toEqual({
      status: 6,
      stderr: [
        `pki: error: ${join(cwd, 'kept')} exists already`,
        'pki: hint: a backup is never overwritten; give a directory that does not exist',
      ],
    });
    await pki('init-ca', '--name', 'Open', '--dir', 'open', '--no-passphrase');
    expect(await refused(pki, 'store', 'backup', '--ca-dir', 'open', 'new', '--keys')).toEqual({
      status: 3,
      stderr: [
        'pki: error: keys/ca.key is not encrypted, and would be readable in the backup',
        'pki: hint: "pki key convert" encrypts it; or leave out --keys',
      ],
    });
  });
});

describe('store restore', () => {
  it('takes numbers and revocations over from the newest CRL', async () => {
    const args = ['store', 'restore', 'kept with keys', '--dir', 'again', '--crl', '3.crl'];
    const { stdout, stderr } = await pki(...args, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ crlNumber: '3', revoked: 2, keys: true });
    expect(stderr).toMatch(/^pki: what was issued after \S+Z is not in this store\n$/);
    expect([await status('again', 'a'), await status('again', 'b')]).toEqual([
      'revoked',
      'revoked',
    ]);
    expect(await status('again', 'c')).toBeUndefined();
    await must('crl', '--ca-dir', 'again', '--out', 'again.crl');
    const { tbs } = parseCrl(readFileSync(join(cwd, 'again/crl/ca.crl')));
    const listed = Buffer.from(tbs.revoked).toString('hex');
    expect(listed).toContain(serials['a']);
    expect(listed).toContain(serials['b']);
    expect(await must('crl', '--ca-dir', 'again', '--check')).toMatch(/^CRL 4 /);
    expect(await pki('store', 'check', '--ca-dir', 'again')).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  it('takes over more revocations than it records at once, each with its entries', async () => {
    cpSync(join(cwd, 'ca'), join(cwd, 'large'), { recursive: true });
    revokeMany(join(cwd, 'large/ca.db'), 2001);
    await must('crl', '--ca-dir', 'large', '--out', 'large.crl');
    const args = ['store', 'restore', 'kept', '--dir', 'from large', '--crl', 'large.crl'];
    expect(JSON.parse(await must(...args, '--json'))).toMatchObject({ revoked: 2003 });
    const listed = await must('list', '--ca-dir', 'from large', '--status', 'revoked', '--csv');
    expect(listed.trim().split(/\r?\n/).length - 1).toBe(2003);
    expect(await must('audit', 'verify', '--ca-dir', 'from large')).toMatch(/certificates +2004\n/);
  });

  it('takes the word of the operator for a number', async () => {
    const args = ['--dir', 'numbered', '--crl-number-at-least', '1000'];
    expect(await pki('store', 'restore', 'kept', ...args)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('CRL number     1000; the next one is higher\n'),
      stderr: expect.stringContaining('the backup has no key files'),
    });
    cpSync(join(cwd, 'ca/keys'), join(cwd, 'numbered/keys'), { recursive: true });
    const made = await must('crl', '--ca-dir', 'numbered', '--out', 'n.crl', '--json');
    expect(JSON.parse(made).number).toBe('1001');
  });

  const refused = refusals(cwd, 'ca');
  const restore = (backup: string, ...argv: readonly string[]) =>
    refused(pki, 'store', 'restore', backup, ...argv);

  it('refuses to guess what was published', async () => {
    expect(await restore('kept', '--dir', 'new')).toEqual({
      status: 2,
      stderr: [
        'pki: error: the backup does not tell which CRLs were published after it',
        'pki: hint: give the newest one with --crl, so that its number and what it revokes are taken over',
        'pki: hint: or a number that no CRL has exceeded with --crl-number-at-least',
      ],
    });
  });

  it('refuses a CRL of another CA, and what is none', async () => {
    expect(await restore('kept', '--dir', 'new', '--crl', 'other.crl')).toEqual({
      status: 7,
      stderr: [
        'pki: error: other.crl is no CRL of this CA: its ecdsa-with-SHA384 signature does not verify',
      ],
    });
    expect(await restore('kept', '--dir', 'new', '--crl', 'a.crt')).toEqual({
      status: 2,
      stderr: ['pki: error: a.crt holds no CRL'],
    });
    expect(await restore('kept', '--dir', 'new', '--crl', 'none.crl')).toEqual({
      status: 2,
      stderr: ['pki: error: cannot read none.crl: no such file or directory'],
    });
  });

  const NUMBER = ['--crl-number-at-least', '3'];

  it('refuses a directory that is in use, and one that is no backup', async () => {
    expect(await restore('kept', '--dir', 'ca', ...NUMBER)).toEqual({
      status: 6,
      stderr: [
        `pki: error: ${join(cwd, 'ca')} exists already and holds a CA`,
        'pki: hint: give a directory that does not exist, or an empty one; a CA is never overwritten',
      ],
    });
    expect(await restore('ca', '--dir', 'new', ...NUMBER)).toEqual({
      status: 2,
      stderr: [
        'pki: error: ca is no backup of a CA: no such file or directory',
        'pki: hint: name a directory that "pki store backup" has made',
      ],
    });
  });

  it.each<[string, (backup: string) => void, string]>([
    [
      'a store that was changed',
      (backup) => appendFileSync(join(backup, 'ca.db'), 'x'),
      'ca.db in BACKUP is not what was backed up',
    ],
    [
      'a manifest that leads elsewhere',
      (backup) => {
        const path = join(backup, 'manifest.json');
        writeFileSync(path, readFileSync(path, 'utf8').replace('"ca.yaml"', '"../../ca.yaml"'));
      },
      'BACKUP is no sound backup of a CA: it names ../../ca.yaml',
    ],
    [
      'a manifest that is cut off',
      (backup) => writeFileSync(join(backup, 'manifest.json'), '{'),
      'BACKUP is no sound backup of a CA: manifest.json is no JSON',
    ],
    [
      'a manifest without files',
      (backup) => writeFileSync(join(backup, 'manifest.json'), '{"version":1}'),
      'BACKUP is no sound backup of a CA: a field of manifest.json is missing or wrong',
    ],
    [
      'a manifest of another version',
      (backup) => writeFileSync(join(backup, 'manifest.json'), '{"version":2}'),
      'BACKUP is no sound backup of a CA: its version is not 1',
    ],
  ])('refuses %s', async (what, spoil, message) => {
    const name = `spoilt by ${what}`;
    cpSync(join(cwd, 'kept'), join(cwd, name), { recursive: true });
    spoil(join(cwd, name));
    const { status: found, stderr } = await restore(name, '--dir', 'new', ...NUMBER);
    expect(found).toBe(7);
    expect(stderr[0]).toBe(`pki: error: ${message.replace('BACKUP', name)}`);
  });
});

describe('store migrate', () => {
  it('brings an older store to this version, with a backup before', async () => {
    cpSync(join(cwd, 'ca'), join(cwd, 'old'), { recursive: true });
    makeOlder(join(cwd, 'old/ca.db'), 2);
    const args = ['store', 'migrate', '--ca-dir', 'old', '--backup', 'old before'];
    expect(await pki(...args)).toMatchObject({
      status: 0,
      stdout: 'brought the store from format 2 to 4; it was backed up to old before\n',
    });
    expect(await pki('store', 'check', '--ca-dir', 'old')).toMatchObject({ status: 0 });
    const back = ['--dir', 'old again', '--crl', '3.crl'];
    expect(await pki('store', 'restore', 'old before', ...back)).toMatchObject({ status: 0 });
    expect(await status('old again', 'b')).toBe('revoked');
    expect(await pki(...args)).toMatchObject({
      status: 0,
      stdout: 'the store has the format 4 already, nothing to do\n',
    });
  });
});
