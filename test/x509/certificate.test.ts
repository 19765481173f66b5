import { randomBytes, X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { algorithmNamed } from '../../src/algorithms/registry.ts';
import { encodeSpki } from '../../src/algorithms/spki.ts';
import { DerError, enterDer } from '../../src/der/reader.ts';
import {
  bitString,
  contextConstructed,
  integer,
  NULL,
  octetString,
  sequence,
} from '../../src/der/writer.ts';
import {
  encodeCertificate,
  encodeTbs,
  parseCertificate,
  parseTbs,
  serialText,
} from '../../src/x509/certificate.ts';
import { encodeName } from '../../src/x509/names.ts';

const ed25519 = algorithmNamed('ed25519');
const plain = {
  serialNumber: 0x1234n,
  signature: Uint8Array.from(ed25519.identifier),
  issuer: encodeName([{ type: 'CN', value: 'Issuer' }]),
  notBefore: new Date('2026-11-21T00:00:00Z'),
  notAfter: new Date('2056-11-20T23:59:59Z'),
  subject: encodeName([{ type: 'CN', value: 'Subject' }]),
  publicKey: encodeSpki(ed25519, randomBytes(32)),
  extensions: [{ oid: '2.5.29.14', critical: false, value: octetString(Uint8Array.of(1)) }],
};
const SIGNATURE = Uint8Array.from(Buffer.alloc(64, 7));

const encoded = (tbsDer = encodeTbs(plain)) =>
  encodeCertificate(tbsDer, ed25519.identifier, SIGNATURE);

/** The components of the TBSCertificate, to be put together in other ways. */
function components(): Uint8Array[] {
  const reader = enterDer(encodeTbs(plain));
  const parts: Uint8Array[] = [];
  while (!reader.done) parts.push(reader.read().octets);
  return parts;
}

describe('a certificate', () => {
  it('is read as it was written', () => {
    const certificate = parseCertificate(encoded());
    expect(certificate.tbs).toEqual(plain);
    expect(certificate.tbsDer).toEqual(encodeTbs(plain));
    expect(certificate.signatureAlgorithm).toEqual(plain.signature);
    expect(certificate.signature).toEqual(SIGNATURE);
    expect(certificate.der).toEqual(encoded());
  });

  it('is read as it was written, whatever its serial number, times and extensions', () => {
    const second = fc
      .integer({ min: Date.parse('1950-01-01') / 1000, max: Date.parse('9999-12-31') / 1000 })
      .map((seconds) => new Date(seconds * 1000));
    const extension = fc.record({
      oid: fc.constantFrom('2.5.29.15', '1.2.3.4', '2.999.7'),
      critical: fc.boolean(),
      value: fc.uint8Array({ maxLength: 200 }),
    });
    const drawn = fc.record({
      serialNumber: fc.bigInt({ min: 1n, max: 2n ** 159n - 1n }),
      notBefore: second,
      notAfter: second,
      extensions: fc.array(extension, { minLength: 1, maxLength: 5 }),
    });
    fc.assert(
      fc.property(drawn, (parts) => {
        const tbs = { ...plain, ...parts };
        expect(parseTbs(encodeTbs(tbs))).toEqual(tbs);
      }),
    );
  });

  it('is what node:crypto makes of it', () => {
    const theirs = new X509Certificate(encoded());
    expect(theirs.serialNumber).toBe('1234');
    expect(theirs.issuer).toBe('CN=Issuer');
    expect(theirs.subject).toBe('CN=Subject');
    expect(theirs.validFromDate).toEqual(plain.notBefore);
    expect(theirs.validToDate).toEqual(plain.notAfter);
  });

  it('may have no extensions at all', () => {
    expect(parseTbs(sequence(...components().slice(0, -1))).extensions).toEqual([]);
  });
});

describe('a certificate is refused', () => {
  const [version, ...rest] = components();
  const others = rest.slice(0, -1);

  it.each([
    ['of version 1', sequence(...rest)],
    ['of version 2', sequence(contextConstructed(0, integer(1)), ...rest)],
    ['of version 1 spelled out', sequence(contextConstructed(0, integer(0)), ...rest)],
  ])('when it is %s', (_, tbsDer) => {
    expect(() => parseCertificate(encoded(tbsDer))).toThrow(new DerError('it is not of version 3'));
  });

  it('when its list of extensions is empty', () => {
    const empty = contextConstructed(3, sequence());
    const tbsDer = sequence(version ?? NULL, ...others, empty);
    expect(() => parseCertificate(encoded(tbsDer))).toThrow(
      new DerError('its list of extensions is empty'),
    );
  });

  it.each([
    ['behind the certificate', Buffer.concat([encoded(), NULL])],
    [
      'behind the signature',
      sequence(encodeTbs(plain), ed25519.identifier, bitString(SIGNATURE), NULL),
    ],
    ['behind the extensions', encoded(sequence(...components(), NULL))],
  ])('when there is something %s', (_, der) => {
    expect(() => parseCertificate(der)).toThrow(new DerError('there is more than was expected'));
  });

  it('when its unique identifiers are in the wrong order', () => {
    const ids = ['82020007', '81020007'].map((id) => Buffer.from(id, 'hex'));
    const tbsDer = (...those: readonly Uint8Array[]) =>
      encoded(sequence(version ?? NULL, ...others, ...those, rest.at(-1) ?? NULL));
    expect(() => parseCertificate(tbsDer(...ids))).toThrow(DerError);
    expect(parseCertificate(tbsDer(...ids.toReversed())).tbs.extensions.length).toBeGreaterThan(0);
  });

  it('when it is cut off anywhere', () => {
    const der = encoded();
    for (let length = 0; length < der.length; length++) {
      expect(() => parseCertificate(der.subarray(0, length))).toThrow(DerError);
    }
  });
});

describe('a serial number', () => {
  it.each([
    [1n, '01'],
    [0x7fn, '7f'],
    [0x100n, '0100'],
    [2n ** 159n - 1n, '7fffffffffffffffffffffffffffffffffffffff'],
  ])('%s is written as %s', (serialNumber, text) => {
    expect(serialText(serialNumber)).toBe(text);
  });
});
