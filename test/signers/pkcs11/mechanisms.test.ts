import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CK_PARAMS_RSA_PSS, CKM } from '../../../src/signers/pkcs11/constants.ts';
import {
  ecdsaSignature,
  offeredMechanisms,
  signingMechanisms,
} from '../../../src/signers/pkcs11/mechanisms.ts';
import { classicalNamed } from '../software-keys.ts';

const numbersFor = (name: string) =>
  signingMechanisms(classicalNamed(name)).map(({ mechanism }) => mechanism.mechanism);

describe('the ways to sign', () => {
  it('prefer our own hash, then the one of the token', () => {
    expect(numbersFor('ecdsa-p256')).toEqual([0x1041, 0x1044]);
    expect(numbersFor('ecdsa-p384')).toEqual([0x1041, 0x1045]);
    expect(numbersFor('ecdsa-p521')).toEqual([0x1041, 0x1046]);
    expect(numbersFor('rsa-3072')).toEqual([0x01, 0x40]);
    expect(numbersFor('rsa-4096')).toEqual([0x01, 0x41]);
    expect(numbersFor('rsa-3072-pss')).toEqual([0x0d, 0x43]);
    expect(numbersFor('rsa-4096-pss')).toEqual([0x0d, 0x44]);
    expect(numbersFor('ed25519')).toEqual([0x1057]);
  });

  it('give the token a digest where it does not hash, else the message', () => {
    const message = Buffer.from('message');
    const [digest, whole] = signingMechanisms(classicalNamed('ecdsa-p384'));
    expect(digest?.prepare(message)).toEqual(createHash('sha384').update(message).digest());
    expect(whole?.prepare(message)).toEqual(message);
  });

  it('wrap the digest in a DigestInfo for CKM_RSA_PKCS', () => {
    const [way] = signingMechanisms(classicalNamed('rsa-2048'));
    const prefix = '3031300d060960864801650304020105000420'; // RFC 8017 §9.2 note 1, SHA-256
    expect(Buffer.from(way?.prepare(Buffer.from('abc')) ?? []).toString('hex')).toBe(
      prefix + createHash('sha256').update('abc').digest('hex'),
    );
  });

  it('have for PSS the same hash twice and a salt of its length', () => {
    const [way] = signingMechanisms(classicalNamed('rsa-4096-pss'));
    expect(way?.mechanism).toEqual({
      mechanism: 0x0d,
      parameter: { type: CK_PARAMS_RSA_PSS, hashAlg: 0x260, mgf: 0x03, saltLen: 48 },
    });
  });

  it('have no parameter for Ed25519, which makes it the pure variant', () => {
    const [way] = signingMechanisms(classicalNamed('ed25519'));
    expect(way?.mechanism).toEqual({ mechanism: 0x1057 });
  });
});

describe('the choice among them', () => {
  const p256 = classicalNamed('ecdsa-p256');

  it('falls back to the hash of the token where CKM_ECDSA is absent', () => {
    const ways = (...offered: readonly number[]) =>
      offeredMechanisms(p256, new Set(offered)).map(({ mechanism }) => mechanism.mechanism);
    expect(ways(CKM.ecdsaSha256, CKM.ecdsa)).toEqual([CKM.ecdsa, CKM.ecdsaSha256]);
    expect(ways(CKM.ecdsaSha256)).toEqual([CKM.ecdsaSha256]);
  });

  it('fails with what the token would need, and what it offers', () => {
    expect(() => offeredMechanisms(p256, new Set([CKM.rsaPkcs, 0x8000_0001]))).toThrow(
      expect.objectContaining({
        code: 'KEY_UNAVAILABLE',
        message: 'PKCS#11 error: CKR_MECHANISM_INVALID: the token cannot sign with ecdsa-p256',
        hints: [
          'it would need one of: CKM_ECDSA, CKM_ECDSA_SHA256',
          'it offers: CKM_RSA_PKCS, 0x80000001',
        ],
      }),
    );
  });
});

describe('an ECDSA signature of a token', () => {
  const bytes = (hex: string) => Buffer.from(hex, 'hex');
  const der = (hex: string) => Buffer.from(ecdsaSignature(bytes(hex), 4)).toString('hex');

  it('is turned from r ‖ s into Ecdsa-Sig-Value', () => {
    expect(der('1122334455667788')).toBe('300c020411223344020455667788');
  });

  it('loses leading zeros and gains one before a set top bit', () => {
    expect(der('0000000180000000')).toBe('300a02010102050080000000');
    expect(der('00ffffff00000000')).toBe('3009020400ffffff020100');
  });

  it('stays as it is where the token gives Ecdsa-Sig-Value already', () => {
    expect(der('300c020411223344020455667788')).toBe('300c020411223344020455667788');
  });

  it.each([
    ['one octet too short', '11223344556677', 7],
    ['one octet too long', '112233445566778899', 9],
    ['DER with something behind it', '300602010102010105', 9],
    ['empty', '', 0],
  ])('is refused when it is %s', (_, hex, length) => {
    expect(() => der(hex)).toThrow(
      expect.objectContaining({
        code: 'INTEGRITY',
        message: `the token gave an ECDSA signature of ${length} octets`,
        hints: ['8 were expected'],
      }),
    );
  });
});
