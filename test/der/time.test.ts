import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DerError, readDer } from '../../src/der/reader.ts';
import { time, timeValue } from '../../src/der/time.ts';
import { tlv } from '../../src/der/writer.ts';

const [UTC, GENERALIZED] = [0x17, 0x18];

const value = (tag: number, text: string) => timeValue(readDer(tlv(tag, Buffer.from(text))));
const text = (iso: string) => {
  const { tag, contents } = readDer(time(new Date(iso)));
  return [tag, Buffer.from(contents).toString()];
};

describe('a time is written', () => {
  it.each([
    ['1950-01-01T00:00:00Z', UTC, '500101000000Z'],
    ['1999-12-31T23:59:59Z', UTC, '991231235959Z'],
    ['2000-01-01T00:00:00Z', UTC, '000101000000Z'],
    ['2049-12-31T23:59:59Z', UTC, '491231235959Z'],
    ['2050-01-01T00:00:00Z', GENERALIZED, '20500101000000Z'],
    ['9999-12-31T23:59:59Z', GENERALIZED, '99991231235959Z'],
    ['1949-12-31T23:59:59Z', GENERALIZED, '19491231235959Z'],
  ])('%s in the type for its year', (iso, tag, expected) => {
    expect(text(iso)).toEqual([tag, expected]);
  });

  it('without its fraction of a second', () => {
    expect(text('2026-11-21T12:34:56.999Z')).toEqual([UTC, '261121123456Z']);
  });

  it('so that it is read again as the same second', () => {
    const seconds = fc.date({
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(seconds, (date) => {
        const whole = Math.floor(date.getTime() / 1000) * 1000;
        expect(timeValue(readDer(time(date))).getTime()).toBe(whole);
      }),
    );
  });
});

describe('a time is read', () => {
  it.each([
    [UTC, '491231235959Z', '2049-12-31T23:59:59.000Z'],
    [UTC, '500101000000Z', '1950-01-01T00:00:00.000Z'],
    [UTC, '240229000000Z', '2024-02-29T00:00:00.000Z'],
    [GENERALIZED, '20500101000000Z', '2050-01-01T00:00:00.000Z'],
    [GENERALIZED, '99991231235959Z', '9999-12-31T23:59:59.000Z'],
  ])('of type %i: %s', (tag, digits, iso) => {
    expect(value(tag, digits).toISOString()).toBe(iso);
  });

  it.each([
    [UTC, '2611211234Z'],
    [UTC, '261121123456'],
    [UTC, '261121123456+0100'],
    [UTC, '261121123456z'],
    [UTC, '26112112345 Z'],
    [UTC, '20500101000000Z'],
    [UTC, ''],
    [GENERALIZED, '500101000000Z'],
    [GENERALIZED, '20500101000000.5Z'],
    [GENERALIZED, '20500101000000'],
    [GENERALIZED, '20500101000000-0500'],
    [0x0c, '20500101000000Z'],
  ])('but not of type %i in another form: "%s"', (tag, digits) => {
    expect(() => value(tag, digits)).toThrow(
      new DerError('a time is not in the form that RFC 5280 section 4.1.2.5 wants'),
    );
  });

  it.each([
    '260229000000Z',
    '261301000000Z',
    '260001000000Z',
    '260100000000Z',
    '260431000000Z',
    '260101240000Z',
    '260101006000Z',
    '260101000060Z',
  ])('but not where there is no such time: %s', (digits) => {
    expect(() => value(UTC, digits)).toThrow(/^no such time: /);
  });

  it('but not in the type for other years', () => {
    expect(() => value(GENERALIZED, '20491231235959Z')).toThrow(
      new DerError('a time has the wrong type for its year'),
    );
  });
});
