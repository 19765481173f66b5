import { describe, expect, it } from 'vitest';
import { crlEntryAdvice, crlEntryProblem } from '../../../src/ca/lint/crl-entries.ts';
import { DerError } from '../../../src/der/reader.ts';
import { generalizedTime, time } from '../../../src/der/time.ts';
import { integer, sequence, TAG, tlv } from '../../../src/der/writer.ts';
import { encodeExtension } from '../../../src/x509/extensions.ts';

const at = new Date('2030-01-01T12:00:00Z');
const reason = (code: number, critical = false) =>
  encodeExtension({ oid: '2.5.29.21', critical, value: tlv(TAG.enumerated, Uint8Array.of(code)) });
const invalidity = (value: Uint8Array) =>
  encodeExtension({ oid: '2.5.29.24', critical: false, value });
const entry = (...extensions: readonly Uint8Array[]) =>
  sequence(
    ...[integer(7), time(at)],
    ...(extensions.length === 0 ? [] : [sequence(...extensions)]),
  );
const fractions = tlv(TAG.generalizedTime, Buffer.from('20300101120000.5Z'));

const FULL = { isDelta: false, isIndirect: false };

describe('the lint of the entries of a CRL', () => {
  it.each([
    ['none', new Uint8Array(0)],
    ['one without extensions', entry()],
    ['several', Buffer.concat([entry(), entry(reason(1)), entry(reason(6))])],
    ['an invalidity date', entry(reason(1), invalidity(generalizedTime(at)))],
    ['a time after 2049', sequence(integer(7), time(new Date('2050-01-01T00:00:00Z')))],
    ['the largest serial number', sequence(integer((1n << 159n) - 1n), time(at))],
  ])('accepts %s', (_, list) => {
    expect(crlEntryProblem(list, FULL)).toBeUndefined();
  });

  const SERIAL = 'the serial number of an entry must be positive, and have at most 20 octets';
  const TIME = 'the revocation date of an entry must be in whole seconds, in Zulu';

  it.each([
    [SERIAL, sequence(integer(0), time(at))],
    [SERIAL, sequence(integer(-1), time(at))],
    [SERIAL, sequence(integer(1n << 159n), time(at))],
    [TIME, sequence(integer(1), tlv(TAG.utcTime, Buffer.from('300101120000+0100')))],
    [TIME, sequence(integer(1), fractions)],
    ['extensions of entries must not be critical', entry(reason(1, true))],
    ['there is no reason 7', entry(reason(7))],
    ['removeFromCRL must be in delta CRLs only', entry(reason(8))],
    ['invalidityDate must be in whole seconds', entry(invalidity(fractions))],
    [
      'certificateIssuer must be in indirect CRLs only',
      entry(encodeExtension({ oid: '2.5.29.29', critical: false, value: sequence() })),
    ],
  ])('finds: %s', (problem, list) => {
    expect(crlEntryProblem(Buffer.concat([entry(reason(1)), list]), FULL)).toBe(problem);
  });

  it.each([
    ['the reason unspecified should be left out', entry(reason(0))],
    [
      'entries should not have the extension 2.5.29.23',
      entry(encodeExtension({ oid: '2.5.29.23', critical: false, value: sequence() })),
    ],
  ])('may have, and should not: %s', (advice, list) => {
    const entries = Buffer.concat([entry(reason(1), invalidity(generalizedTime(at))), list]);
    expect(crlEntryProblem(entries, FULL)).toBeUndefined();
    expect(crlEntryAdvice(entries)).toBe(advice);
    expect(crlEntryAdvice(entry(reason(1)))).toBeUndefined();
  });

  it('lets delta CRLs take certificates off', () => {
    expect(crlEntryProblem(entry(reason(8)), { ...FULL, isDelta: true })).toBeUndefined();
  });

  it('lets indirect CRLs name issuers, in a critical extension', () => {
    const naming = (critical: boolean) =>
      entry(encodeExtension({ oid: '2.5.29.29', critical, value: sequence() }));
    const indirect = { ...FULL, isIndirect: true };
    expect(crlEntryProblem(naming(true), indirect)).toBeUndefined();
    expect(crlEntryProblem(naming(false), indirect)).toBe('certificateIssuer must be critical');
    expect(crlEntryProblem(naming(true), FULL)).toBe('extensions of entries must not be critical');
  });

  it('throws for what is no entry', () => {
    expect(() => crlEntryProblem(Uint8Array.of(0x30, 9), FULL)).toThrow(DerError);
  });
});
