import { createHash, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DerError } from '../../src/der/reader.ts';
import {
  bitString,
  ia5String,
  integer,
  NULL,
  objectIdentifier,
  octetString,
  sequence,
} from '../../src/der/writer.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import { encodeCsr, encodeRequestInfo, parseCsr } from '../../src/x509/csr.ts';
import { ATTRIBUTE_OID, encodeAttribute } from '../../src/x509/csr-attributes.ts';
import { encodeName } from '../../src/x509/names.ts';
import {
  relatedCertMessage,
  relatedCertRequest,
  relatedCertRequestOf,
  verifyRelatedCertRequest,
} from '../../src/x509/related-cert-request.ts';
import {
  isRelated,
  parseRelatedCertificate,
  relatedCertificate,
} from '../../src/x509/related-certificate.ts';

const certID = { issuer: encodeName([{ type: 'CN', value: 'Root' }]), serialNumber: 0x1234n };
const requestTime = new Date('2027-01-15T08:00:00Z'); // 1,800,000,000 seconds after 1970
const locations = ['https://ca.example/a.crt', 'data:,x'];

/** A request with this value of the attribute, or of none. */
const requestWith = (...attributes: readonly Uint8Array[]) =>
  parseCsr(
    encodeCsr(
      encodeRequestInfo({ subject: sequence(), publicKey: sequence(), attributes }),
      sequence(objectIdentifier('1.3.101.112')),
      new Uint8Array(1),
    ),
  );

describe('what the key of a related certificate signs', () => {
  it('is IssuerAndSerialNumber and BinaryTime in a row, with nothing around them', () => {
    const message = relatedCertMessage({ certID, requestTime });
    expect(Buffer.from(message).toString('hex')).toBe(
      '3015300f310d300b06035504031304526f6f740202123402046b49d200',
    );
  });

  it('does not cover fractions of a second', () => {
    const later = new Date(requestTime.getTime() + 999);
    expect(relatedCertMessage({ certID, requestTime: later })).toEqual(
      relatedCertMessage({ certID, requestTime }),
    );
  });

  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const spki = (pair: { publicKey: typeof ec.publicKey }) =>
    Uint8Array.from(pair.publicKey.export({ type: 'spki', format: 'der' }));
  const holder = (publicKey: Uint8Array) => ({ tbs: { publicKey } }) as Certificate;
  const message = relatedCertMessage({ certID, requestTime });

  it.each([
    ['ecdsa-with-SHA256', ec, 'sha256', {}],
    ['ecdsa-with-SHA512', ec, 'sha512', {}],
    ['sha256WithRSAEncryption', rsa, 'sha256', {}],
    ['sha512WithRSAEncryption', rsa, 'sha512', {}],
    ['RSASSA-PSS-SHA384', rsa, 'sha384', { padding: 6, saltLength: 48 }],
  ] as const)('may be signed by %s: no algorithm is named', async (name, pair, hash, options) => {
    const key = createPrivateKey(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const signature = sign(hash, message, { key, ...options });
    const request = { certID, requestTime, locations, signature };
    const check = await verifyRelatedCertRequest(request, holder(spki(pair)));
    expect(check).toEqual({ algorithm: name, implementation: 'node:crypto', problem: undefined });
    const later = { ...request, requestTime: new Date(requestTime.getTime() + 1000) };
    const { problem } = await verifyRelatedCertRequest(later, holder(spki(pair)));
    expect(problem).toMatch(/^its .* signature does not verify$/);
  });

  it('is not signed by a key that cannot', async () => {
    const kem = generateKeyPairSync('ml-kem-512');
    const request = { certID, requestTime, locations, signature: new Uint8Array(8) };
    const check = await verifyRelatedCertRequest(request, holder(spki(kem)));
    expect(check).toMatchObject({ algorithm: 'ml-kem-512', problem: 'its key cannot sign' });
  });
});

describe('the attribute', () => {
  const signature = Uint8Array.of(1, 2, 3);

  it('is read as it was written', () => {
    const request = { certID, requestTime, locations, signature };
    expect(relatedCertRequestOf(requestWith(relatedCertRequest(request)))).toEqual(request);
    expect(relatedCertRequestOf(requestWith())).toBeUndefined();
  });

  const name = sequence(certID.issuer, integer(certID.serialNumber));
  const uris = sequence(ia5String('https://a'));
  const bits = bitString(signature);

  it.each([
    ['a time before 1970', [name, integer(-1), uris, bits], 'its requestTime is out of range'],
    [
      'a time in 10000',
      [name, integer(253402300800n), uris, bits],
      'its requestTime is out of range',
    ],
    ['no locations', [name, integer(1), sequence(), bits], 'its locationInfo is empty'],
    [
      'a location that is no URI',
      [name, integer(1), sequence(NULL), bits],
      'tag 16 expected, 05 found',
    ],
    ['no signature', [name, integer(1), uris], 'a value is missing'],
    ['more than that', [name, integer(1), uris, bits, NULL], 'there is more than was expected'],
    [
      'a name that is none',
      [sequence(sequence(NULL), integer(1)), integer(1), uris, bits],
      'tag 31 expected, 05 found',
    ],
  ])('is refused with %s', (_, parts, message) => {
    const attribute = encodeAttribute(ATTRIBUTE_OID.relatedCertRequest, sequence(...parts));
    expect(() => relatedCertRequestOf(requestWith(attribute))).toThrow(new DerError(message));
  });
});

describe('the extension', () => {
  const der = Buffer.from('a certificate');
  const certificate = { der, signatureAlgorithm: sequence(objectIdentifier('1.3.101.112')) };
  const related = certificate as unknown as Certificate;
  const hashed = (oid: string, ...parameters: Uint8Array[]) =>
    sequence(
      sequence(objectIdentifier(oid), ...parameters),
      octetString(createHash('sha256').update(der).digest()),
    );
  const SHA256 = '2.16.840.1.101.3.4.2.1';

  it('hashes the whole certificate, without parameters of the hash', () => {
    expect(relatedCertificate(related)).toEqual({
      oid: '1.3.6.1.5.5.7.1.36',
      critical: false,
      value: hashed(SHA256),
    });
  });

  it('of others may have a NULL as parameters', () => {
    expect(isRelated(parseRelatedCertificate(hashed(SHA256, NULL)), related)).toBe(true);
    expect(() => parseRelatedCertificate(hashed(SHA256, integer(1)))).toThrow(
      new DerError('there is more than was expected'),
    );
  });

  it('with a hash that is not known is about nothing', () => {
    const unknown = parseRelatedCertificate(hashed('1.2.3'));
    expect(unknown.hash).toBeUndefined();
    expect(isRelated(unknown, related)).toBe(false);
  });
});
