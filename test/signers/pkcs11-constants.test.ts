import { describe, expect, it } from 'vitest';
import {
  CK_PARAMS_RSA_PSS,
  CKA,
  CKF,
  CKG,
  CKK,
  CKM,
  CKO,
  CKU_USER,
} from '../../src/signers/pkcs11/constants.ts';

/** Numbers that are newer than the headers of pkcs11js. */
const NEWER = [
  'publicKeyInfo',
  'ecEdwards',
  'ecEdwardsKeyPairGen',
  'eddsa',
  'mlDsa',
  'mlDsaKeyPairGen',
  'parameterSet',
  'rsaAesKeyWrap',
  'aesKeyWrapKwp',
  'aesKeyWrapPkcs7',
];

const binding = await import('pkcs11js').then(
  (imported) => ('default' in imported ? imported.default : imported),
  () => undefined,
);
const theirs = (binding ?? {}) as unknown as Readonly<Record<string, number>>;
const missing = binding ? '' : ': pkcs11js is not built';

const GROUPS = { CKF, CKO, CKK, CKA, CKM };

describe.skipIf(!binding)(`our numbers are those of pkcs11js${missing}`, () => {
  for (const [group, numbers] of Object.entries(GROUPS)) {
    const rows = Object.entries(numbers).filter(([name]) => !NEWER.includes(name));
    it.each(rows)(`${group} %s`, (name, number) => {
      const words = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
      const squeezed = `${group}_${words}`.replaceAll('_', '');
      const found = Object.keys(theirs).find((key) => key.replaceAll('_', '') === squeezed);
      expect({ name, number: found && theirs[found] }).toEqual({ name, number });
    });
  }

  it('CK_PARAMS_RSA_PSS, where another number would be read as another structure', () => {
    expect(CK_PARAMS_RSA_PSS).toBe(theirs['CK_PARAMS_RSA_PSS']);
  });

  it('CKG and CKU', () => {
    expect(CKG.mgf1Sha384).toBe(theirs['CKG_MGF1_SHA384']);
    expect(CKU_USER).toBe(theirs['CKU_USER']);
  });
});
