import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import type { CrlIntent } from '../../src/ca/store.ts';
import { SqliteStore } from '../../src/store/sqlite-store.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const path = join(temporaryDirectory(), 'ca.db');
const AT = new Date('2030-01-01T12:00:00Z');

const intent = (number: bigint): CrlIntent => ({
  number,
  base: undefined,
  thisUpdate: AT,
  nextUpdate: new Date('2030-02-01T12:00:00Z'),
  covers: 0,
  tbsHash: new Uint8Array(32),
});

it('the octets of the newest CRL are kept, whichever process ends first', async () => {
  using store = SqliteStore.create(path);
  for (const number of [1n, 2n, 3n]) await store.recordCrlIntent(intent(number), AT);
  for (const number of [1n, 3n, 2n]) await store.recordCrlIssued(number, Uint8Array.of(0x30), AT);
  using database = new DatabaseSync(path, { readOnly: true });
  const kept = database.prepare('SELECT number FROM crl WHERE der IS NOT NULL').all();
  expect(kept.map(({ number }) => number)).toEqual(['3']);
});

it('a CRL is put in its place only while it is the newest of its kind', async () => {
  using store = SqliteStore.create(join(temporaryDirectory(), 'ca.db'));
  for (const number of [1n, 2n]) await store.recordCrlIntent(intent(number), AT);
  for (const number of [2n, 1n]) await store.recordCrlIssued(number, Uint8Array.of(0x30), AT);
  const placed: bigint[] = [];
  for (const number of [1n, 2n]) {
    store.whileNewestCrl(number, ['full'], () => placed.push(number));
  }
  store.whileNewestCrl(2n, ['delta'], () => placed.push(0n));
  expect(placed).toEqual([2n]);
});

it('while a CRL is put in its place no other process can record one', async () => {
  const file = join(temporaryDirectory(), 'ca.db');
  using store = SqliteStore.create(file);
  await store.recordCrlIntent(intent(1n), AT);
  await store.recordCrlIssued(1n, Uint8Array.of(0x30), AT);
  using other = new DatabaseSync(file, { timeout: 0 });
  const begin = () => other.exec('BEGIN IMMEDIATE; ROLLBACK');
  let refused = '';
  store.whileNewestCrl(1n, ['full'], () => {
    try {
      begin();
    } catch (error) {
      refused = String(error);
    }
  });
  expect(refused).toMatch(/database is locked/);
  begin();
});
