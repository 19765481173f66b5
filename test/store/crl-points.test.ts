import { mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import { issue } from '../../src/ca/authority.ts';
import { issueCrl } from '../../src/ca/crl.ts';
import type { Issuer } from '../../src/ca/issuer.ts';
import { requestForOwnKey } from '../../src/ca/request.ts';
import { revoke } from '../../src/ca/revoke.ts';
import { profileNamed } from '../../src/profiles/built-in.ts';
import { SqliteStore } from '../../src/store/sqlite-store.ts';
import { serialText } from '../../src/x509/certificate.ts';
import { countRevoked } from '../../src/x509/revoked-list.ts';
import { newIssuer, newKeys, newParts, newSigner } from '../support/authority.ts';
import { makeOlder } from '../support/older-store.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();
const URLS = ['http://pki.example.com/a', 'ldap://pki.example.com/a'];
const DAY = 86_400_000; // milliseconds

/** A CA with a revoked certificate that names two URLs, one that names another, one that does not. */
async function made() {
  const own = mkdtempSync(join(directory, 'ca-'));
  const parts = newParts(own);
  const keys = await newKeys('ecdsa-p256');
  const issuer = await newIssuer(keys, parts);
  const certify = async (crl: readonly string[]) => {
    const request = requestForOwnKey((await newSigner('ecdsa-p256')).publicKey);
    const profile = { ...profileNamed('tls-client'), pointers: { crl }, validityDays: 10 };
    const names = { subject: [{ type: 'CN', value: 'a' } as const], subjectAltName: [] };
    const { certificate } = await issue({ request, profile, ...names }, issuer, parts);
    return serialText(certificate.tbs.serialNumber);
  };
  const serials = [
    await certify(URLS),
    await certify(['http://pki.example.com/b']),
    await certify([]),
  ];
  for (const serial of serials) {
    await revoke(parts.store, serial, { reason: 'superseded' }, new Date());
  }
  const path = join(own, readdirSync(own).find((name) => name.endsWith('.db')) ?? '');
  return { store: parts.store, issuer, path };
}

const urls = async (store: SqliteStore, now = new Date()) =>
  (await store.crlPoints(now)).map((point) => point.urls);

describe('the distribution points of a store', () => {
  let ca: { store: SqliteStore; issuer: Issuer; path: string };

  beforeEach(async () => {
    ca = await made();
    return () => ca.store[Symbol.dispose]();
  });

  const BOTH = [URLS, ['http://pki.example.com/b']];

  it('are those that certificates name, each with what is revoked of them', async () => {
    expect(await urls(ca.store)).toEqual(BOTH);
    for (const point of await ca.store.crlPoints(new Date())) {
      const parts = { store: ca.store, clock: () => new Date() };
      const { tbs } = await issueCrl(ca.issuer, { days: 1, point }, parts);
      expect(countRevoked(tbs.revoked)).toBe(1);
    }
  });

  it('are there until a CRL after the end of all certificates (RFC 5280 §3.3)', async () => {
    const later = new Date(Date.now() + 11 * DAY);
    expect(await urls(ca.store, later)).toEqual(BOTH);
    const [point] = await ca.store.crlPoints(later);
    if (!point) throw new TypeError('there is none');
    const count = async (at: Date) => {
      const parts = { store: ca.store, clock: () => at };
      return countRevoked((await issueCrl(ca.issuer, { days: 1, point }, parts)).tbs.revoked);
    };
    expect(await count(new Date())).toBe(1);
    expect(await urls(ca.store, later)).toEqual(BOTH);
    expect(await count(later)).toBe(1);
    expect(await urls(ca.store, later)).toEqual([['http://pki.example.com/b']]);
  });

  it.each([1, 2] as const)('are filled in a store of version %i', async (version) => {
    ca.store[Symbol.dispose]();
    // that of a CA's own certificate is another CA's: nothing of it is told
    const database = new DatabaseSync(ca.path);
    database.exec(
      'UPDATE certificate SET der = (SELECT der FROM certificate WHERE id = 2) WHERE id = 1',
    );
    database.exec("UPDATE certificate SET der = x'30' WHERE id = 3");
    database.close();
    makeOlder(ca.path, version);
    using store = SqliteStore.open(ca.path);
    expect(await urls(store)).toEqual([URLS]);
    const [point] = await store.crlPoints(new Date());
    const parts = { store, clock: () => new Date() };
    const { tbs } = await issueCrl(ca.issuer, { days: 1, point }, parts);
    expect(countRevoked(tbs.revoked)).toBe(version === 1 ? 0 : 1);
  });

  it('keeps the last CRL of each, and of all certificates', async () => {
    const parts = { store: ca.store, clock: () => new Date() };
    const points = [undefined, ...(await ca.store.crlPoints(new Date()))];
    for (const point of [...points, ...points])
      await issueCrl(ca.issuer, { days: 1, point }, parts);
    using database = new DatabaseSync(ca.path, { readOnly: true });
    const rows = database.prepare('SELECT number FROM crl WHERE der IS NOT NULL').all();
    expect(rows.map(({ number }) => number)).toEqual(['4', '5', '6']);
    const last = await Promise.all(points.map((point) => ca.store.lastIssuedCrl('full', point)));
    expect(last.map((crl) => crl?.number)).toEqual([4n, 5n, 6n]);
  });
});
