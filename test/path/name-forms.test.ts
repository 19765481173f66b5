import { describe, expect, it } from 'vitest';
import { DerError } from '../../src/der/reader.ts';
import { contextConstructed, objectIdentifier, utf8String } from '../../src/der/writer.ts';
import { NAME_FORMS, nameOfForm } from '../../src/path/name-forms.ts';

const ascii = (text: string) => Buffer.from(text, 'latin1');
const octets = (...values: readonly number[]) => Uint8Array.from(values);

function within(tag: number, name: Uint8Array, base: Uint8Array) {
  const form = NAME_FORMS.find((row) => row.tag === tag);
  const [one, other] = [nameOfForm(tag, name), nameOfForm(tag, base)];
  return [form?.within(one, other, 'permitted'), form?.within(one, other, 'excluded')];
}

const INSIDE = [true, true];
const OUTSIDE = [false, false];
const UNCLEAR = [undefined, undefined];
/** Part of what the name stands for is within: neither permitted nor left alone. */
const PARTLY = [false, true];

// biome-ignore format: a table
const TEXTS: readonly (readonly [tag: number, name: string, base: string, result: readonly unknown[]])[] = [
  [0x82, 'example.com', 'example.com', INSIDE],
  [0x82, 'EXAMPLE.com', 'example.COM', INSIDE],
  [0x82, 'a.b.example.com', 'example.com', INSIDE],
  [0x82, 'badexample.com', 'example.com', OUTSIDE],
  [0x82, 'example.com.evil', 'example.com', OUTSIDE],
  [0x82, 'example.com', 'a.example.com', OUTSIDE],
  [0x82, 'a.example.com', '.example.com', INSIDE],
  [0x82, 'example.com', '.example.com', OUTSIDE],
  [0x82, 'anything', '', INSIDE],
  [0x82, '*.example.com', 'example.com', INSIDE],
  [0x82, '*.example.com', 'a.example.com', PARTLY],
  [0x82, '*.example.com', 'b.a.example.com', OUTSIDE],
  [0x82, '*.com', 'example.com', PARTLY],
  [0x82, 'example.com.', 'example.com', UNCLEAR],
  [0x82, 'a\0.example.com', 'example.com', UNCLEAR],
  [0x82, 'f*.example.com', 'example.com', UNCLEAR],
  [0x82, '', 'example.com', UNCLEAR],
  [0x81, 'a@example.com', 'example.com', INSIDE],
  [0x81, 'a@EXAMPLE.com', 'example.com', INSIDE],
  [0x81, 'a@mail.example.com', 'example.com', OUTSIDE],
  [0x81, 'a@mail.example.com', '.example.com', INSIDE],
  [0x81, 'a@example.com', '.example.com', OUTSIDE],
  [0x81, 'a@example.com', 'a@example.com', INSIDE],
  [0x81, 'a@example.com', 'a@EXAMPLE.com', INSIDE],
  [0x81, 'A@example.com', 'a@example.com', OUTSIDE],
  [0x81, '"a@b"@example.com', 'example.com', INSIDE],
  [0x81, 'a@example.com', '', PARTLY],
  [0x81, 'example.com', 'example.com', UNCLEAR],
  [0x81, '@example.com', 'example.com', UNCLEAR],
  [0x81, 'a@', 'example.com', UNCLEAR],
  [0x86, 'https://example.com/a', 'example.com', INSIDE],
  [0x86, 'https://user:pw@Example.com:443?q', 'example.com', INSIDE],
  [0x86, 'https://a.example.com', 'example.com', OUTSIDE],
  [0x86, 'https://a.example.com', '.example.com', INSIDE],
  [0x86, 'https://evil.com/@example.com', 'example.com', OUTSIDE],
  [0x86, 'https://evil.com#@example.com', 'example.com', OUTSIDE],
  [0x86, 'https://example.com@evil.com', 'example.com', OUTSIDE],
  [0x86, 'https://example.com', '', PARTLY],
  [0x86, 'https://192.0.2.1/', 'example.com', UNCLEAR],
  [0x86, 'https://[2001:db8::1]/', 'example.com', UNCLEAR],
  [0x86, 'urn:example', 'example.com', UNCLEAR],
];

describe('a name and a subtree', () => {
  it.each(TEXTS)('tag %i: "%s" and "%s"', (tag, name, base, result) => {
    expect(within(tag, ascii(name), ascii(base))).toEqual(result);
  });

  const IPV6 = [0x20, 1, 0xd, 0xb8, ...new Array(12).fill(0)];
  const MASK = [...new Array(4).fill(255), ...new Array(12).fill(0)];

  it.each([
    ['in the same network', [192, 0, 2, 9], [192, 0, 2, 0, 255, 255, 255, 0], INSIDE],
    ['in another network', [192, 0, 3, 9], [192, 0, 2, 0, 255, 255, 255, 0], OUTSIDE],
    ['in all networks', [192, 0, 3, 9], [0, 0, 0, 0, 0, 0, 0, 0], INSIDE],
    [
      'with a base that has bits outside of its mask',
      [10, 1, 1, 1],
      [10, 9, 9, 9, 255, 0, 0, 0],
      INSIDE,
    ],
    ['of version 6', [...IPV6.slice(0, 15), 1], [...IPV6, ...MASK], INSIDE],
    ['of version 6 under version 4', IPV6, [192, 0, 2, 0, 255, 255, 255, 0], OUTSIDE],
    ['under a base of a wrong length', [192, 0, 2, 9], [192, 0, 2, 0], UNCLEAR],
  ])('an IP address %s', (_, name, base, result) => {
    expect(within(0x87, octets(...name), octets(...base))).toEqual(result);
  });
});

describe('an otherName', () => {
  const otherName = (oid: string, text: string) =>
    Buffer.concat([objectIdentifier(oid), contextConstructed(0, utf8String(text))]);

  it('that is an international mailbox is an e-mail address (RFC 9598)', () => {
    const name = nameOfForm(0xa0, otherName('1.3.6.1.5.5.7.8.9', 'ö@example.com'));
    expect(name.tag).toBe(0x81);
    expect(Buffer.from(name.octets).toString()).toBe('ö@example.com');
  });

  it('of another kind stays what it is', () => {
    expect(nameOfForm(0xa0, otherName('1.3.6.1.4.1.311.20.2.3', 'a@b')).tag).toBe(0xa0);
  });

  it('without an OID is malformed', () => {
    expect(() => nameOfForm(0xa0, utf8String('x'))).toThrow(DerError);
  });
});
