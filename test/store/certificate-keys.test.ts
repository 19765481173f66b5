import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import { issue } from '../../src/ca/authority.ts';
import { requestForOwnKey } from '../../src/ca/request.ts';
import type { CertificateRecord } from '../../src/ca/store.ts';
import { profileNamed } from '../../src/profiles/built-in.ts';
import type { Signer } from '../../src/signers/signer.ts';
import { SqliteStore } from '../../src/store/sqlite-store.ts';
import { serialText } from '../../src/x509/certificate.ts';
import { newIssuer, newKeys, newParts, newSigner } from '../support/authority.ts';
import { makeOlder } from '../support/older-store.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();

const hashOf = ({ publicKey }: Signer) => createHash('sha256').update(publicKey).digest();

async function serials(found: AsyncIterable<CertificateRecord>): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const { serial } of found) all.push(serial);
  return all;
}

/** Two keys; three certificates for the first, under two names, and one for the second. */
async function certified() {
  const own = mkdtempSync(join(directory, 'ca-'));
  const parts = newParts(own);
  const keys = await newKeys('ecdsa-p256');
  const issuer = await newIssuer(keys, parts);
  const [one, other] = [await newSigner('ecdsa-p256'), await newSigner('ed25519')];
  const certify = async ({ publicKey }: Signer, value: string) => {
    const request = requestForOwnKey(publicKey);
    const names = { subject: [{ type: 'CN', value }], subjectAltName: [] };
    const input = { request, profile: profileNamed('tls-client'), ...names };
    return serialText((await issue(input, issuer, parts)).certificate.tbs.serialNumber);
  };
  const issued = [
    await certify(one, 'Zoë'),
    await certify(one, 'Yan'),
    await certify(other, 'yan'),
    await certify(one, 'Yan'),
  ];
  const path = join(own, readdirSync(own).find((name) => name.endsWith('.db')) ?? '');
  return { store: parts.store, path, one, other, keys, issued };
}

describe('the certificates of a key', () => {
  let made: Awaited<ReturnType<typeof certified>>;

  beforeEach(async () => {
    made = await certified();
    return () => made.store[Symbol.dispose]();
  });

  const mustBeFound = async (store: SqliteStore) => {
    const { one, other, keys, issued } = made;
    const [first, second, third, fourth] = issued;
    expect(await serials(store.findByKey(hashOf(one)))).toEqual([fourth, second, first]);
    expect(await serials(store.findByKey(hashOf(other)))).toEqual([third]);
    expect(await serials(store.findByKey(hashOf(keys.signer)))).toHaveLength(1);
    expect(await serials(store.findByKey(new Uint8Array(32)))).toEqual([]);
  };

  it('are found, newest first', () => mustBeFound(made.store));

  it('are found by their subject, in either case', async () => {
    const [first, second, third, fourth] = made.issued;
    expect(await serials(made.store.findBySubject('CN=YAN'))).toEqual([fourth, third, second]);
    expect(await serials(made.store.findBySubject('CN=Zoë'))).toEqual([first]);
    expect(await serials(made.store.findBySubject('CN=Zo'))).toEqual([]);
  });

  it('are those that were issued', async () => {
    const intent = {
      serial: '0a',
      profile: 'tls-client',
      subject: 'CN=Zoë',
      notBefore: new Date(),
      notAfter: new Date(),
      tbsHash: new Uint8Array(32),
      publicKeyHash: new Uint8Array(32),
    };
    await made.store.recordIntent(intent, new Date());
    expect(await serials(made.store.findByKey(intent.publicKeyHash))).toEqual([]);
    expect(await serials(made.store.findBySubject(intent.subject))).toEqual([made.issued[0]]);
    await made.store.recordIssued('0a', new Uint8Array(1), new Date());
    expect(await serials(made.store.findByKey(intent.publicKeyHash))).toEqual(['0a']);
  });

  it.each([false, true])('are found in a store of version 2 (read only: %s)', async (readOnly) => {
    made.store[Symbol.dispose]();
    const database = new DatabaseSync(made.path);
    // a certificate whose octets are damaged is left out, and keeps nobody from the others
    database.exec("UPDATE certificate SET der = x'30' WHERE id = 3");
    database.close();
    makeOlder(made.path, 2);
    using store = SqliteStore.open(made.path, { readOnly });
    const [first, , , fourth] = made.issued;
    expect(await serials(store.findByKey(hashOf(made.one)))).toEqual([fourth, first]);
    expect(await serials(store.findByKey(hashOf(made.one)))).toEqual([fourth, first]);
    expect(await serials(store.findBySubject('CN=zoë'))).toEqual([first]);
    using looking = new DatabaseSync(made.path, { readOnly: true });
    expect(looking.prepare('PRAGMA user_version').get()).toEqual({
      user_version: readOnly ? 2 : 4,
    });
  });
});
