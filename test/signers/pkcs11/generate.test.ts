import { beforeAll, describe, expect, it } from 'vitest';
import { generatePkcs11Signer } from '../../../src/signers/pkcs11/generate-signer.ts';
import { openPkcs11Signer } from '../../../src/signers/pkcs11/pkcs11-signer.ts';
import { describeOnSoftHsm, tokenAccess } from '../on-softhsm.ts';
import { verdict } from '../signer-contract.ts';
import { classicalNamed } from '../software-keys.ts';

describeOnSoftHsm('generating a key in SoftHSM', (hsm) => {
  beforeAll(() => {
    for (const label of ['keys', 'listing', 'taken', 'undo']) hsm.token(label);
    hsm.key('taken', 'EC:prime256v1', 'ca', 'ca');
  });

  const generate = (name: string, token: string, object: string, id?: number, notes?: string[]) => {
    const named = { object, ...(id !== undefined && { id: Uint8Array.of(id) }) };
    const ref = { kind: 'pkcs11', modulePath: hsm.module, token, ...named } as const;
    const plan = { ref, algorithm: classicalNamed(name), exportable: false };
    return generatePkcs11Signer(plan, tokenAccess(undefined, notes));
  };

  it.each([
    'rsa-2048',
    'rsa-3072-pss',
    'ecdsa-p256',
    'ecdsa-p384',
    'ecdsa-p521',
    'ecdsa-brainpoolp256r1',
    'ecdsa-brainpoolp384r1',
    'ed25519',
    'ed448',
  ])('makes a key that signs with %s, now and when it is opened again', async (name) => {
    const message = Buffer.from('message');
    const { signer } = await generate(name, 'keys', name);
    expect(signer.algorithm.name).toBe(name);
    expect(await verdict(signer, message, await signer.sign(message))).toBeUndefined();
    const { ref, publicKey } = signer;
    await signer[Symbol.asyncDispose]();
    await using again = await openPkcs11Signer(ref, tokenAccess(), classicalNamed(name));
    expect(again.publicKey).toEqual(publicKey);
    expect(await verdict(again, message, await again.sign(message))).toBeUndefined();
  });

  it('draws an ID of eight octets where none is given', async () => {
    const { signer } = await generate('ecdsa-p256', 'keys', 'drawn');
    await using _ = signer;
    expect(signer.ref.object).toBe('drawn');
    expect(signer.ref.id?.length).toBe(8);
  });

  it('makes keys that sign and do nothing else, and never leave the token', async () => {
    for (const name of ['rsa-2048', 'ecdsa-p256', 'ed25519']) {
      const { signer, undo } = await generate(name, 'listing', name, 0x77);
      await using _ = signer;
      const listed = hsm.objects('listing');
      expect(listed).toMatch(/^Private Key Object; (RSA|EC)/m);
      expect(listed.match(/^ {2}Usage: .*$/gm)?.toSorted()).toEqual([
        '  Usage:      sign',
        '  Usage:      verify',
      ]);
      expect(listed).toContain('sensitive, always sensitive, never extractable, local\n');
      expect(listed.match(new RegExp(`^ {2}label: {6}${name}$`, 'gm'))?.length).toBe(2);
      expect(listed.match(/^ {2}ID: {9}77$/gm)?.length).toBe(2);
      await undo();
    }
  });

  describe('what is there already', () => {
    const hints = ['choose another one; keys in the token are never overwritten'];

    it('keeps its label', async () => {
      const before = hsm.objects('taken');
      await expect(generate('ecdsa-p384', 'taken', 'ca', 0xcb)).rejects.toMatchObject({
        code: 'KEY_UNAVAILABLE',
        message: 'an object in the token "taken" already has the label "ca"',
        hints,
      });
      expect(hsm.objects('taken')).toBe(before);
    });

    it('keeps its ID', async () => {
      const before = hsm.objects('taken');
      await expect(generate('ecdsa-p384', 'taken', 'other', 0xca)).rejects.toMatchObject({
        code: 'KEY_UNAVAILABLE',
        message: 'an object in the token "taken" already has the ID ca',
        hints,
      });
      expect(hsm.objects('taken')).toBe(before);
    });
  });

  describe('undoing it', () => {
    it('deletes both halves', async () => {
      const { signer, undo } = await generate('ecdsa-p256', 'undo', 'gone');
      expect(hsm.objects('undo')).toContain('gone');
      await undo();
      await signer[Symbol.asyncDispose]();
      expect(hsm.objects('undo')).toBe('');
    });

    it('opens the token again if it was closed', async () => {
      const { signer, undo } = await generate('ecdsa-p256', 'undo', 'closed');
      await signer[Symbol.asyncDispose]();
      expect(hsm.objects('undo')).toContain('closed');
      await undo();
      expect(hsm.objects('undo')).toBe('');
    });
  });
});
