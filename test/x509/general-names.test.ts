import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DerError } from '../../src/der/reader.ts';
import { contextConstructed, contextPrimitive, NULL, sequence } from '../../src/der/writer.ts';
import {
  canonicalAddress,
  comparableName,
  encodeGeneralNames,
  generalNameText,
  isAddress,
  isDnsName,
  isEmailAddress,
  isUri,
  isWellFormed,
  parseGeneralNames,
} from '../../src/x509/general-names.ts';

const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex');

describe('general names', () => {
  it('have the tags of RFC 5280', () => {
    const names = [
      { type: 'email', value: 'a@b.c' },
      { type: 'dns', value: 'b.c' },
      { type: 'uri', value: 'u:v' },
      { type: 'ip', value: '192.0.2.1' },
    ] as const;
    const encoded = encodeGeneralNames(names);
    expect(hex(encoded)).toBe('30178105614062' + '2e638203622e63' + '8603753a76' + '8704c0000201');
    expect(parseGeneralNames(encoded)).toEqual(names);
    expect(names.map(generalNameText)).toEqual([
      'email:a@b.c',
      'dns:b.c',
      'uri:u:v',
      'ip:192.0.2.1',
    ]);
  });

  it('that we do not write are kept as they are', () => {
    const directoryName = contextConstructed(4, sequence());
    const names = parseGeneralNames(sequence(directoryName, contextPrimitive(2, Buffer.from('a'))));
    expect(names).toEqual([
      { type: 'other', value: 'a4023000' },
      { type: 'dns', value: 'a' },
    ]);
    expect(hex(encodeGeneralNames(names))).toBe('3007a4023000820161');
    expect(names.map(isWellFormed)).toEqual([false, true]);
  });

  it('may not have anything behind them', () => {
    expect(() => parseGeneralNames(Buffer.concat([sequence(), NULL]))).toThrow(DerError);
  });
});

describe('an IP address', () => {
  it.each([
    ['192.0.2.1', 'c0000201'],
    ['255.255.255.255', 'ffffffff'],
    ['0.0.0.0', '00000000'],
    ['::', '00'.repeat(16)],
    ['::1', `${'00'.repeat(15)}01`],
    ['2001:db8::1', '20010db8000000000000000000000001'],
    ['2001:db8::', '20010db8000000000000000000000000'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['1::8', '00010000000000000000000000000008'],
    ['FE80::ABCD', 'fe80000000000000000000000000abcd'],
    ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
    ['64:ff9b::192.0.2.33', '0064ff9b0000000000000000c0000221'],
  ])('%s has its octets in network order', (address, octets) => {
    const encoded = encodeGeneralNames([{ type: 'ip', value: address }]);
    expect(hex(encoded.subarray(4))).toBe(octets);
    expect(parseGeneralNames(encoded)).toEqual([{ type: 'ip', value: canonicalAddress(address) }]);
  });

  it.each([
    ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['192.0.2.1', '192.0.2.1'],
    ['not an address', 'not an address'],
  ])('%s is in its shortest form %s', (address, canonical) => {
    expect(canonicalAddress(address)).toBe(canonical);
  });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (value) => {
        const [name] = parseGeneralNames(encodeGeneralNames([{ type: 'ip', value }]));
        expect(name).toEqual({ type: 'ip', value: canonicalAddress(value) });
        expect(isIPv6(name?.value ?? '')).toBe(isIPv6(value));
      }),
    );
  });

  it('has 4 or 16 octets', () => {
    for (const length of [0, 3, 5, 8, 15, 17, 32]) {
      const names = sequence(contextPrimitive(7, new Uint8Array(length)));
      expect(() => parseGeneralNames(names)).toThrow(
        new DerError('an IP address has neither 4 nor 16 octets'),
      );
    }
  });

  it.each([
    ['192.0.2.1', true],
    ['::1', true],
    ['fe80::1%eth0', false],
    ['192.0.2.0/24', false],
    ['192.0.2.256', false],
    ['192.0.2', false],
    ['[::1]', false],
    ['example.com', false],
    ['', false],
  ])('is well formed: %s: %s', (text, expected) => {
    expect(isAddress(text)).toBe(expected);
    expect(isWellFormed({ type: 'ip', value: text })).toBe(expected);
  });
});

const LABEL_63 = 'a'.repeat(63);
const NAME_253 = `${LABEL_63}.${LABEL_63}.${LABEL_63}.${'a'.repeat(61)}`;

describe('a DNS name', () => {
  it.each([
    'localhost',
    'example.com',
    'Example.COM',
    'a-b.example',
    '3com.example',
    'xn--mnchen-3ya.de',
    '*.example.com',
    `${LABEL_63}.example`,
    NAME_253,
    '1.2.3.4.5',
  ])('may be %s', (text) => {
    expect(isDnsName(text)).toBe(true);
  });

  it.each([
    '',
    '.',
    'example.com.',
    '.example.com',
    'a..b',
    '-a.example',
    'a-.example',
    'a_b.example',
    'a b.example',
    'münchen.de',
    '*',
    '*.com',
    'a*.example.com',
    '*a.example.com',
    '*.*.example.com',
    'a.*.example.com',
    `${LABEL_63}a.example`,
    `${NAME_253}a`,
    '192.0.2.1',
    '::1',
    'example.com:443',
    'a.example\n',
  ])('may not be "%s"', (text) => {
    expect(isDnsName(text)).toBe(false);
  });
});

describe('an e-mail address', () => {
  it.each(['a@example.com', "o'neil+x@example.com", 'a.b@c', `${'a'.repeat(64)}@example.com`])(
    'may be %s',
    (text) => {
      expect(isEmailAddress(text)).toBe(true);
    },
  );

  it.each([
    'example.com',
    '@example.com',
    'a@',
    'a@b@c.example ',
    'a@@example.com',
    '.a@example.com',
    'a.@example.com',
    'a..b@example.com',
    'a b@example.com',
    'ä@example.com',
    'a@*.example.com',
    'a@192.0.2.1',
    'A <a@example.com>',
    `${'a'.repeat(65)}@example.com`,
  ])('may not be "%s"', (text) => {
    expect(isEmailAddress(text)).toBe(false);
  });
});

describe('a URI', () => {
  it.each(['https://example.com/a?b#c', 'urn:uuid:0', 'spiffe://example.org/x'])(
    'may be %s',
    (text) => {
      expect(isUri(text)).toBe(true);
    },
  );

  it.each(['', '/path', 'example.com', 'https:', 'https://a b/', 'https://ä.example/', '1a:b'])(
    'may not be "%s"',
    (text) => {
      expect(isUri(text)).toBe(false);
    },
  );
});

describe('general names that are the same', () => {
  it.each([
    ['dns', 'WWW.example.COM', 'www.EXAMPLE.com'],
    ['email', 'a@EXAMPLE.com', 'a@example.com'],
    ['smtputf8', 'é@EXAMPLE.com', 'é@example.com'],
    ['ip', '2001:DB8:0::1', '2001:db8::1'],
    ['ip', '::ffff:192.0.2.1', '::ffff:c000:201'],
  ] as const)('%s: %s and %s', (type, value, other) => {
    expect(comparableName({ type, value })).toBe(comparableName({ type, value: other }));
  });

  it.each([
    ['email', 'A@example.com', 'a@example.com'],
    ['uri', 'http://a.example/B', 'http://a.example/b'],
    ['upn', 'a@EXAMPLE.com', 'a@example.com'],
    ['ip', '::1', '::2'],
  ] as const)('are not %s: %s and %s', (type, value, other) => {
    expect(comparableName({ type, value })).not.toBe(comparableName({ type, value: other }));
  });

  it('are of one kind', () => {
    const value = 'a.example';
    expect(comparableName({ type: 'dns', value })).not.toBe(comparableName({ type: 'uri', value }));
  });
});
