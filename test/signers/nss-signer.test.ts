import { createPublicKey, verify } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { compositeOf, mlDsaNamed, tokenAlgorithmNamed } from '../../src/algorithms/registry.ts';
import { HybridSigner } from '../../src/signers/hybrid-signer.ts';
import { generatePkcs11Signer } from '../../src/signers/pkcs11/generate-signer.ts';
import { openPkcs11Signer } from '../../src/signers/pkcs11/pkcs11-signer.ts';
import { takesContext } from '../../src/signers/signer.ts';
import { describeOnNss, nssRef } from './on-nss.ts';
import { tokenAccess } from './on-softhsm.ts';
import { describeSignerContract } from './signer-contract.ts';
import { classicalNamed } from './software-keys.ts';

const NAMES = ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87', 'ecdsa-p384', 'rsa-2048-pss', 'ed25519'];

describeOnNss('on NSS, with keys made there', (nss) => {
  beforeAll(async () => {
    for (const name of NAMES) {
      const plan = { ref: nssRef(nss, name), algorithm: tokenAlgorithmNamed(name) };
      const { signer } = await generatePkcs11Signer({ ...plan, exportable: false }, tokenAccess());
      await signer[Symbol.asyncDispose]();
    }
  });

  const open = (name: string) =>
    openPkcs11Signer(nssRef(nss, name), tokenAccess(), tokenAlgorithmNamed(name));

  for (const name of NAMES) {
    describeSignerContract(`the PKCS#11 signer (${name})`, () => open(name));
  }

  describeSignerContract('the hybrid signer, both halves in the token,', async () => {
    const algorithm = compositeOf(classicalNamed('ecdsa-p384'), mlDsaNamed('ml-dsa-65'));
    return new HybridSigner(algorithm, await open('ml-dsa-65'), await open('ecdsa-p384'));
  });

  describe('a context', () => {
    it.each([1, 24, 255])('of %i octets is part of an ML-DSA signature', async (length) => {
      await using signer = await open('ml-dsa-65');
      if (!takesContext(signer)) throw new Error('it takes no context');
      const [message, context] = [Buffer.from('message'), Buffer.alloc(length, 0x5a)];
      const signature = await signer.sign(message, context);
      const key = createPublicKey({
        key: Buffer.from(signer.publicKey),
        format: 'der',
        type: 'spki',
      });
      expect(verify(null, message, { key, context }, signature)).toBe(true);
      expect(verify(null, message, key, signature)).toBe(false);
    });

    it('is not taken by classical keys', async () => {
      await using signer = await open('ecdsa-p384');
      expect(takesContext(signer)).toBe(false);
    });
  });

  it('says which algorithm a key is for when another one is wanted', async () => {
    const opening = openPkcs11Signer(
      nssRef(nss, 'ml-dsa-44'),
      tokenAccess(),
      mlDsaNamed('ml-dsa-87'),
    );
    await expect(opening).rejects.toMatchObject({
      code: 'KEY_UNAVAILABLE',
      message: 'the key "ml-dsa-44" is a key for ml-dsa-44, not for ml-dsa-87',
    });
  });
});
