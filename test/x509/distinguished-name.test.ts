import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PkiError } from '../../src/errors.ts';
import {
  distinguishedNameText,
  parseDistinguishedName,
} from '../../src/x509/distinguished-name.ts';
import { encodeGeneralNames, parseGeneralNames } from '../../src/x509/general-names.ts';
import { ATTRIBUTES } from '../../src/x509/names.ts';

const read = (text: string) =>
  parseDistinguishedName(text).map(({ type, value }) => `${type}:${value}`);

function refusedBecause(text: string): string {
  try {
    return `taken as ${read(text).join()}`;
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    expect(error.code).toBe('USAGE');
    expect(error.hints).toHaveLength(1);
    return error.message.replace(`"${text}" is not a distinguished name: `, '');
  }
}

const TYPES = Object.keys(ATTRIBUTES);

describe('a distinguished name in text', () => {
  it.each([
    ['CN=Zoe', ['CN:Zoe']],
    // RFC 4514 §4, but for the multi-valued one
    ['UID=jsmith,DC=example,DC=net', ['DC:net', 'DC:example', 'UID:jsmith']],
    [String.raw`CN=James \"Jim\" Smith\, III,DC=net`, ['DC:net', 'CN:James "Jim" Smith, III']],
    [String.raw`CN=Before\0dAfter,DC=net`, ['DC:net', 'CN:Before\rAfter']],
    [String.raw`CN=Lu\C4\8Di\C4\87`, ['CN:Lučić']],
    ['cn=Zoe , emailaddress = a@b.c,  o=  A  B  ', ['O:A  B', 'emailAddress:a@b.c', 'CN:Zoe']],
    ['2.5.4.10=Example,0.9.2342.19200300.100.1.25=net', ['DC:net', 'O:Example']],
    [String.raw`O=\ A\ `, ['O: A ']],
    [String.raw`O=\#1=\+\;\<\>\\`, ['O:#1=+;<>\\']],
    ['O=a=b#c/d', ['O:a=b#c/d']],
    [
      'title=Dr,GN=Zoë,SN=東京,STREET=x,serialNumber=1',
      ['serialNumber:1', 'STREET:x', 'SN:東京', 'GN:Zoë', 'title:Dr'],
    ],
  ])('is read from its last part to its first: %s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each([
    ['', 'each part has the form TYPE=VALUE'],
    ['Zoe', 'each part has the form TYPE=VALUE'],
    ['/CN=Zoe/O=Example', 'each part has the form TYPE=VALUE'],
    ['CN=Zoe,', 'each part has the form TYPE=VALUE'],
    [',CN=Zoe', 'each part has the form TYPE=VALUE'],
    ['CN=Zoe,,O=Example', 'each part has the form TYPE=VALUE'],
    ['CN=', 'a value is empty'],
    ['CN=,O=Example', 'a value is empty'],
    ['OU=Sales+CN=J. Smith,DC=net', 'several attributes in one part are not supported'],
    ['CN="Zoe"', '" in a value needs a backslash before it'],
    ['CN=Zoe;O=Example', '; in a value needs a backslash before it'],
    ['CN=<Zoe>', '< in a value needs a backslash before it'],
    [String.raw`CN=a\b`, 'after a backslash is a special character or two hexadecimal digits'],
    ['CN=a\\', 'after a backslash is a special character or two hexadecimal digits'],
    [String.raw`CN=\ff`, 'its octets are not UTF-8'],
    ['CN=#04024869', 'a value in hexadecimal is not supported; # needs a backslash before it'],
    ['X=1', `unknown attribute type "X"; use one of: ${TYPES.join(', ')}`],
    ['1.2.3=1', `unknown attribute type "1.2.3"; use one of: ${TYPES.join(', ')}`],
    ['constructor=1', `unknown attribute type "constructor"; use one of: ${TYPES.join(', ')}`],
  ])('is refused with the reason: %s', (text, why) => {
    expect(refusedBecause(text)).toBe(why);
  });

  it('is read as it was written, whatever it holds, in a certificate too', () => {
    const type = fc.constantFrom(...TYPES);
    const value = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
      fc.string({ unit: fc.constantFrom(...' #\\,+"<>;=\0é'), minLength: 1, maxLength: 8 }),
    );
    const name = fc.array(fc.record({ type, value }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(name, (attributes) => {
        const text = distinguishedNameText(attributes);
        expect(parseDistinguishedName(text)).toEqual(attributes);
        const names = [{ type: 'directory', value: text }] as const;
        expect(parseGeneralNames(encodeGeneralNames(names))).toEqual(names);
      }),
    );
  });

  it('does not take long to refuse', () => {
    const start = performance.now();
    for (const text of [`CN=${' '.repeat(50_000)}"`, 'CN=a,'.repeat(50_000), '\\'.repeat(50_000)]) {
      expect(refusedBecause(text)).not.toContain('taken');
    }
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
