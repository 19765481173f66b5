import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Intent } from '../../src/ca/store.ts';
import { SqliteStore } from '../../src/store/sqlite-store.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const path = join(temporaryDirectory(), 'ca.db');
const at = (minute: number) => new Date(Date.UTC(2030, 0, 1, 12, minute, 0, 250));
const TBS_HASH = 'ab'.repeat(32);
const DER = Buffer.of(0x30, 0x00);
const DER_HASH = createHash('sha256').update(DER).digest('hex');

const intent = (serial: string): Intent => ({
  serial,
  profile: 'tls-client',
  subject: 'CN=Jürgen "quoted", O=\\1b',
  notBefore: at(0),
  notAfter: at(1),
  tbsHash: Buffer.from(TBS_HASH, 'hex'),
  publicKeyHash: new Uint8Array(32),
});

/** The texts that are hashed, as they stand. */
const INTENT = JSON.stringify({
  v: 1,
  profile: 'tls-client',
  subject: 'CN=Jürgen "quoted", O=\\1b',
  notBefore: '2030-01-01T12:00:00Z',
  notAfter: '2030-01-01T12:01:00Z',
  publicKeySha256: '00'.repeat(32),
  tbsSha256: TBS_HASH,
});
const ISSUED = `{"v":1,"certificateSha256":"${DER_HASH}"}`;
const FAILED = '{"v":1,"error":"the \\"token\\" said: \u00fc"}';

const rows = () => {
  using database = new DatabaseSync(path, { readOnly: true });
  return database.prepare('SELECT * FROM audit ORDER BY id').all();
};

beforeAll(async () => {
  using store = SqliteStore.create(path);
  await store.recordIntent(intent('0a'), at(0));
  await store.recordIssued('0a', DER, at(1));
  await store.recordIntent(intent('0b'), at(2));
  await store.recordFailed('0b', 'the "token" said: \u00fc', at(3));
  using other = SqliteStore.open(path);
  await other.recordIntent(intent('0c'), at(4));
  await store.recordIssued('0b', DER, at(5)).catch(() => undefined); // refused: it has failed
  await store.recordIntent(intent('0a'), at(6)).catch(() => undefined); // refused: it was used
});

describe('the audit trail', () => {
  it('has a row for each thing that happened, and none for what was refused', () => {
    expect(
      rows().map(({ at: time, event, serial, detail }) => [time, event, serial, detail]),
    ).toEqual([
      ['2030-01-01T12:00:00.250Z', 'intent', '0a', INTENT],
      ['2030-01-01T12:01:00.250Z', 'issued', '0a', ISSUED],
      ['2030-01-01T12:02:00.250Z', 'intent', '0b', INTENT],
      ['2030-01-01T12:03:00.250Z', 'failed', '0b', FAILED],
      ['2030-01-01T12:04:00.250Z', 'intent', '0c', INTENT],
    ]);
  });

  it('is a chain: each hash covers the one before it and the fields of its row', () => {
    let previous = Buffer.alloc(32);
    for (const { at: time, event, serial, detail, hash } of rows()) {
      const fields = JSON.stringify([time, event, serial, detail]);
      const computed = createHash('sha256').update(previous).update(fields).digest();
      expect(Buffer.from(hash as Uint8Array).toString('hex')).toBe(computed.toString('hex'));
      previous = computed;
    }
  });

  it('continues where another process left it', async () => {
    const before = rows();
    using store = SqliteStore.open(path);
    await store.recordIssued('0c', DER, at(7));
    const after = rows();
    expect(after.slice(0, -1)).toEqual(before);
    const [last, added] = after.slice(-2);
    const fields = JSON.stringify([added?.['at'], 'issued', '0c', ISSUED]);
    const computed = createHash('sha256')
      .update(last?.['hash'] as Uint8Array)
      .update(fields);
    expect(Buffer.from(added?.['hash'] as Uint8Array)).toEqual(computed.digest());
  });
});
