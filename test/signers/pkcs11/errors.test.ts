import { describe, expect, it } from 'vitest';
import { mechanismName } from '../../../src/signers/pkcs11/constants.ts';
import { call, pkcs11Error } from '../../../src/signers/pkcs11/errors.ts';
import { ReturnCodeError } from '../../../src/signers/pkcs11/library.ts';
import { bindingMissing } from '../../../src/signers/pkcs11/module.ts';

const thrown = (code: number) => new ReturnCodeError('C_Sign', code);

describe('an error of a PKCS#11 module', () => {
  it('is named, with what was going on, and has a hint where we know one', () => {
    const cause = thrown(0xa4);
    expect(pkcs11Error(cause, 'logging in to the token "ca"')).toMatchObject({
      code: 'AUTH',
      message: 'PKCS#11 error: CKR_PIN_LOCKED while logging in to the token "ca"',
      hints: ['the security officer can set a new PIN with the tool of the token'],
      cause,
    });
  });

  it('shows the number of a code that only its vendor knows', () => {
    expect(pkcs11Error(thrown(0x8000_0001), 'signing in the token')).toMatchObject({
      code: 'KEY_UNAVAILABLE',
      message: 'PKCS#11 error: 0x80000001 while signing in the token',
      hints: [],
    });
  });

  it('puts the hints of the caller first', () => {
    const hints = ['one try is left before the PIN is locked'];
    expect(pkcs11Error(thrown(0xa0), 'logging in', hints)).toMatchObject({
      hints: [
        'one try is left before the PIN is locked',
        'the PIN was sent once and is not tried again; check it before the next try',
      ],
    });
  });

  it('keeps what is no PKCS#11 error as it is', () => {
    const system = Object.assign(new Error('no such file'), { code: 'ENOENT' });
    for (const error of [new TypeError('a bug'), system, 'text', undefined]) {
      expect(pkcs11Error(error, 'signing')).toBe(error);
    }
  });

  it('comes out of a call in words, as what the call returns does untouched', async () => {
    const fail = () => Promise.reject(thrown(0xe0));
    await expect(call('listing the slots', fail)).rejects.toThrow(
      'PKCS#11 error: CKR_TOKEN_NOT_PRESENT while listing the slots',
    );
    expect(await call('listing the slots', async () => 7)).toBe(7);
  });
});

describe('the name of a mechanism', () => {
  it.each([
    [0x01, 'CKM_RSA_PKCS'],
    [0x44, 'CKM_SHA384_RSA_PKCS_PSS'],
    [0x1041, 'CKM_ECDSA'],
    [0x1055, 'CKM_EC_EDWARDS_KEY_PAIR_GEN'],
    [0x1057, 'CKM_EDDSA'],
    [0x1d, 'CKM_ML_DSA'],
    [0x1e, '0x0000001e'],
  ])('of %i is %s', (number, name) => {
    expect(mechanismName(number)).toBe(name);
  });
});

it('a missing addon is explained, with how to build it', () => {
  const cause = new Error('Cannot find package');
  expect(bindingMissing(cause)).toMatchObject({
    code: 'KEY_UNAVAILABLE',
    message: 'PKCS#11 is not available: pkcs11js is not built',
    hints: expect.arrayContaining(['in a checkout: npm rebuild pkcs11js']),
    cause,
  });
});
