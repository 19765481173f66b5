import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Intent } from '../../src/ca/store.ts';
import { SqliteStore } from '../../src/store/sqlite-store.ts';
import { makeOlder } from '../support/older-store.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();
const AT = new Date('2030-01-01T12:00:00Z');
const DER = Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x07);

const intent = (serial: string): Intent => ({
  serial,
  profile: 'tls-server',
  subject: `CN=${serial}.example`,
  notBefore: new Date('2030-01-01T11:55:00Z'),
  notAfter: new Date('2030-04-01T11:54:59Z'),
  tbsHash: new Uint8Array(32).fill(7),
  publicKeyHash: new Uint8Array(32).fill(9),
});

const serials = async (store: SqliteStore) => {
  const found: string[] = [];
  for await (const { serial, status } of store.list()) found.push(`${serial} ${status}`);
  return found;
};

describe('a new store', () => {
  let path = '';
  let store: SqliteStore;
  let count = 0;

  beforeEach(() => {
    path = join(directory, `${count++}.db`);
    store = SqliteStore.create(path);
    return () => store[Symbol.dispose]();
  });

  it('keeps an intent with all that is known of it', async () => {
    await store.recordIntent(intent('0a'), AT);
    const { publicKeyHash: _, ...found } = intent('0a');
    expect(await store.find('0a')).toEqual({
      ...found,
      status: 'intent',
      at: AT,
      der: undefined,
      revocation: undefined,
    });
  });

  it('keeps the certificate when it is issued', async () => {
    await store.recordIntent(intent('0a'), AT);
    await store.recordIssued('0a', DER, AT);
    expect(await store.find('0a')).toMatchObject({ status: 'issued', der: DER, at: AT });
  });

  it('keeps what failed, without a certificate', async () => {
    await store.recordIntent(intent('0a'), AT);
    await store.recordFailed('0a', 'the token was pulled out', AT);
    expect(await store.find('0a')).toMatchObject({ status: 'failed', der: undefined });
  });

  it('does not find a serial number that was never used', async () => {
    await store.recordIntent(intent('0a'), AT);
    expect(await store.find('0A')).toBeUndefined();
    expect(await store.find('')).toBeUndefined();
  });

  it('lists in the order of the intents, not of the serial numbers or of the outcomes', async () => {
    for (const serial of ['0c', '0a', '0b']) await store.recordIntent(intent(serial), AT);
    await store.recordIssued('0b', DER, AT);
    await store.recordFailed('0a', 'why not', AT);
    await store.recordIssued('0c', DER, AT);
    expect(await serials(store)).toEqual(['0c issued', '0a failed', '0b issued']);
  });

  it('takes each serial number once, whatever became of it', async () => {
    await store.recordIntent(intent('0a'), AT);
    await store.recordFailed('0a', 'why not', AT);
    await expect(store.recordIntent(intent('0a'), AT)).rejects.toMatchObject({
      code: 'STORE',
      message: `the store ${path} failed: the serial number was used before`,
    });
    expect(await serials(store)).toEqual(['0a failed']);
  });

  it.each(['issued', 'failed'])('settles an intent once: %s stays so', async (outcome) => {
    const settle = {
      issued: () => store.recordIssued('0a', DER, AT),
      failed: () => store.recordFailed('0a', 'why not', AT),
    };
    await store.recordIntent(intent('0a'), AT);
    await settle[outcome as 'issued' | 'failed']();
    for (const again of Object.values(settle)) {
      await expect(again()).rejects.toMatchObject({
        code: 'INTEGRITY',
        message: `there is no intent to issue 0a in ${path}`,
      });
    }
    expect(await serials(store)).toEqual([`0a ${outcome}`]);
  });

  it('records a batch at once', async () => {
    using other = SqliteStore.open(path, { readOnly: true });
    await store.batch(async () => {
      for (const serial of ['0a', '0b']) await store.recordIntent(intent(serial), AT);
      await store.recordFailed('0a', 'why not', AT);
      expect(await serials(store)).toEqual(['0a failed', '0b intent']);
      expect(await serials(other)).toEqual([]);
    });
    expect(await serials(other)).toEqual(['0a failed', '0b intent']);
    await store.recordIssued('0b', DER, AT);
    expect((await store.auditHead())?.number).toBe(4);
  });

  it('records nothing of a batch that fails', async () => {
    await store.recordIntent(intent('0a'), AT);
    const batch = store.batch(async () => {
      await store.recordIntent(intent('0b'), AT);
      await store.recordIntent(intent('0a'), AT);
    });
    await expect(batch).rejects.toMatchObject({
      code: 'STORE',
      message: `the store ${path} failed: the serial number was used before`,
    });
    expect(await serials(store)).toEqual(['0a intent']);
    await store.recordIntent(intent('0b'), AT);
    expect((await store.auditHead())?.number).toBe(2);
  });

  it('issues nothing without an intent', async () => {
    await expect(store.recordIssued('0a', DER, AT)).rejects.toMatchObject({
      code: 'INTEGRITY',
      message: `there is no intent to issue 0a in ${path}`,
    });
    expect(await serials(store)).toEqual([]);
  });

  it('is seen by another that is open at the same time', async () => {
    using other = SqliteStore.open(path);
    await store.recordIntent(intent('0a'), AT);
    await other.recordIssued('0a', DER, AT);
    expect(await store.find('0a')).toMatchObject({ status: 'issued' });
  });

  it('holds the same after it was closed', async () => {
    await store.recordIntent(intent('0a'), AT);
    await store.recordIssued('0a', DER, AT);
    await store.recordIntent(intent('0b'), AT);
    store[Symbol.dispose]();
    using reopened = SqliteStore.open(path);
    expect(await serials(reopened)).toEqual(['0a issued', '0b intent']);
    expect((await reopened.find('0a'))?.der).toEqual(DER);
  });

  it('can be closed twice', () => {
    store[Symbol.dispose]();
    expect(() => store[Symbol.dispose]()).not.toThrow();
  });

  it('is on the disk when it says so, and survives a crash', async () => {
    const pragma = (name: string) => {
      using database = new DatabaseSync(path);
      return database.prepare(`PRAGMA ${name}`).get()?.[name];
    };
    await store.recordIntent(intent('0a'), AT);
    expect(pragma('journal_mode')).toBe('wal');
    expect(pragma('integrity_check')).toBe('ok');
  });

  it('cannot be written to when it was opened to be read', async () => {
    await store.recordIntent(intent('0a'), AT);
    using reader = SqliteStore.open(path, { readOnly: true });
    for (const write of [
      () => reader.recordIntent(intent('0b'), AT),
      () => reader.recordIssued('0a', DER, AT),
      () => reader.recordFailed('0a', 'why not', AT),
    ]) {
      await expect(write()).rejects.toMatchObject({
        code: 'STORE',
        message: `the store ${path} failed: it cannot be written to`,
      });
    }
    expect(await serials(reader)).toEqual(['0a intent']);
  });

  it('is not made over one that exists', () => {
    expect(() => SqliteStore.create(path)).toThrow(
      expect.objectContaining({ code: 'STORE' }) as Error,
    );
  });
});

describe('the CRLs of a store', () => {
  const crl = (number: bigint) => ({
    number,
    thisUpdate: AT,
    nextUpdate: new Date('2030-02-01T12:00:00Z'),
    base: undefined,
    covers: 0,
    tbsHash: new Uint8Array(32).fill(7),
  });
  let store: SqliteStore;
  let path = '';
  let count = 0;

  beforeEach(() => {
    path = join(directory, `crl-${count++}.db`);
    store = SqliteStore.create(path);
    return () => store[Symbol.dispose]();
  });

  it('have numbers that only go up, whatever became of the CRL', async () => {
    expect(await store.lastCrlNumber()).toBe(0n);
    await store.recordCrlIntent(crl(1n), AT);
    await store.recordCrlIssued(1n, DER, AT);
    await store.recordCrlIntent(crl(9n), AT);
    await store.recordCrlFailed(9n, 'the token was pulled out', AT);
    const large = 2n ** 150n;
    await store.recordCrlIntent(crl(large), AT);
    expect(await store.lastCrlNumber()).toBe(large);
    for (const number of [1n, 9n, 10n, large]) {
      await expect(store.recordCrlIntent(crl(number), AT)).rejects.toMatchObject({
        code: 'STORE',
        message: `the CRL number ${number} was used before in ${path}`,
        hints: ['another process made a CRL at the same time; that one is newer'],
      });
    }
  });

  it('are released once', async () => {
    await store.recordCrlIntent(crl(1n), AT);
    await store.recordCrlIssued(1n, DER, AT);
    await expect(store.recordCrlIssued(1n, DER, AT)).rejects.toMatchObject({ code: 'INTEGRITY' });
    await expect(store.recordCrlFailed(2n, 'x', AT)).rejects.toMatchObject({
      message: `there is no intent to issue 2 in ${path}`,
    });
  });

  it('are added to a store of version 1 when it is written to', async () => {
    store[Symbol.dispose]();
    makeOlder(path, 1);
    using looking = SqliteStore.open(path, { readOnly: true });
    expect(await looking.find('0a')).toBeUndefined();
    using writing = SqliteStore.open(path);
    await writing.recordCrlIntent(crl(1n), AT);
    using again = SqliteStore.open(path);
    expect(await again.lastCrlNumber()).toBe(1n);
    expect(await serials(again)).toEqual([]);
  });
});

describe('what is no store', () => {
  const open = (name: string) => () => SqliteStore.open(join(directory, name));
  const failed = (name: string, why: string) =>
    expect.objectContaining({
      code: 'STORE',
      message: `the store ${join(directory, name)} ${why}`,
    }) as Error;

  it('is told from one: a file that is no database', () => {
    writeFileSync(join(directory, 'text.db'), 'this is text, and more of it than a header has');
    expect(open('text.db')).toThrow(failed('text.db', 'failed: it is not a database'));
  });

  it('is told from one: a database of another format', () => {
    new DatabaseSync(join(directory, 'newer.db')).exec('PRAGMA user_version = 5');
    expect(open('newer.db')).toThrow(failed('newer.db', 'has the format 5, not 4'));
  });

  it.each([false, true])('is not made by opening it (read only: %s)', (readOnly) => {
    expect(() => SqliteStore.open(join(directory, 'lost.db'), { readOnly })).toThrow(
      failed('lost.db', 'is missing'),
    );
  });

  it('is told from one: a directory', () => {
    expect(() => SqliteStore.open(directory)).toThrow(
      expect.objectContaining({
        message: `the store ${directory} failed: it cannot be opened`,
      }) as Error,
    );
  });

  it('is told from one: a file that was cut off', async () => {
    const path = join(directory, 'cut.db');
    SqliteStore.create(path)[Symbol.dispose]();
    writeFileSync(path, '');
    expect(open('cut.db')).toThrow(failed('cut.db', 'has the format 0, not 4'));
  });
});
