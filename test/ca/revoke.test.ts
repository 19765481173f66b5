import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { release, revoke } from '../../src/ca/revoke.ts';
import { SqliteStore } from '../../src/store/sqlite-store.ts';
import type { RevocationReason } from '../../src/x509/crl-reason.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();
const NOW = new Date('2030-01-01T12:00:00.250Z');
const AT = new Date('2030-01-01T12:00:00Z');
const LATER = new Date('2030-02-01T00:00:00Z');

let store: SqliteStore;
let count = 0;

beforeEach(async () => {
  store = SqliteStore.create(join(directory, `${count++}.db`));
  for (const serial of ['0a', '0b']) {
    const hashes = { tbsHash: new Uint8Array(32), publicKeyHash: new Uint8Array(32) };
    const intent = { serial, profile: 'tls-server', subject: 'CN=a', ...hashes };
    await store.recordIntent({ ...intent, notBefore: NOW, notAfter: LATER }, NOW);
  }
  await store.recordFailed('0b', 'no key', NOW);
  return () => store[Symbol.dispose]();
});

const revoked = (reason: RevocationReason, now = NOW, invalidityDate?: Date) =>
  revoke(store, '0a', { reason, invalidityDate }, now);

describe('revoke', () => {
  it('records time and reason, in whole seconds, once', async () => {
    const revocation = { at: AT, reason: 'superseded', invalidityDate: undefined };
    expect(await revoked('superseded')).toMatchObject({ changed: true, record: { revocation } });
    expect(await revoked('superseded', LATER)).toMatchObject({
      changed: false,
      record: { revocation },
    });
    expect((await store.find('0a'))?.revocation).toEqual(revocation);
  });

  it.each<[RevocationReason, RevocationReason]>([
    ['certificateHold', 'superseded'],
    ['certificateHold', 'unspecified'],
    ['superseded', 'keyCompromise'],
    ['unspecified', 'cACompromise'],
  ])('turns %s into %s, and keeps the time', async (first, second) => {
    await revoked(first);
    expect((await revoked(second, LATER)).changed).toBe(true);
    expect((await store.find('0a'))?.revocation).toMatchObject({ at: AT, reason: second });
  });

  it.each<[RevocationReason, RevocationReason]>([
    ['superseded', 'certificateHold'],
    ['superseded', 'unspecified'],
    ['unspecified', 'superseded'],
    ['keyCompromise', 'superseded'],
    ['keyCompromise', 'cACompromise'],
  ])('does not turn %s into %s', async (first, second) => {
    await revoked(first);
    await expect(revoked(second, LATER)).rejects.toMatchObject({
      code: 'POLICY',
      message: `certificate 0a is revoked already (${first}, 2030-01-01T12:00:00Z)`,
      hints: [
        'its reason can only become keyCompromise or cACompromise, when that is found out later (TLS BR §7.2.2)',
      ],
    });
    expect((await store.find('0a'))?.revocation?.reason).toBe(first);
  });

  it('takes an invalidity date later, and keeps it', async () => {
    await revoked('keyCompromise', LATER);
    expect((await revoked('keyCompromise', LATER, AT)).changed).toBe(true);
    expect((await revoked('keyCompromise', LATER)).changed).toBe(false);
    expect((await revoked('keyCompromise', LATER, AT)).changed).toBe(false);
    expect((await store.find('0a'))?.revocation?.invalidityDate).toEqual(AT);
  });

  it('refuses an invalidity date in the future', async () => {
    await expect(revoked('keyCompromise', NOW, LATER)).rejects.toMatchObject({
      code: 'USAGE',
      message: 'the invalidity date 2030-02-01T00:00:00Z is in the future',
    });
  });

  it('refuses what was never issued', async () => {
    const superseded = { reason: 'superseded' } as const;
    await expect(revoke(store, '0c', superseded, NOW)).rejects.toMatchObject({
      code: 'USAGE',
      message: 'this CA has no certificate with the serial number 0c',
    });
    await expect(revoke(store, '0b', superseded, NOW)).rejects.toMatchObject({
      code: 'USAGE',
      message: 'no certificate was issued under the serial number 0b',
    });
  });
});

describe('release', () => {
  it('ends a hold, once; a revocation after it starts anew', async () => {
    await revoked('certificateHold');
    expect(await release(store, '0a', LATER)).toMatchObject({
      changed: true,
      record: { revocation: undefined },
    });
    expect((await release(store, '0a', LATER)).changed).toBe(false);
    await revoked('superseded', LATER);
    expect((await store.find('0a'))?.revocation).toMatchObject({ at: LATER });
  });

  it('does not undo a revocation', async () => {
    await revoked('keyCompromise');
    await expect(release(store, '0a', LATER)).rejects.toMatchObject({
      code: 'POLICY',
      message: 'certificate 0a is revoked (keyCompromise), not on hold',
      hints: ['a revocation is final; only certificateHold can be released (RFC 5280 §5.3.1)'],
    });
  });
});
