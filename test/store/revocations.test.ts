import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Intent } from '../../src/ca/store.ts';
import { SqliteStore } from '../../src/store/sqlite-store.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();
const AT = new Date('2030-01-01T12:00:00Z');

const intent = (serial: string): Intent => ({
  serial,
  profile: 'tls-server',
  subject: `CN=${serial}.example`,
  notBefore: new Date('2030-01-01T11:55:00Z'),
  notAfter: new Date('2030-04-01T11:54:59Z'),
  tbsHash: new Uint8Array(32).fill(7),
  publicKeyHash: new Uint8Array(32).fill(9),
});

describe('the revocations of a store', () => {
  const HOLD = { at: AT, reason: 'certificateHold', invalidityDate: undefined } as const;
  const LATER = new Date('2030-01-02T00:00:00Z');
  let store: SqliteStore;
  let path = '';
  let count = 0;

  beforeEach(async () => {
    path = join(directory, `revocation-${count++}.db`);
    store = SqliteStore.create(path);
    await store.recordIntent(intent('0a'), AT);
    await store.recordIntent(intent('0b'), AT);
    return () => store[Symbol.dispose]();
  });

  const events = () => {
    using database = new DatabaseSync(path, { readOnly: true });
    const rows = database.prepare('SELECT event, serial, detail FROM audit ORDER BY id').all();
    return rows.slice(2).map((row) => Object.values(row).join(' | '));
  };

  it('are found with the certificate, and in the list', async () => {
    const revocation = { at: AT, reason: 'keyCompromise', invalidityDate: LATER } as const;
    await store.recordRevocation('0a', () => revocation, AT);
    expect((await store.find('0a'))?.revocation).toEqual(revocation);
    expect((await store.find('0b'))?.revocation).toBeUndefined();
    const listed: unknown[] = [];
    for await (const { serial, revocation: found } of store.list()) listed.push([serial, found]);
    expect(listed).toEqual([
      ['0a', revocation],
      ['0b', undefined],
    ]);
  });

  it('are in the audit trail, each change of them', async () => {
    await store.recordRevocation('0a', () => HOLD, AT);
    await store.recordRevocation('0a', () => 'released', LATER);
    expect((await store.find('0a'))?.revocation).toBeUndefined();
    const final = { at: LATER, reason: 'superseded', invalidityDate: AT } as const;
    await store.recordRevocation('0a', () => final, LATER);
    expect((await store.find('0a'))?.revocation).toEqual(final);
    expect(events()).toEqual([
      'revoked | 0a | {"v":1,"revocation":"certificateHold","since":"2030-01-01T12:00:00Z"}',
      'released | 0a | {"v":1}',
      'revoked | 0a | {"v":1,"revocation":"superseded","since":"2030-01-02T00:00:00Z","invalidityDate":"2030-01-01T12:00:00Z"}',
    ]);
  });

  it('are decided upon with what is known at that moment', async () => {
    const seen: unknown[] = [];
    const look = (record: unknown) => {
      seen.push(record);
      return undefined;
    };
    await store.recordRevocation('0a', () => HOLD, AT);
    await store.recordRevocation('0a', look, AT);
    await store.recordRevocation('0c', look, AT);
    expect(seen).toMatchObject([{ serial: '0a', revocation: HOLD }, undefined]);
    expect(events()).toHaveLength(1);
  });

  it('are not recorded if the decision is an error', async () => {
    const refuse = () => {
      throw new RangeError('no');
    };
    await expect(store.recordRevocation('0a', refuse, AT)).rejects.toThrow(RangeError);
    await store.recordRevocation('0a', () => HOLD, AT);
    expect(events()).toHaveLength(1);
  });
});
