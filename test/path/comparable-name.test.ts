import { describe, expect, it } from 'vitest';
import { DerError } from '../../src/der/reader.ts';
import { objectIdentifier, sequence, setOf, tlv, utf8String } from '../../src/der/writer.ts';
import { comparableName, nameKey, startsWithName } from '../../src/path/comparable-name.ts';

const CN = objectIdentifier('2.5.4.3');
const O = objectIdentifier('2.5.4.10');

const attribute = (type: Uint8Array, value: Uint8Array) => sequence(type, value);
const rdns = (...values: readonly (readonly Uint8Array[])[]) =>
  sequence(...values.map((attributes) => setOf(...attributes)));
const cn = (value: Uint8Array) => rdns([attribute(CN, value)]);
const string = (tag: number, text: string, encoding: BufferEncoding = 'latin1') =>
  tlv(tag, Buffer.from(text, encoding));

const key = (name: Uint8Array) => nameKey(comparableName(name));
const [PRINTABLE, TELETEX, IA5, BMP, UNIVERSAL] = [0x13, 0x14, 0x16, 0x1e, 0x1c];

describe('two names', () => {
  it.each([
    ['that differ in the type of string', utf8String('Root CA'), string(PRINTABLE, 'Root CA')],
    ['that differ in case', utf8String('ROOT ÄÖ'), utf8String('root äö')],
    ['that differ in blanks', utf8String(' Root   CA '), utf8String('Root CA')],
    ['in TeletexString and UTF8String', string(TELETEX, 'Zoë'), utf8String('Zoë')],
    ['in BMPString and UTF8String', tlv(BMP, Uint8Array.of(0, 0x41)), utf8String('a')],
    ['in IA5String and UTF8String', string(IA5, 'a@b'), utf8String('A@B')],
    ['that differ in how a character is composed', utf8String('é'), utf8String('e\u0301')],
  ])('%s are equal', (_, one, other) => {
    expect(key(cn(one))).toBe(key(cn(other)));
  });

  it.each([
    ['with other words', utf8String('Root CA'), utf8String('RootCA')],
    ['of unknown types of string', string(UNIVERSAL, 'abcd'), string(UNIVERSAL, 'ABCD')],
    [
      'with octets that are no UTF-8',
      tlv(0x0c, Uint8Array.of(0xff)),
      tlv(0x0c, Uint8Array.of(0xfe)),
    ],
  ])('%s differ', (_, one, other) => {
    expect(key(cn(one))).not.toBe(key(cn(other)));
  });

  it('differ by the type of attribute, and by how many stand in an RDN', () => {
    const [a, b] = [attribute(CN, utf8String('a')), attribute(O, utf8String('b'))];
    const names = [rdns([a], [b]), rdns([b], [a]), rdns([a, b]), rdns([a]), rdns([])];
    expect(new Set(names.map(key)).size).toBe(names.length);
    expect(key(rdns([a, b]))).toBe(key(rdns([b, a])));
  });

  it('cannot be made equal by text that looks like the separators', () => {
    const injected = rdns([attribute(CN, utf8String('a"],["2.5.4.10","b'))]);
    const plain = rdns([attribute(CN, utf8String('a')), attribute(O, utf8String('b'))]);
    expect(key(injected)).not.toBe(key(plain));
  });
});

describe('a name', () => {
  const [a, b] = [attribute(CN, utf8String('a')), attribute(O, utf8String('b'))];
  const long = comparableName(rdns([a], [b]));

  it('starts with its first RDNs, and with no RDNs', () => {
    const bases = [rdns([a]), rdns(), rdns([a], [b]), rdns([b]), rdns([a], [b], [a])];
    expect(bases.map((base) => startsWithName(long, comparableName(base)))).toEqual([
      ...[true, true, true],
      ...[false, false],
    ]);
  });

  it('that is no name is refused', () => {
    expect(() => comparableName(utf8String('x'))).toThrow(DerError);
  });
});
