import { describe, expect, it } from 'vitest';
import { decodePoint } from '../../../src/signers/pkcs11/ec-point.ts';
import { classicalNamed } from '../software-keys.ts';

const p256 = classicalNamed('ecdsa-p256');
const p521 = classicalNamed('ecdsa-p521');
const ed25519 = classicalNamed('ed25519');

/** An uncompressed point of P-256 by its looks; whether it is on the curve is not decided here. */
const POINT = Buffer.concat([Buffer.of(0x04), Buffer.alloc(64, 0x11)]);
const RAW_ED25519 = Buffer.alloc(32, 0x22);

const decoded = (octets: Uint8Array, row = p256) => Buffer.from(decodePoint(octets, row));

describe('CKA_EC_POINT', () => {
  it.each([
    ['bare', POINT],
    ['in an OCTET STRING', Buffer.concat([Buffer.of(0x04, 65), POINT])],
    ['in a BIT STRING', Buffer.concat([Buffer.of(0x03, 66, 0), POINT])],
  ])('is understood %s', (_, attribute) => {
    expect(decoded(attribute)).toEqual(POINT);
  });

  it('is understood bare where its first octets look like an OCTET STRING around it', () => {
    const disguised = Buffer.concat([Buffer.of(0x04, 63), Buffer.alloc(63, 0x33)]);
    expect(decoded(disguised)).toEqual(disguised);
  });

  it('is understood with a length of two octets, as P-521 has', () => {
    const point = Buffer.concat([Buffer.of(0x04), Buffer.alloc(132, 0x44)]);
    expect(decoded(Buffer.concat([Buffer.of(0x04, 0x81, 133), point]), p521)).toEqual(point);
  });

  it('is understood of Edwards curves, bare and wrapped', () => {
    expect(decoded(RAW_ED25519, ed25519)).toEqual(RAW_ED25519);
    const wrapped = Buffer.concat([Buffer.of(0x04, 32), RAW_ED25519]);
    expect(decoded(wrapped, ed25519)).toEqual(RAW_ED25519);
  });

  it('is a copy, so that what the module reuses cannot change it', () => {
    const attribute = Buffer.from(POINT);
    const point = decodePoint(attribute, p256);
    attribute.fill(0);
    expect(Buffer.from(point)).toEqual(POINT);
  });

  it('is taken without the octet 04 before its coordinates, bare or in an OCTET STRING', () => {
    const coordinates = POINT.subarray(1);
    for (const attribute of [coordinates, Buffer.concat([Buffer.of(0x04, 64), coordinates])]) {
      expect(Buffer.from(decodePoint(attribute, p256))).toEqual(POINT);
    }
  });

  it.each([
    ['two octets short', POINT.subarray(2)],
    ['one octet long', Buffer.concat([POINT, Buffer.of(0)])],
    ['empty', Buffer.alloc(0)],
    ['an OCTET STRING of another length', Buffer.concat([Buffer.of(0x04, 61), POINT.subarray(4)])],
    ['an INTEGER around it', Buffer.concat([Buffer.of(0x02, 65), POINT])],
    ['compressed', Buffer.concat([Buffer.of(0x02), Buffer.alloc(32, 0x11)])],
  ])('is refused when it is %s', (_, attribute) => {
    expect(() => decodePoint(attribute, p256)).toThrow(
      expect.objectContaining({
        code: 'KEY_UNAVAILABLE',
        message: 'the token gives a malformed public key for ecdsa-p256',
        hints: [`CKA_EC_POINT has ${attribute.length} octets; the point alone would have 65`],
      }),
    );
  });
});
