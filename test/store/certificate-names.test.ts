import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, it } from 'vitest';
import { recordOwn } from '../../src/ca/record-own.ts';
import { SqliteStore } from '../../src/store/sqlite-store.ts';
import { parseCertificate } from '../../src/x509/certificate.ts';
import { makeOlder } from '../support/older-store.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { world } from '../support/world.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const path = (name: string) => join(cwd, `${name}.db`);
let count = 0;

/** A copy of the store, changed. */
function copied(sql = ''): string {
  const name = path(`copy-${count++}`);
  cpSync(path('ca/ca'), name);
  using database = new DatabaseSync(name);
  database.exec(sql);
  return name;
}

const rowsOf = (name: string): unknown[] => {
  using database = new DatabaseSync(name, { readOnly: true });
  const rows = database.prepare('SELECT * FROM certificate_name').all();
  return rows.map((row) => Object.values(row));
};

const subjects = (store: SqliteStore, name: string): readonly string[] =>
  [...store.search({ name })].flat().map(({ subject }) => subject);

/** As the first certificate after the CA's own has them, in the order of its encoding. */
const NAMES = [
  [2, 0, 'dns', 'www.example.com'],
  [2, 1, 'dns', 'alias.example.net'],
  [2, 2, 'ip', '2001:db8::1'],
];

beforeAll(async () => {
  await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
  const issue = ['issue', '--ca-dir', 'ca', '--key-out'];
  const names = ['--dns', 'alias.example.net', '--ip', '2001:DB8:0::1'];
  await pki(...issue, 'a.key', '--cn', 'www.example.com', ...names);
  await pki(...issue, 'b.key', '--cn', 'api.example.com');
});

describe('the alternative names of certificates', () => {
  it('are recorded with the intent', () => {
    expect(rowsOf(path('ca/ca'))).toEqual([...NAMES, [3, 0, 'dns', 'api.example.com']]);
  });

  it('are recorded of an issuance that came to nothing', async () => {
    const name = copied();
    using store = SqliteStore.open(name);
    const at = new Date();
    const intent = {
      ...{ serial: '0a', profile: 'smime', subject: 'CN=Zoë', notBefore: at, notAfter: at },
      ...{ tbsHash: new Uint8Array(32), publicKeyHash: new Uint8Array(32) },
      alternativeNames: [{ type: 'smtputf8', value: 'zoë@example.org' }] as const,
    };
    await store.recordIntent(intent, at);
    await store.recordFailed('0a', 'no token', at);
    expect(subjects(store, 'ZOë@EXAMPLE')).toEqual(['CN=Zoë']);
    await expect(store.recordIntent(intent, at)).rejects.toThrow(
      'the serial number was used before',
    );
    expect(rowsOf(name)).toHaveLength(5);
  });

  it('are recorded of the certificate that another CA has issued for this one', async () => {
    using issuer = SqliteStore.open(path('ca/ca'), { readOnly: true });
    const [found] = [...issuer.search({ name: 'alias' })].flat();
    const { der } = (await issuer.find(found?.serial ?? '')) ?? {};
    using store = SqliteStore.create(path('other'));
    const parts = { store, clock: () => new Date() };
    await recordOwn(parseCertificate(der ?? new Uint8Array()), 'intermediate-ca', parts);
    expect(rowsOf(path('other'))).toEqual(NAMES.map(([, ...name]) => [1, ...name]));
  });

  it.each([1, 2, 3] as const)('are told once a store of version %i is written to', (version) => {
    // octets that are damaged or missing have no names, and keep nobody from the others
    const name = copied(`
      UPDATE certificate SET der = x'30' WHERE id = 3;
      UPDATE certificate SET der = NULL WHERE id = 1`);
    makeOlder(name, version);
    {
      using looking = SqliteStore.open(name, { readOnly: true });
      expect(subjects(looking, 'ALIAS')).toEqual(['CN=www.example.com']);
      expect(subjects(looking, 'alias')).toEqual(['CN=www.example.com']); // and are told once
      const all = [...looking.search({ withNames: 'all' })].flat();
      expect(all.map(({ names = [] }) => names.length)).toEqual([0, 3, 0]);
    }
    expect(() => rowsOf(name)).toThrow('no such table');
    using store = SqliteStore.open(name);
    expect(rowsOf(name)).toEqual(NAMES);
    expect(subjects(store, 'alias')).toEqual(['CN=www.example.com']);
  });

  it('are not read unless they are asked for', () => {
    using store = SqliteStore.open(path('ca/ca'), { readOnly: true });
    const [first, second] = [...store.search({})].flat();
    expect([first, second].map((row) => row && 'names' in row)).toEqual([false, false]);
  });
});
