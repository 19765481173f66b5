import { describe, expect, it } from 'vitest';
import { DerError } from '../../src/der/reader.ts';
import { integer, sequence } from '../../src/der/writer.ts';
import { REVOCATION_REASONS, type RevocationReason } from '../../src/x509/crl-reason.ts';
import {
  countRevoked,
  encodeRevokedList,
  type RevokedEntry,
  revokedCertificates,
} from '../../src/x509/revoked-list.ts';

const seconds = (text: string) => new Date(text).getTime() / 1000;
const entry = (change: Partial<RevokedEntry> = {}): RevokedEntry => ({
  serial: '8001',
  revocationDate: seconds('2030-01-01T12:00:00Z'),
  reason: 'superseded',
  invalidityDate: undefined,
  ...change,
});
const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex');

describe('the entries of a CRL', () => {
  it('are in the form of RFC 5280 §5.1.2.6', async () => {
    expect(hex(await encodeRevokedList([[entry()]]))).toBe(
      // serial 0x8001 with its sign, UTCTime, reasonCode 4 in an ENUMERATED
      '3022' + '0203008001' + '170d3330303130313132303030305a' + '300c300a0603551d1504030a0104',
    );
  });

  it('say nothing of the reason unspecified', async () => {
    expect(hex(await encodeRevokedList([[entry({ reason: 'unspecified' })]]))).toBe(
      '3014' + '0203008001' + '170d3330303130313132303030305a',
    );
  });

  it('have the invalidity date as GeneralizedTime, before 2050 too (§5.3.2)', async () => {
    const invalidityDate = seconds('2029-12-31T23:59:58Z');
    const list = await encodeRevokedList([[entry({ reason: 'unspecified', invalidityDate })]]);
    expect(hex(list)).toContain(
      '301a3018' + '0603551d18' + '0411180f32303239313233313233353935385a',
    );
    const [read] = [...revokedCertificates(list)];
    expect(read?.extensions.map(({ oid, critical }) => [oid, critical])).toEqual([
      ['2.5.29.24', false],
    ]);
  });

  it('have each reason by its number', async () => {
    const reasons = Object.keys(REVOCATION_REASONS).slice(1) as RevocationReason[];
    const list = await encodeRevokedList([reasons.map((reason) => entry({ reason }))]);
    const read = [...revokedCertificates(list)].map(({ extensions }) => extensions[0]?.value[2]);
    expect(read).toEqual([1, 2, 3, 4, 5, 6, 9]);
    const [removed] = [
      ...revokedCertificates(await encodeRevokedList([[entry({ reason: 'removeFromCRL' })]])),
    ];
    expect(removed?.extensions[0]?.value[2]).toBe(8);
  });

  it('are as many as went in, over the bounds of a chunk', async () => {
    const many = Array.from({ length: 40_000 }, (_, index) =>
      entry({ serial: `40${(index + 1).toString(16).padStart(38, '0')}` }),
    );
    const list = await encodeRevokedList([many.slice(0, 30_000), [], many.slice(30_000)]);
    expect(list.length).toBeGreaterThan(1 << 20);
    expect(countRevoked(list)).toBe(40_000);
    let expected = (1n << 158n) + 1n;
    for (const { serialNumber } of revokedCertificates(list)) {
      if (serialNumber !== expected) expect(serialNumber).toBe(expected);
      expected++;
    }
    expect(expected).toBe((1n << 158n) + 40_001n);
  });

  it.each([
    ['1949-12-31T23:59:59Z', '180f31393439313233313233353935395a'],
    ['1970-01-01T00:00:00Z', '170d3730303130313030303030305a'],
    ['2049-12-31T23:59:59Z', '170d3439313233313233353935395a'],
    ['2050-01-01T00:00:00Z', '180f32303530303130313030303030305a'],
  ])('have the time %s in the form of RFC 5280 §4.1.2.5', async (text, encoded) => {
    const revocationDate = seconds(text);
    const list = await encodeRevokedList([[entry({ revocationDate, reason: 'unspecified' })]]);
    expect(hex(list)).toContain(encoded);
    expect([...revokedCertificates(list)][0]?.revocationDate).toEqual(new Date(text));
  });

  it('have no serial number that does not fit', async () => {
    await expect(encodeRevokedList([[entry({ serial: 'ff'.repeat(120) })]])).rejects.toThrow(
      /is too long$/,
    );
  });

  it.each([
    ['an entry that is cut off', Uint8Array.of(0x30, 5, 2)],
    ['an entry without a date', sequence(integer(1))],
    [
      'an empty list of extensions',
      sequence(integer(1), Buffer.from('170d3330303130313132303030305a', 'hex'), sequence()),
    ],
  ])('cannot be read: %s', (_, list) => {
    expect(() => [...revokedCertificates(list)]).toThrow(DerError);
  });
});
