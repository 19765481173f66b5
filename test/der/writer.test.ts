import { describe, expect, it } from 'vitest';
import {
  bitString,
  boolean,
  contextConstructed,
  contextPrimitive,
  ia5String,
  integer,
  NULL,
  namedBitString,
  objectIdentifier,
  octetString,
  printableString,
  sequence,
  setOf,
  tlv,
  unsignedInteger,
  utf8String,
} from '../../src/der/writer.ts';

const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex');
const bytes = (digits: string) => Buffer.from(digits, 'hex');

describe('a value', () => {
  it.each([
    [0, '0400'],
    [127, '047f'],
    [128, '048180'],
    [255, '0481ff'],
    [256, '04820100'],
    [65_535, '0482ffff'],
    [65_536, '0483010000'],
  ])('of %i octets has the shortest length before them', (length, header) => {
    const encoded = octetString(new Uint8Array(length));
    expect(hex(encoded.subarray(0, header.length / 2))).toBe(header);
    expect(encoded.length).toBe(header.length / 2 + length);
  });

  it('holds its parts one after the other', () => {
    expect(hex(tlv(0x30, bytes('0101ff'), bytes('0500')))).toBe('30050101ff0500');
    expect(hex(sequence())).toBe('3000');
    expect(hex(sequence(NULL, boolean(true), boolean(false)))).toBe('300805000101ff010100');
  });

  it('may have a context tag, around it or in place of its own', () => {
    expect(hex(contextConstructed(3, integer(2)))).toBe('a303020102');
    expect(hex(contextPrimitive(2, Buffer.from('a.example')))).toBe('8209612e6578616d706c65');
  });
});

describe('INTEGER', () => {
  it.each([
    [0, '020100'],
    [1, '020101'],
    [127, '02017f'],
    [128, '02020080'],
    [255, '020200ff'],
    [256, '02020100'],
    [-1, '0201ff'],
    [-128, '020180'],
    [-129, '0202ff7f'],
    [-256, '0202ff00'],
    [2n ** 159n - 1n, `0214${'7f'.padEnd(40, 'f')}`],
    [2n ** 159n, `02150080${'00'.repeat(19)}`],
    [-(2n ** 159n), `021480${'00'.repeat(19)}`],
  ])('of %s has the fewest octets', (value, expected) => {
    expect(hex(integer(value))).toBe(expected);
  });

  it.each([
    ['', '020100'],
    ['00', '020100'],
    ['0000', '020100'],
    ['7f', '02017f'],
    ['80', '02020080'],
    ['0080', '02020080'],
    ['00000102', '02020102'],
  ])('of the magnitude "%s" is positive', (magnitude, expected) => {
    expect(hex(unsignedInteger(bytes(magnitude)))).toBe(expected);
  });
});

describe('BIT STRING', () => {
  it('of octets has no unused bits', () => {
    expect(hex(bitString(bytes('a0')))).toBe('030200a0');
    expect(hex(bitString(new Uint8Array(0)))).toBe('030100');
  });

  it.each([
    [[], '030100'],
    [[0], '03020780'],
    [[0, 2], '030205a0'],
    [[5, 6], '03020106'],
    [[7], '03020001'],
    [[8], '0303070080'],
    [[0, 8], '0303078080'],
    [[2, 0], '030205a0'],
  ])('of the named bits %j ends with the last one', (bits, expected) => {
    expect(hex(namedBitString(bits))).toBe(expected);
  });
});

describe('OBJECT IDENTIFIER', () => {
  it.each([
    ['0.0', '060100'],
    ['0.39', '060127'],
    ['1.0', '060128'],
    ['2.5.4.3', '0603550403'],
    ['2.100.3', '0603813403'],
    ['1.2.840.113549.1.1.11', '06092a864886f70d01010b'],
    ['2.999.127.128', '060588377f8100'],
    [
      '2.25.329800735698586629295641978511506172918',
      '06146983f09da7ebcfdee0c7a1a7b2c0948cc8f9d776',
    ],
  ])('%s', (dotted, expected) => {
    expect(hex(objectIdentifier(dotted))).toBe(expected);
  });
});

describe('strings', () => {
  it('have the octets of their character set', () => {
    expect(hex(utf8String('ä'))).toBe('0c02c3a4');
    expect(hex(printableString('DE'))).toBe('13024445');
    expect(hex(ia5String('a@b'))).toBe('1603614062');
  });
});

describe('SET OF', () => {
  it('is in ascending order of the encodings', () => {
    const [one, two, long] = [integer(1), integer(2), octetString(bytes('00'))];
    expect(hex(setOf(long, two, one))).toBe('3109020101020102040100');
  });

  it('leaves what it was given in its order', () => {
    const items = [integer(2), integer(1)];
    setOf(...items);
    expect(items.map(hex)).toEqual(['020102', '020101']);
  });
});
