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
