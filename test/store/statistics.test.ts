import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SqliteStore } from '../../src/store/sqlite-store.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const cwd = temporaryDirectory();
const now = new Date('2030-01-01T12:00:00Z');
const DAY = 86_400_000;

/** Serial number, days until its end, what became of it, and why it was revoked. */
const ROWS = [
  ['01', 10, 'issued'],
  ['02', 10, 'issued'],
  ['03', 11, 'issued', 'superseded'],
  ['04', -3, 'issued'],
  ['05', -3, 'issued', 'keyCompromise'],
  ['06', 10, 'issued', 'certificateHold'],
  ['07', 10, 'failed'],
  ['08', 10, 'intent'],
  ['09', 10, 'intent', 'unspecified'],
  ['0a', -1, 'intent', 'certificateHold'],
  ['0b', 400, 'issued'],
] as const;

async function filled(): Promise<SqliteStore> {
  const store = SqliteStore.create(join(cwd, 'ca.db'));
  for (const [serial, ends, status, reason] of ROWS) {
    const notAfter = new Date(now.getTime() + ends * DAY);
    const hashes = { tbsHash: new Uint8Array(32), publicKeyHash: new Uint8Array(32) };
    const profile = ends > 100 ? 'email' : 'tls-server';
    const intent = { serial, profile, subject: `CN=${serial}`, notBefore: now, notAfter };
    await store.recordIntent({ ...intent, ...hashes }, now);
    if (status === 'issued') await store.recordIssued(serial, Uint8Array.of(0x30, 0), now);
    if (status === 'failed') await store.recordFailed(serial, 'no token', now);
    const change = reason && { at: now, reason, invalidityDate: undefined };
    if (change) await store.recordRevocation(serial, () => change, now);
  }
  return store;
}

describe('the statistics of a store', () => {
  it('count each certificate once, and what ends by day', async () => {
    using store = await filled();
    const { counts, profiles, crl, audit } = store.statistics(now);
    expect(counts).toEqual({
      good: 3,
      expired: 1,
      revoked: 3,
      onHold: 2,
      failed: 1,
      interrupted: 1,
    });
    expect(Object.values(counts).reduce((sum, count) => sum + count)).toBe(ROWS.length);
    expect(profiles).toEqual([
      { name: 'email', count: 1 },
      { name: 'tls-server', count: 10 },
    ]);
    const today = now.getTime() / DAY;
    expect(store.endsByDay(now)).toEqual([
      { day: Math.floor(today) + 10, count: 2 },
      { day: Math.floor(today) + 400, count: 1 },
    ]);
    expect(crl).toBe(undefined);
    expect(audit).toEqual({
      entry: (await store.auditHead())?.number,
      at: '2030-01-01T12:00:00.000Z',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('are all nothing for an empty store', () => {
    using store = SqliteStore.create(join(cwd, 'empty.db'));
    const { counts, ...rest } = store.statistics(now);
    expect(new Set(Object.values(counts))).toEqual(new Set([0]));
    expect(store.endsByDay(now)).toEqual([]);
    expect(rest).toEqual({
      profiles: [],
      crl: undefined,
      pointCrls: undefined,
      audit: undefined,
    });
  });
});
