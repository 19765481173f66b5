import { beforeAll, expect, it } from 'vitest';
import type { Pkcs11KeyRef } from '../../../src/signers/key-ref.ts';
import { openPkcs11Signer } from '../../../src/signers/pkcs11/pkcs11-signer.ts';
import { describeOnSoftHsm, tokenAccess } from '../on-softhsm.ts';
import { verdict } from '../signer-contract.ts';

describeOnSoftHsm('a key in SoftHSM', (hsm) => {
  beforeAll(() => {
    for (const label of ['keys', 'half', 'empty']) hsm.token(label);
    hsm.key('keys', 'EC:secp384r1', 'double', '02');
    hsm.key('keys', 'EC:secp384r1', 'double', '03');
    hsm.key('keys', 'EC:secp256k1', 'koblitz', '04');
    hsm.key('keys', 'rsa:2560', 'odd size', '05');
    hsm.key('keys', 'rsa:2048', 'rsa of seven', '07');
    hsm.key('keys', 'EC:prime256v1', 'ec of seven', '07');
    hsm.key('keys', 'EC:prime256v1', 'another of seven', '07');
    withoutId('without ID');
    withoutId('twice');
    withoutId('twice');
    hsm.pkcs11Tool('keys', '--delete-object', '--type', 'privkey', '--label', 'twice');
    hsm.key('half', 'EC:prime256v1', 'only half', '06');
    hsm.pkcs11Tool('half', '--delete-object', '--type', 'pubkey', '--id', '06');
  });

  function withoutId(label: string): void {
    hsm.pkcs11Tool('keys', '--keypairgen', '--key-type', 'EC:prime256v1', '--label', label);
  }

  const open = (ref: Partial<Pkcs11KeyRef>) =>
    openPkcs11Signer({ kind: 'pkcs11', modulePath: hsm.module, ...ref }, tokenAccess());

  it('is looked for by its label, and a miss lists what there is', async () => {
    await expect(open({ token: 'half', object: 'ca' })).rejects.toMatchObject({
      code: 'KEY_UNAVAILABLE',
      message:
        'PKCS#11 error: CKR_KEY_HANDLE_INVALID: no private key in the token "half" has the label "ca"',
      hints: ['private keys in the token: "only half" (ID 06)'],
    });
  });

  it('is asked to be made where the token has none', async () => {
    await expect(open({ token: 'empty' })).rejects.toMatchObject({
      message:
        'PKCS#11 error: CKR_KEY_HANDLE_INVALID: no private key in the token "empty" has any label',
      hints: ['the token has no private key; make one with --pkcs11-generate-key'],
    });
  });

  it('is not chosen among two with the same label, unless by its ID', async () => {
    await expect(open({ token: 'keys', object: 'double' })).rejects.toMatchObject({
      code: 'KEY_UNAVAILABLE',
      message: '2 private keys in the token "keys" have the label "double"',
      hints: [
        expect.stringMatching(
          /^choose one with --pkcs11-key-id: "double" \(ID 0[23]\), "double" \(ID 0[23]\)$/,
        ),
      ],
    });
    await using signer = await open({ token: 'keys', object: 'double', id: Uint8Array.of(3) });
    expect(signer.algorithm.name).toBe('ecdsa-p384');
  });

  it.each(['koblitz', 'odd size'])('"%s" is refused for its type', async (object) => {
    await expect(open({ token: 'keys', object })).rejects.toMatchObject({
      code: 'KEY_UNAVAILABLE',
      message: `the key "${object}" is of an unsupported type`,
      hints: [
        expect.stringMatching(
          /^supported are: rsa-2048, rsa-3072, .*ed25519, ed448, ml-dsa-44, ml-dsa-65, ml-dsa-87$/,
        ),
      ],
    });
  });

  it.each([
    ['rsa of seven', 'rsa-2048'],
    ['ec of seven', 'ecdsa-p256'],
    ['another of seven', 'ecdsa-p256'],
  ])('"%s" has its own public half, though others have the same ID', async (object, name) => {
    await using signer = await open({ token: 'keys', object });
    const message = Buffer.from('message');
    expect(await verdict(signer, message, await signer.sign(message))).toBeUndefined();
    expect(signer.algorithm.name).toBe(name);
  });

  it('is refused where the token does not tell its public half', async () => {
    await expect(open({ token: 'half', object: 'only half' })).rejects.toMatchObject({
      code: 'KEY_UNAVAILABLE',
      message: 'the token "half" does not tell the public key of "only half"',
      hints: ['there has to be a public key object with the ID 06'],
    });
  });

  it('without an ID has the public half with its label', async () => {
    await using signer = await open({ token: 'keys', object: 'without ID' });
    const message = Buffer.from('message');
    expect(await verdict(signer, message, await signer.sign(message))).toBeUndefined();
    expect(signer.ref).not.toHaveProperty('id');
  });

  it('without an ID is refused where two public halves have its label', async () => {
    await expect(open({ token: 'keys', object: 'twice' })).rejects.toMatchObject({
      code: 'KEY_UNAVAILABLE',
      message: 'the token "keys" does not tell the public key of "twice"',
      hints: ['there has to be a public key object with the label "twice", and only one'],
    });
  });
});
