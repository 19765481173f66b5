import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DerError, enterDer } from '../../src/der/reader.ts';
import { bitString, integer, octetString, sequence } from '../../src/der/writer.ts';
import { encodeName } from '../../src/x509/names.ts';
import { certId, isOfIssuer, parseCertId } from '../../src/x509/ocsp-cert-id.ts';
import {
  encodeResponseData,
  parseResponseData,
  type ResponseData,
} from '../../src/x509/ocsp-data.ts';
import { ocspNonce, parseNonce } from '../../src/x509/ocsp-nonce.ts';
import {
  encodeOcspRequest,
  ocspPath,
  parseOcspPath,
  parseOcspRequest,
} from '../../src/x509/ocsp-request.ts';
import {
  encodeErrorResponse,
  encodeOcspResponse,
  OCSP_STATUS,
  type OcspStatus,
  parseOcspResponse,
} from '../../src/x509/ocsp-response.ts';
import { P256_KEY } from '../cli/made-certificate.ts';

const issuer = { subject: encodeName([{ type: 'CN', value: 'CA' }]), publicKey: P256_KEY };
const other = { ...issuer, subject: encodeName([{ type: 'CN', value: 'Other CA' }]) };
const id = certId(issuer, 0x80n, 'sha1');
const request = encodeOcspRequest(id, Uint8Array.of(1, 2, 3));
const at = new Date('2030-01-01T00:00:00Z');

const data: ResponseData = {
  responder: { kind: 'key', hash: new Uint8Array(20) },
  producedAt: at,
  responses: [
    {
      certId: id,
      status: { kind: 'revoked', at: new Date('2060-01-01T00:00:00Z'), reason: 4 },
      thisUpdate: at,
      nextUpdate: new Date('2030-01-02T00:00:00Z'),
      extensions: [],
    },
    {
      certId: certId(issuer, 7n, 'sha256'),
      status: { kind: 'unknown' },
      thisUpdate: at,
      nextUpdate: undefined,
      extensions: [{ oid: '1.2.3', critical: false, value: integer(1) }],
    },
    {
      certId: certId(issuer, 8n, 'sha512'),
      status: { kind: 'good' },
      thisUpdate: at,
      nextUpdate: undefined,
      extensions: [],
    },
  ],
  extensions: [ocspNonce(Uint8Array.of(1, 2, 3))],
};
const encoded = encodeResponseData(data);
const response = encodeOcspResponse(sequence(encoded, sequence(), bitString(Uint8Array.of(1, 2))), [
  sequence(integer(1)),
]);

describe('a CertID', () => {
  it.each(['sha1', 'sha256', 'sha384', 'sha512'] as const)('of %s is about one issuer', (hash) => {
    const made = certId(issuer, 5n, hash);
    expect(parseCertId(enterDer(sequence(made.der)))).toEqual(made);
    expect([isOfIssuer(made, issuer), isOfIssuer(made, other)]).toEqual([true, false]);
  });

  it('of an unknown hash function is about nobody, and can be read', () => {
    const md5 = Buffer.from('300c06082a864886f70d02050500', 'hex');
    const der = sequence(
      md5,
      octetString(new Uint8Array(16)),
      octetString(new Uint8Array(16)),
      integer(1),
    );
    const read = parseCertId(enterDer(sequence(der)));
    expect([read.hash, isOfIssuer(read, issuer)]).toEqual([undefined, false]);
  });
});

describe('a request', () => {
  it('is read as it was written', () => {
    const { requests, extensions } = parseOcspRequest(request);
    expect(requests).toEqual([{ certId: id, extensions: [] }]);
    expect(parseNonce(extensions)).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('has a path, which is read with and without escapes', () => {
    const path = ocspPath(request);
    expect(path).toMatch(/^M[A-Za-z0-9%]+$/);
    const wanted = Buffer.from(request);
    expect(parseOcspPath(path)).toEqual(wanted);
    expect(parseOcspPath(decodeURIComponent(path))).toEqual(wanted);
    expect(['', '%', 'M!', '%00', 'MA==='].map(parseOcspPath)).toEqual(Array(5).fill(undefined));
  });

  it('about nothing is none', () => {
    expect(() => parseOcspRequest(sequence(sequence(sequence())))).toThrow(
      new DerError('it asks about no certificate'),
    );
  });
});

describe('a response', () => {
  it('says what it was made of', () => {
    expect(parseResponseData(encoded)).toEqual(data);
    const named: ResponseData = { ...data, responder: { kind: 'name', name: issuer.subject } };
    expect(parseResponseData(encodeResponseData(named))).toEqual(named);
  });

  it('carries signature and certificates', () => {
    const { status, basic } = parseOcspResponse(response);
    expect(status).toBe('successful');
    expect(Buffer.from(basic?.tbsDer ?? [])).toEqual(Buffer.from(encoded));
    expect(basic?.signature).toEqual(Uint8Array.of(1, 2));
    expect(basic?.certificates).toEqual([sequence(integer(1))]);
  });

  it('may be an error', () => {
    for (const status of Object.keys(OCSP_STATUS) as OcspStatus[]) {
      if (status === 'successful') continue;
      expect(parseOcspResponse(encodeErrorResponse(status))).toEqual({ status, basic: undefined });
    }
    expect(() => parseOcspResponse(Buffer.from('30030a0104', 'hex'))).toThrow(
      new DerError('there is no response status 4'),
    );
    expect(() => parseOcspResponse(Buffer.from('30030a0100', 'hex'))).toThrow(
      new DerError('it is an answer and an error at once, or neither'),
    );
  });
});

describe('hostile octets', () => {
  it.each([
    ['request', request, parseOcspRequest],
    ['response', response, parseOcspResponse],
    ['response data', encoded, parseResponseData],
  ] as const)('in a %s are refused, or read, and nothing else', (_, sound, parse) => {
    const flips = fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(flips, fc.nat(sound.length), (changes, length) => {
        const octets = Uint8Array.from(sound);
        for (const [index, value] of changes) octets[index] = value;
        try {
          parse(octets.subarray(0, length));
          parse(octets);
        } catch (error) {
          expect(error).toBeInstanceOf(DerError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
