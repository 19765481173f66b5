import { describe, expect, it } from 'vitest';
import { mlDsaNamed } from '../../../src/algorithms/registry.ts';
import { offeredMechanisms, signingMechanisms } from '../../../src/signers/pkcs11/mechanisms.ts';
import { QUIRKS, quirksOf, STANDARD, VENDORS } from '../../../src/signers/pkcs11/quirks.ts';
import type { Token } from '../../../src/signers/pkcs11/slots.ts';
import { generationTemplates } from '../../../src/signers/pkcs11/templates.ts';
import { classicalNamed } from '../software-keys.ts';

const token = (manufacturer: string, model: string): Token => ({
  slot: Buffer.alloc(8),
  slotId: 0,
  label: 'token',
  serial: '1',
  manufacturer,
  model,
  flags: 0,
  maxSessions: undefined,
  firmware: '1.0',
});

const ref = {
  kind: 'pkcs11',
  modulePath: '/module.so',
  object: 'ca',
  id: Uint8Array.of(1),
} as const;

describe('the table of vendors', () => {
  // as these tokens say of themselves
  it.each([
    ['SoftHSM project', 'SoftHSM v2', 'softhsm'],
    ['Mozilla Foundation', 'NSS 3', 'nss'],
    ['Yubico (www.yubico.com)', 'YubiHSM', 'yubihsm'],
    ['Yubico (www.yubico.com)', 'YubiKey YK5', 'standard'],
    ['nCipher Corp. Ltd', '', 'nshield'],
    ['SafeNet', 'LunaSA 7.2.0', 'luna'],
    ['SafeNet, Inc.', 'eToken', 'standard'],
    ['Utimaco IS GmbH', 'CryptoServer', 'utimaco'],
    ['Marvell Semiconductors, Inc.', 'LS2', 'cloudhsm'],
    ['IBM', 'Soft', 'opencryptoki'],
    ['IBM', 'SW   TPM', 'tpm2'],
    ['Nobody', 'Nothing', 'standard'],
  ])('knows a token of "%s", model "%s", as %s', (manufacturer, model, vendor) => {
    expect(quirksOf(token(manufacturer, model)).vendor).toBe(vendor);
  });

  it('gives way to the vendor that the operator names', () => {
    expect(quirksOf(token('SoftHSM project', 'SoftHSM v2'), 'yubihsm').idBytes).toBe(2);
  });

  it('refuses a vendor that it does not know', () => {
    expect(() => quirksOf(token('SoftHSM project', 'SoftHSM v2'), 'acme')).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: 'unknown vendor "acme"',
        hints: [`use one of: ${VENDORS.join(', ')}`],
      }),
    );
  });

  it('has a source for each row, and each name once', () => {
    expect(QUIRKS.filter(({ source }) => source === '')).toEqual([]);
    expect(new Set(VENDORS).size).toBe(VENDORS.length);
  });
});

describe('what a vendor changes', () => {
  it('is the order of mechanisms where it hashes itself, for RSA alone', () => {
    const nshield = quirksOf(token('nCipher Corp. Ltd', ''));
    const numbers = (name: string) =>
      signingMechanisms(classicalNamed(name), nshield).map(({ mechanism }) => mechanism.mechanism);
    expect(numbers('rsa-3072')).toEqual([0x40, 0x01]);
    expect(numbers('ecdsa-p256')).toEqual([0x1041, 0x1044]);
  });

  it('is that an Edwards curve goes by its name first', () => {
    const plan = { ref, algorithm: classicalNamed('ed25519'), exportable: false };
    const curves = (quirks = STANDARD) =>
      generationTemplates(plan, quirks)
        .slice(0, 2)
        .map(({ publicKey }) => Buffer.from(publicKey.at(-1)?.value as Buffer).toString('hex'));
    const [byIdentifier, byName] = ['06032b6570', '130c656477617264733235353139'];
    expect(curves()).toEqual([byIdentifier, byName]);
    expect(curves(quirksOf(token('nCipher Corp. Ltd', '')))).toEqual([byName, byIdentifier]);
  });

  it('is what a template must not have', () => {
    const plan = { ref, algorithm: classicalNamed('ecdsa-p256'), exportable: false };
    const types = (quirks = STANDARD) =>
      generationTemplates(plan, quirks)[0]?.privateKey.map(({ type }) => type);
    expect(types()).toContain(0x109); // CKA_SIGN_RECOVER
    expect(types(quirksOf(token('', ''), 'cloudhsm'))).not.toContain(0x109);
  });
});

describe('ML-DSA', () => {
  const algorithm = mlDsaNamed('ml-dsa-87');
  const templatesOf = (quirks = STANDARD) =>
    generationTemplates({ ref, algorithm, exportable: false }, quirks)[0];

  it('has the numbers of PKCS#11 3.2, and the parameter set in the public template', () => {
    const templates = templatesOf();
    expect(templates?.mechanism).toEqual({ mechanism: 0x1c });
    expect(templates?.publicKey).toContainEqual({ type: 0x61d, value: 3 });
    expect(templates?.privateKey.map(({ type }) => type)).not.toContain(0x61d);
    const [way] = signingMechanisms(algorithm);
    expect(way?.mechanism).toEqual({ mechanism: 0x1d });
    expect(way?.withContext?.(Buffer.from('label'))).toEqual({
      mechanism: 0x1d,
      parameter: { type: 20, iv: Buffer.alloc(8), data: Buffer.from('label') },
    });
  });

  it('has those of Utimaco, with the parameter set in the mechanism', () => {
    const utimaco = quirksOf(token('Utimaco IS GmbH', 'CryptoServer'));
    const parameter = Buffer.from('0000000000000003', 'hex'); // flags, parameter set
    const generation = Buffer.concat([parameter, Buffer.of(0, 0)]); // no attributes
    const templates = templatesOf(utimaco);
    expect(templates?.mechanism).toEqual({ mechanism: 0xca50_0001, parameter: generation });
    for (const template of [templates?.publicKey, templates?.privateKey]) {
      expect(template).toContainEqual({ type: 0x100, value: 0xca50_0001 });
    }
    const [way] = offeredMechanisms(algorithm, new Set([0xca50_3001]), utimaco);
    expect(way?.mechanism).toEqual({ mechanism: 0xca50_3001, parameter });
    expect(way?.withContext).toBeUndefined();
  });
});
