import { afterEach, beforeAll, expect, it } from 'vitest';
import { generatePkcs11Signer } from '../../../src/signers/pkcs11/generate-signer.ts';
import { CKR } from '../../support/pkcs11-proxy/cryptoki.ts';
import { describeBehindProxy } from '../../support/pkcs11-proxy/proxy.ts';
import { tokenAccess } from '../on-softhsm.ts';
import { classicalNamed } from '../software-keys.ts';
import { count } from './behind-proxy.ts';

describeBehindProxy('a key that is made while its token fails', (hsm, proxy) => {
  beforeAll(() => hsm.token('ca'));
  afterEach(() => proxy.clear());

  const generate = (object: string, notes: string[] = [], name = 'ecdsa-p256') => {
    const ref = { kind: 'pkcs11', modulePath: proxy.module, token: 'ca', object } as const;
    const named = { ...ref, id: Uint8Array.of(0xab) };
    const plan = { ref: named, algorithm: classicalNamed(name), exportable: false };
    return generatePkcs11Signer(plan, tokenAccess(undefined, notes));
  };

  it('is made once although the token did what it says that it refused', async () => {
    const rv = CKR.TEMPLATE_INCONSISTENT; // the curve's name is tried after its identifier
    proxy.faults({ call: 'C_GenerateKeyPair', rv, after: true, count: 1 });
    const { signer, undo } = await generate('once', [], 'ed25519');
    expect(count(proxy, 'C_GenerateKeyPair')).toBe(2);
    expect(hsm.objects('ca').match(/label: {6}once$/gm)).toHaveLength(2); // of one pair
    await undo();
    await signer[Symbol.asyncDispose]();
    expect(hsm.objects('ca')).toBe('');
  });

  it.each<[string, object]>([
    ['its answer is lost', { rv: CKR.DEVICE_ERROR, after: true }],
    ['its module crashes when it is there', { abort: true, after: true }],
  ])('is deleted again if %s', async (_, fault) => {
    proxy.faults({ call: 'C_GenerateKeyPair', ...fault, count: 1 });
    await expect(generate('lost')).rejects.toMatchObject({
      hints: [expect.any(String), 'the key was deleted again'],
    });
    expect(hsm.objects('ca')).toBe('');
  });

  it('is named if it cannot be deleted', async () => {
    const notes: string[] = [];
    const { signer, undo } = await generate('left', notes);
    proxy.faults({ call: 'C_DestroyObject', rv: CKR.TOKEN_NOT_PRESENT });
    await undo();
    expect(notes).toEqual([
      'warning: delete the key "left" (ID ab) in the token "ca" by hand: PKCS#11 error: CKR_TOKEN_NOT_PRESENT while deleting a key from the token',
    ]);
    proxy.clear();
    await undo();
    await signer[Symbol.asyncDispose]();
    expect(hsm.objects('ca')).toBe('');
  });

  it('is deleted in a new process if its module hangs', async () => {
    const { signer, undo } = await generate('hung');
    proxy.faults({ call: 'C_Sign', hang: true });
    const signing = signer.sign(Buffer.from('message')).catch((error: unknown) => error);
    await undo();
    expect(await signing).toMatchObject({ message: 'the PKCS#11 module was closed' });
    await signer[Symbol.asyncDispose]();
    expect(hsm.objects('ca')).toBe('');
  });
});
