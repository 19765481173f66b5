import { beforeAll, describe, expect, it } from 'vitest';
import { algorithmNamed, compositeOf, mlDsaNamed } from '../../src/algorithms/registry.ts';
import { HybridSigner } from '../../src/signers/hybrid-signer.ts';
import { openSigner } from '../../src/signers/open-signer.ts';
import { openPkcs11Signer } from '../../src/signers/pkcs11/pkcs11-signer.ts';
import { describeOnSoftHsm, tokenAccess } from './on-softhsm.ts';
import { describeSignerContract, verdict } from './signer-contract.ts';
import { classicalNamed, signerFor } from './software-keys.ts';

const TOKEN = 'ca keys';

const KEYS = [
  { type: 'EC:prime256v1', names: ['ecdsa-p256'] },
  { type: 'EC:secp384r1', names: ['ecdsa-p384'] },
  { type: 'EC:secp521r1', names: ['ecdsa-p521'] },
  { type: 'EC:brainpoolP256r1', names: ['ecdsa-brainpoolp256r1'] },
  { type: 'EC:edwards25519', names: ['ed25519'] },
  { type: 'rsa:3072', names: ['rsa-3072', 'rsa-3072-pss'] },
];

const HYBRIDS = [
  ['ecdsa-p384', 'ml-dsa-87'],
  ['ed25519', 'ml-dsa-44'],
  ['rsa-3072-pss', 'ml-dsa-65'],
] as const;

describeOnSoftHsm('on SoftHSM, with keys made by pkcs11-tool', (hsm) => {
  beforeAll(() => {
    hsm.token(TOKEN);
    KEYS.forEach(({ type }, index) => {
      hsm.key(TOKEN, type, type, `a${index}`);
    });
  });

  const open = (name: string) => {
    const object = KEYS.find(({ names }) => names.includes(name))?.type ?? '';
    const ref = { kind: 'pkcs11', modulePath: hsm.module, token: TOKEN, object } as const;
    return openPkcs11Signer(ref, tokenAccess(), algorithmNamed(name));
  };

  for (const name of KEYS.flatMap(({ names }) => names)) {
    describeSignerContract(`the PKCS#11 signer (${name})`, () => open(name));
  }

  for (const [classical, mlDsa] of HYBRIDS) {
    describeSignerContract(`the hybrid signer (${classical} in a token, ${mlDsa})`, async () => {
      const algorithm = compositeOf(classicalNamed(classical), mlDsaNamed(mlDsa));
      const mlDsaHalf = await signerFor(algorithm.mlDsa);
      return new HybridSigner(algorithm, mlDsaHalf, await open(classical));
    });
  }

  describe('opening a key', () => {
    const key = { kind: 'pkcs11', modulePath: hsm.module, token: TOKEN } as const;

    it('takes the usual algorithm of the key when none is wanted', async () => {
      await using rsa = await openSigner({ ...key, object: 'rsa:3072' }, tokenAccess());
      expect(rsa.algorithm.name).toBe('rsa-3072');
    });

    it('finds a key by its ID alone, and names it precisely', async () => {
      await using signer = await openPkcs11Signer(
        { ...key, id: Uint8Array.of(0xa1) },
        tokenAccess(),
      );
      expect(signer.ref).toEqual({
        ...key,
        serial: expect.stringMatching(/^[0-9a-f]{16}$/),
        object: 'EC:secp384r1',
        id: Uint8Array.of(0xa1),
      });
      await using again = await openPkcs11Signer(signer.ref, tokenAccess());
      expect(again.publicKey).toEqual(signer.publicKey);
    });

    it('refuses a key of another kind than wanted, and says of which kind it is', async () => {
      const ref = { ...key, object: 'rsa:3072' };
      const wanted = algorithmNamed('rsa-4096');
      await expect(openPkcs11Signer(ref, tokenAccess(), wanted)).rejects.toMatchObject({
        code: 'KEY_UNAVAILABLE',
        message: 'the key "rsa:3072" is a key for rsa-3072 or rsa-3072-pss, not for rsa-4096',
      });
    });

    it('asks for the PIN of the token that was found', async () => {
      const asked: string[] = [];
      const access = tokenAccess();
      const pin = (token: string) => {
        asked.push(token);
        return access.pin(token);
      };
      await using _ = await openSigner({ ...key, object: 'EC:prime256v1' }, { ...access, pin });
      expect(asked).toEqual([TOKEN]);
    });
  });

  describe('several keys', () => {
    it('in one module sign at the same time, and one survives the other', async () => {
      await using p256 = await open('ecdsa-p256');
      const ed25519 = await open('ed25519');
      const message = Buffer.from('message');
      const signatures = await Promise.all([p256.sign(message), ed25519.sign(message)]);
      expect(await verdict(p256, message, signatures[0])).toBeUndefined();
      expect(await verdict(ed25519, message, signatures[1])).toBeUndefined();
      await ed25519[Symbol.asyncDispose]();
      expect(await verdict(p256, message, await p256.sign(message))).toBeUndefined();
    });

    it('opened at the same moment share the module', async () => {
      const [p256, ed25519] = await Promise.all([open('ecdsa-p256'), open('ed25519')]);
      await p256[Symbol.asyncDispose]();
      await using left = ed25519;
      const message = Buffer.from('message');
      expect(await verdict(left, message, await left.sign(message))).toBeUndefined();
    });

    it('can be opened one after the other, the module finalised in between', async () => {
      for (const name of ['ecdsa-p256', 'ecdsa-p521', 'ecdsa-p256']) {
        await using signer = await open(name);
        const message = Buffer.from(name);
        expect(await verdict(signer, message, await signer.sign(message))).toBeUndefined();
      }
    });

    it('cannot sign once they are closed', async () => {
      const signer = await open('ecdsa-p256');
      await signer[Symbol.asyncDispose]();
      await expect(signer.sign(Buffer.from('message'))).rejects.toThrow();
    });

    it('finish what they are signing before they are closed', async () => {
      const signer = await open('rsa-3072');
      const message = Buffer.from('message');
      const signing = signer.sign(message);
      await signer[Symbol.asyncDispose]();
      expect(await verdict(signer, message, await signing)).toBeUndefined();
    });
  });
});
