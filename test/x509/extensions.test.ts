import 'reflect-metadata';
import { createHash, generateKeyPairSync } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { describe, expect, it } from 'vitest';
import { DerError, DerReader } from '../../src/der/reader.ts';
import { boolean, objectIdentifier, octetString, sequence } from '../../src/der/writer.ts';
import {
  authorityKeyIdentifier,
  encodeExtension,
  keyIdentifier,
  knownExtensions,
  parseAuthorityKeyIdentifier,
  parseBasicConstraints,
  parseExtendedKeyUsage,
  parseExtension,
  parseKeyUsage,
  subjectKeyIdentifier,
} from '../../src/x509/extensions.ts';

const octetsOf = (extension: x509.Extension) => new Uint8Array(extension.value);
const bytes = (digits: string) => Buffer.from(digits, 'hex');

describe('an extension', () => {
  it.each([true, false])('that is critical (%s) is read as it was written', (critical) => {
    const extension = { oid: '2.5.29.15', critical, value: Uint8Array.of(3, 2, 5, 0xa0) };
    const encoded = encodeExtension(extension);
    expect(parseExtension(new DerReader(encoded).enter())).toEqual(extension);
  });

  it('is as @peculiar/x509 encodes it', () => {
    for (const critical of [true, false]) {
      const theirs = new x509.Extension('1.2.3.4', critical, Uint8Array.of(5, 0));
      const ours = encodeExtension({ oid: '1.2.3.4', critical, value: Uint8Array.of(5, 0) });
      expect(Buffer.from(ours)).toEqual(Buffer.from(theirs.rawData));
    }
  });

  it('leaves out FALSE, which is the DEFAULT', () => {
    const spelledOut = sequence(objectIdentifier('1.2.3'), boolean(false), octetString(bytes('')));
    expect(() => parseExtension(new DerReader(spelledOut).enter())).toThrow(
      new DerError('a DEFAULT value must be left out'),
    );
  });

  it('has nothing behind its value', () => {
    const long = sequence(objectIdentifier('1.2.3'), octetString(bytes('')), boolean(true));
    expect(() => parseExtension(new DerReader(long).enter())).toThrow(DerError);
  });
});

describe('what @peculiar/x509 encodes is read:', () => {
  it('keyUsage', () => {
    const flags = x509.KeyUsageFlags;
    const some = new x509.KeyUsagesExtension(flags.digitalSignature | flags.keyCertSign, true);
    const last = new x509.KeyUsagesExtension(flags.decipherOnly | flags.keyAgreement);
    expect(parseKeyUsage(octetsOf(some))).toEqual(['digitalSignature', 'keyCertSign']);
    expect(parseKeyUsage(octetsOf(last))).toEqual(['keyAgreement', 'decipherOnly']);
  });

  it('extKeyUsage, with OIDs for purposes that have no name here', () => {
    const purposes = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.9', '1.2.3.4'];
    const extension = new x509.ExtendedKeyUsageExtension(purposes);
    expect(parseExtendedKeyUsage(octetsOf(extension))).toEqual([
      'serverAuth',
      'ocspSigning',
      '1.2.3.4',
    ]);
  });

  it.each([
    [true, 3, { ca: true, pathLength: 3 }],
    [true, 0, { ca: true, pathLength: 0 }],
    [true, undefined, { ca: true, pathLength: undefined }],
    [false, undefined, { ca: false, pathLength: undefined }],
  ])('basicConstraints (%s, %s)', (ca, pathLength, expected) => {
    const extension = new x509.BasicConstraintsExtension(ca, pathLength);
    expect(parseBasicConstraints(octetsOf(extension))).toEqual(expected);
  });

  it('the two key identifiers', () => {
    const authority = new x509.AuthorityKeyIdentifierExtension('0a0b');
    const subject = new x509.SubjectKeyIdentifierExtension('0c0d');
    const known = knownExtensions([
      { oid: '2.5.29.35', critical: false, value: octetsOf(authority) },
      { oid: '2.5.29.14', critical: false, value: octetsOf(subject) },
    ]);
    expect(known.authorityKeyIdentifier).toEqual(Uint8Array.of(0x0a, 0x0b));
    expect(known.subjectKeyIdentifier).toEqual(Uint8Array.of(0x0c, 0x0d));
  });

  it('subjectAltName', () => {
    const extension = new x509.SubjectAlternativeNameExtension([
      { type: 'dns', value: 'a.example' },
      { type: 'ip', value: '2001:db8::1' },
      { type: 'email', value: 'a@b.example' },
      { type: 'url', value: 'https://c.example/' },
    ]);
    const value = octetsOf(extension);
    expect(knownExtensions([{ oid: '2.5.29.17', critical: true, value }]).subjectAltName).toEqual([
      { type: 'dns', value: 'a.example' },
      { type: 'ip', value: '2001:db8::1' },
      { type: 'email', value: 'a@b.example' },
      { type: 'uri', value: 'https://c.example/' },
    ]);
  });
});

describe('what is not DER is refused:', () => {
  it.each([
    [
      'basicConstraints with cA FALSE spelled out',
      () => parseBasicConstraints(bytes('3003010100')),
    ],
    [
      'basicConstraints with a negative length',
      () => parseBasicConstraints(bytes('30060101ff0201ff')),
    ],
    ['basicConstraints with more', () => parseBasicConstraints(bytes('30050101ff0500'))],
    ['keyUsage with trailing zero bits', () => parseKeyUsage(bytes('030200a0'))],
    ['keyUsage in an OCTET STRING', () => parseKeyUsage(bytes('040205a0'))],
    ['extKeyUsage of something else', () => parseExtendedKeyUsage(bytes('30020500'))],
  ])('%s', (_, parse) => {
    expect(parse).toThrow(DerError);
  });
});

describe('a key identifier', () => {
  it('is the SHA-1 of the octets of subjectPublicKey', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const spki = publicKey.export({ format: 'der', type: 'spki' });
    const expected = createHash('sha1').update(spki.subarray(-32)).digest();
    expect(keyIdentifier(spki)).toEqual(expected);
  });

  it('is written for subject and authority', () => {
    const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex');
    expect(hex(subjectKeyIdentifier(bytes('0a0b')).value)).toBe('04020a0b');
    expect(hex(authorityKeyIdentifier(bytes('0a0b')).value)).toBe('300480020a0b');
  });

  it('may be absent where the authority is named otherwise', () => {
    expect(parseAuthorityKeyIdentifier(bytes('3003820107'))).toBeUndefined();
  });
});

it('extensions that are absent are undefined', () => {
  expect(new Set(Object.values(knownExtensions([])))).toEqual(new Set([undefined]));
});
