import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DerError } from '../../src/der/reader.ts';
import { objectIdentifier, sequence, setOf, tlv, utf8String } from '../../src/der/writer.ts';
import { ATTRIBUTES, encodeName, nameText, parseName } from '../../src/x509/names.ts';

const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex');

/** A Name with one common name, as the type of string given. */
const commonName = (tag: number, contents: Uint8Array) =>
  sequence(setOf(sequence(objectIdentifier('2.5.4.3'), tlv(tag, contents))));

describe('a name', () => {
  it('has each attribute in an RDN of its own, in the order given', () => {
    const name = encodeName([
      { type: 'C', value: 'DE' },
      { type: 'CN', value: 'a' },
    ]);
    expect(hex(name)).toBe('3019310b3009060355040613024445310a30080603550403130161');
  });

  it.each([
    ["A-z 0'(9)+,./:=?", 0x13],
    ['a@b', 0x0c],
    ['a_b', 0x0c],
    ['a*b', 0x0c],
    ['Müller', 0x0c],
    ['東京', 0x0c],
  ])('has "%s" as PrintableString where the letters allow it, else UTF8String', (value, tag) => {
    const encoded = encodeName([{ type: 'O', value }]);
    expect(encoded[11]).toBe(tag);
    expect(parseName(encoded)).toEqual([{ type: 'O', value }]);
  });

  it('is read as it was written', () => {
    const type = fc.constantFrom(...Object.keys(ATTRIBUTES), '1.2.3.4', '2.999.1');
    const value = fc.string({ unit: 'grapheme', maxLength: 40 });
    fc.assert(
      fc.property(fc.array(fc.record({ type, value }), { maxLength: 6 }), (attributes) => {
        expect(parseName(encodeName(attributes))).toEqual(attributes);
      }),
    );
  });

  it('keeps a byte order mark, so that two names that differ are never read as one', () => {
    const attributes = [{ type: 'CN', value: '\ufeffa' }];
    expect(parseName(encodeName(attributes))).toEqual(attributes);
  });

  it('may have several attributes in one RDN', () => {
    const attribute = (oid: string, text: string) =>
      sequence(objectIdentifier(oid), utf8String(text));
    const name = sequence(setOf(attribute('2.5.4.3', 'a'), attribute('2.5.4.10', 'b')));
    expect(parseName(name)).toEqual([
      { type: 'CN', value: 'a' },
      { type: 'O', value: 'b' },
    ]);
  });

  it.each([
    ['TeletexString', 0x14, Buffer.from('Müller', 'latin1')],
    ['BMPString', 0x1e, Buffer.from('Müller', 'utf16le').swap16()],
    ['UTF8String', 0x0c, Buffer.from('Müller')],
  ])('may have its text in a %s', (_, tag, contents) => {
    expect(parseName(commonName(tag, contents))).toEqual([{ type: 'CN', value: 'Müller' }]);
  });

  it.each([
    ['an INTEGER', 0x02, Buffer.of(1)],
    ['a UniversalString', 0x1c, Buffer.of(0, 0, 0, 65)],
    ['a UTF8String that is not UTF-8', 0x0c, Buffer.of(0xff)],
    ['a BMPString of half a character', 0x1e, Buffer.of(0, 65, 0)],
    ['a BMPString with half a surrogate pair', 0x1e, Buffer.of(0xd8, 0)],
  ])('may not have %s', (_, tag, contents) => {
    expect(() => parseName(commonName(tag, contents))).toThrow(DerError);
  });
});

describe('a name for people', () => {
  it('lists the attributes', () => {
    expect(
      nameText([
        { type: 'C', value: 'DE' },
        { type: 'CN', value: 'Example Root' },
        { type: '2.5.4.97', value: 'x' },
      ]),
    ).toBe('C=DE, CN=Example Root, 2.5.4.97=x');
    expect(nameText([])).toBe('(empty)');
  });

  it.each([
    ['a,b+c;d', 'a\\,b\\+c\\;d'],
    ['a=b', 'a\\=b'],
    ['"<\\>"', '\\"\\<\\\\\\>\\"'],
    ['a\nb', 'a\\0ab'],
    ['\u001b[2J', '\\1b[2J'],
    ['a\u0000', 'a\\00'],
    ['\u009b', '\\c2\\9b'],
    ['x\u202egnp.exe', 'x\\e2\\80\\aegnp.exe'],
    ['\u200b', '\\e2\\80\\8b'],
    ['Müller', 'Müller'],
  ])('has what could be mistaken or act on a terminal escaped: %j', (value, expected) => {
    expect(nameText([{ type: 'CN', value }])).toBe(`CN=${expected}`);
  });
});
