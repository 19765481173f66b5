import { describe, expect, it } from 'vitest';
import { CKM, mechanismName } from '../../../src/signers/pkcs11/constants.ts';
import { MECHANISM_NAMES } from '../../../src/signers/pkcs11/mechanism-names.ts';

const binding = await import('pkcs11js').then(
  (imported) => ('default' in imported ? imported.default : imported),
  () => undefined,
);
const theirs = (binding ?? {}) as unknown as Readonly<Record<string, number>>;
const missing = binding ? '' : ': pkcs11js is not built';

describe('the names of mechanisms', () => {
  it.skipIf(!binding)(`are those of pkcs11js, as far as that goes${missing}`, () => {
    const known = [...MECHANISM_NAMES].filter(([, name]) => name in theirs);
    expect(known.length).toBeGreaterThan(180);
    for (const [number, name] of known)
      expect({ name, number }).toEqual({ name, number: theirs[name] });
  });

  it('are no two for one number, nor one for two', () => {
    expect(new Set(MECHANISM_NAMES.values()).size).toBe(MECHANISM_NAMES.size);
  });

  it('agree with the numbers that are used', () => {
    for (const [key, number] of Object.entries(CKM)) {
      const words = key.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
      expect(mechanismName(number)).toBe(`CKM_${words}`);
    }
  });

  it.each([
    [0x1d, 'CKM_ML_DSA'],
    [0x2d, 'CKM_SLH_DSA_KEY_PAIR_GEN'],
    [0x3f, 'CKM_HASH_SLH_DSA_SHAKE256'],
    [0x67, 'CKM_SHA3_224_RSA_PKCS_PSS'],
    [0x104a, 'CKM_ECDSA_SHA3_512'],
    [0x1057, 'CKM_EDDSA'],
    [0x210b, 'CKM_AES_KEY_WRAP_KWP'],
    [0x402c, 'CKM_HKDF_KEY_GEN'],
    [0x403a, 'CKM_PUB_KEY_FROM_PRIV_KEY'],
    [0x8000_0001, '0x80000001'],
  ])('of PKCS #11 3.2: 0x%x is %s', (number, name) => {
    expect(mechanismName(number)).toBe(name);
  });
});
