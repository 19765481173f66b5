import { beforeAll, expect, it } from 'vitest';
import { generatePkcs11Signer } from '../../../src/signers/pkcs11/generate-signer.ts';
import { openPkcs11Signer } from '../../../src/signers/pkcs11/pkcs11-signer.ts';
import { describeOnSoftHsm, tokenAccess } from '../on-softhsm.ts';
import { classicalNamed } from '../software-keys.ts';

describeOnSoftHsm('the trace of the calls to SoftHSM', (hsm) => {
  const ref = () => ({ kind: 'pkcs11', modulePath: hsm.module, token: 'traced' }) as const;
  const traced = (lines: string[], pin?: string) => ({
    ...tokenAccess(pin),
    trace: (line: string) => void lines.push(line),
  });
  /** Without handles and durations, which differ from run to run. */
  const constant = (lines: readonly string[]) =>
    lines.map((line) => line.replaceAll(/#\d+/g, '#').replace(/\([\d.]+ ms\)$/, '(ms)'));

  beforeAll(() => {
    hsm.token('traced');
    hsm.key('traced', 'EC:prime256v1', 'ca', '01');
  });

  it('names function, arguments, return code and duration', async () => {
    const lines: string[] = [];
    const signer = await openPkcs11Signer({ ...ref(), object: 'ca' }, traced(lines));
    await signer.sign(Buffer.from('a message'));
    await signer[Symbol.asyncDispose]();
    expect(constant(lines)).toEqual(
      expect.arrayContaining([
        'pkcs11: C_Initialize() = CKR_OK (ms)',
        'pkcs11: C_OpenSession(#, 0x6) = CKR_OK (ms)',
        'pkcs11: C_FindObjectsInit(#, {CKA_CLASS=3 CKA_LABEL}) = CKR_OK (ms)',
        'pkcs11: C_GetAttributeValue(#, #, {CKA_EC_POINT}) = CKR_OK (ms)',
        'pkcs11: C_SignInit(#, CKM_ECDSA, #) = CKR_OK (ms)',
        'pkcs11: C_Sign(#, 32 octets) = CKR_OK (ms)',
        'pkcs11: C_CloseSession(#) = CKR_OK (ms)',
        'pkcs11: C_Finalize() = CKR_OK (ms)',
      ]),
    );
  });

  it('tells what a key was asked to be', async () => {
    const lines: string[] = [];
    const algorithm = classicalNamed('ecdsa-p384');
    const { signer, undo } = await generatePkcs11Signer(
      { ref: { ...ref(), object: 'new' }, algorithm, exportable: false },
      traced(lines),
    );
    await undo();
    await signer[Symbol.asyncDispose]();
    const generation = lines.find((line) => line.includes('C_GenerateKeyPair'));
    expect(generation).toMatch(/^pkcs11: C_GenerateKeyPair\(#\d+, CKM_EC_KEY_PAIR_GEN, /);
    expect(generation).toContain('CKA_SENSITIVE=true CKA_EXTRACTABLE=false CKA_SIGN=true');
  });

  it('has a failing login with its return code, and never the PIN', async () => {
    const lines: string[] = [];
    const opening = openPkcs11Signer(ref(), traced(lines, 'wrong-pin-9876'));
    await expect(opening).rejects.toMatchObject({ code: 'AUTH' });
    expect(constant(lines)).toContain('pkcs11: C_Login(#, 0x1, ***) = CKR_PIN_INCORRECT (ms)');
    expect(constant(lines).join('\n')).not.toContain('9876');
  });
});
