import { describe, expect, it } from 'vitest';
import {
  DerError,
  DerReader,
  enterDer,
  integerValue,
  namedBits,
  readDer,
} from '../../src/der/reader.ts';

const reader = (digits: string) => new DerReader(Buffer.from(digits, 'hex'));
const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex');

describe('reading a value', () => {
  it('gives its tag, its contents and the whole of it', () => {
    const { tag, contents, octets } = reader('0402abcd0500').read();
    expect([tag, hex(contents), hex(octets)]).toEqual([0x04, 'abcd', '0402abcd']);
  });

  it('goes from one to the next, and says when there is none', () => {
    const values = reader('020101020102');
    expect([values.integer(), values.nextTag, values.integer()]).toEqual([1n, 0x02, 2n]);
    expect([values.done, values.nextTag]).toEqual([true, -1]);
    expect(() => values.read()).toThrow(new DerError('a value is missing'));
  });

  it('goes into constructed ones', () => {
    const inner = reader('3008020107a003020109').enter();
    expect(inner.smallInteger()).toBe(7);
    expect(inner.enter(0xa0).smallInteger()).toBe(9);
    expect(inner.done).toBe(true);
  });

  it('passes over an optional one that is absent', () => {
    const values = reader('020105');
    expect(values.optional(0x01)).toBeUndefined();
    expect(hex(values.optional(0x02)?.contents ?? Buffer.alloc(0))).toBe('05');
    expect(values.optional(0x02)).toBeUndefined();
  });

  it.each([
    ['3080020101', 'indefinite lengths are not DER'],
    ['1f8101', 'tags of more than one octet are not used here'],
    ['04', 'a length is missing'],
    ['0481', 'a length is missing'],
    ['048201', 'a length is missing'],
    ['048100', 'a length is not in its shortest form'],
    ['04817f', 'a length is not in its shortest form'],
    ['04820080', 'a length is not in its shortest form'],
    ['048200ff', 'a length is not in its shortest form'],
    ['0483000100', 'a length is not in its shortest form'],
    ['048400010000', 'a length is not in its shortest form'],
    ['0402ab', 'a length exceeds what is there'],
    ['0484ffffffff', 'a length exceeds what is there'],
    ['04850000000001ab', 'a length exceeds what is there'],
    ['04ff', 'a length exceeds what is there'],
  ])('refuses %s: %s', (digits, message) => {
    expect(() => reader(digits).read()).toThrow(new DerError(message));
  });

  it('refuses another tag than the one that is wanted', () => {
    expect(() => reader('0500').read(0x04)).toThrow(new DerError('tag 04 expected, 05 found'));
    expect(() => reader('310102').enter()).toThrow(new DerError('tag 30 expected, 31 found'));
  });

  it('refuses what is left over', () => {
    expect(() => readDer(Buffer.from('050000', 'hex'))).toThrow(
      new DerError('there is more than was expected'),
    );
    expect(() => enterDer(Buffer.from('30000500', 'hex'))).toThrow(
      new DerError('there is more than was expected'),
    );
    const values = reader('05000500');
    values.read();
    expect(() => values.end()).toThrow(new DerError('there is more than was expected'));
  });
});

describe('BOOLEAN', () => {
  it('is 00 or FF', () => {
    expect([reader('010100').boolean(), reader('0101ff').boolean()]).toEqual([false, true]);
  });

  it.each(['010101', '0101fe', '0100', '0102ffff'])('is not %s', (digits) => {
    expect(() => reader(digits).boolean()).toThrow(new DerError('a BOOLEAN is neither 00 nor FF'));
  });
});

describe('INTEGER', () => {
  it.each([
    ['00', 0n],
    ['7f', 127n],
    ['0080', 128n],
    ['80', -128n],
    ['ff', -1n],
    ['ff7f', -129n],
    ['00ffffffffffffffff', 2n ** 64n - 1n],
  ])('%s is %s', (digits, value) => {
    expect(integerValue(Buffer.from(digits, 'hex'))).toBe(value);
  });

  it.each(['0000', '007f', '0001', 'ff80', 'ffff', 'ffffff'])('is not padded: %s', (digits) => {
    expect(() => integerValue(Buffer.from(digits, 'hex'))).toThrow(
      new DerError('an INTEGER is not in its shortest form'),
    );
  });

  it('is not empty', () => {
    expect(() => reader('0200').integer()).toThrow(new DerError('an INTEGER is empty'));
  });

  it('that has to be small is neither negative nor too large', () => {
    expect(reader('02047fffffff').smallInteger()).toBe(2 ** 31 - 1);
    for (const digits of ['0201ff', '02050080000000']) {
      expect(() => reader(digits).smallInteger()).toThrow(
        new DerError('an INTEGER is out of range'),
      );
    }
  });
});

describe('BIT STRING', () => {
  it('of whole octets is read without the count of unused bits', () => {
    expect(hex(reader('030300abcd').bitString())).toBe('abcd');
    expect(hex(reader('030100').bitString())).toBe('');
  });

  it.each(['0300', '030201fe', '030207'])('of whole octets is not %s', (digits) => {
    expect(() => reader(digits).bitString()).toThrow(DerError);
  });

  it.each([
    ['00', []],
    ['0780', [0]],
    ['05a0', [0, 2]],
    ['0001', [7]],
    ['070080', [8]],
  ])('of named bits: %s', (digits, bits) => {
    expect(namedBits(Buffer.from(digits, 'hex'))).toEqual(bits);
  });

  it.each([
    ['', 'a BIT STRING has a wrong count of unused bits'],
    ['0880', 'a BIT STRING has a wrong count of unused bits'],
    ['01', 'a BIT STRING has a wrong count of unused bits'],
    ['0080', 'a BIT STRING of named bits is not minimal'],
    ['0680', 'a BIT STRING of named bits is not minimal'],
    ['0000', 'a BIT STRING of named bits is not minimal'],
    ['078000', 'a BIT STRING of named bits is not minimal'],
    ['07c0', 'a BIT STRING of named bits is not minimal'],
  ])('of named bits is not "%s": %s', (digits, message) => {
    expect(() => namedBits(Buffer.from(digits, 'hex'))).toThrow(new DerError(message));
  });
});

describe('OBJECT IDENTIFIER', () => {
  it.each([
    ['060100', '0.0'],
    ['060127', '0.39'],
    ['060128', '1.0'],
    ['06014f', '1.39'],
    ['060150', '2.0'],
    ['0603813403', '2.100.3'],
    ['06028837', '2.999'],
    ['06092a864886f70d01010b', '1.2.840.113549.1.1.11'],
  ])('%s is %s', (digits, dotted) => {
    expect(reader(digits).objectIdentifier()).toBe(dotted);
  });

  it.each([
    ['0600', 'an OBJECT IDENTIFIER is incomplete'],
    ['060188', 'an OBJECT IDENTIFIER is incomplete'],
    ['06022a88', 'an OBJECT IDENTIFIER is incomplete'],
    [`068181${'01'.repeat(129)}`, 'an OBJECT IDENTIFIER is too long'],
    ['06028001', 'an OBJECT IDENTIFIER arc has leading zeros'],
    ['06032a8001', 'an OBJECT IDENTIFIER arc has leading zeros'],
  ])('is not %s: %s', (digits, message) => {
    expect(() => reader(digits).objectIdentifier()).toThrow(new DerError(message));
  });
});
