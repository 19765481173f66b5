import { beforeAll, beforeEach, expect, it } from 'vitest';
import { CKM, CKR } from '../../support/pkcs11-proxy/cryptoki.ts';
import { refuse } from '../../support/pkcs11-proxy/plan.ts';
import { describeBehindProxy } from '../../support/pkcs11-proxy/proxy.ts';
import { PIN } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';

const TOKEN = 'CA Token';

describeBehindProxy('hsm test', (hsm, proxy) => {
  const cwd = temporaryDirectory();
  const pki = world({ cwd, env: { PKCS11_PIN: PIN } });
  const inToken = ['--pkcs11-lib', proxy.module, '--pkcs11-token', TOKEN];
  const test = (label: string, ...options: readonly string[]) =>
    pki('hsm', 'test', ...inToken, '--pkcs11-key-label', label, ...options);
  const lines = (text: string) =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => line.replaceAll(/ {2,}/g, '  ').replace(/\d+\.\d ms$/, 'TIME'));

  beforeAll(() => {
    hsm.token(TOKEN);
    hsm.key(TOKEN, 'rsa:2048', 'rsa', '01');
    hsm.key(TOKEN, 'EC:prime256v1', 'ec', '02');
  });
  beforeEach(() => proxy.clear());

  it('signs by each mechanism that is offered for the key, and verifies', async () => {
    const { status, stdout, stderr } = await test('rsa');
    expect(lines(stdout)).toEqual([
      'ALGORITHM  MECHANISM  RESULT  TIME',
      'rsa-2048  CKM_RSA_PKCS  verified  TIME',
      'rsa-2048  CKM_SHA256_RSA_PKCS  verified  TIME',
      'rsa-2048-pss  CKM_RSA_PKCS_PSS  verified  TIME',
      'rsa-2048-pss  CKM_SHA256_RSA_PKCS_PSS  verified  TIME',
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('as JSON', async () => {
    expect(JSON.parse((await test('ec', '--json')).stdout)).toEqual({
      label: 'ec',
      id: '02',
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      signatures: [
        {
          algorithm: 'ecdsa-p256',
          mechanism: 'CKM_ECDSA',
          outcome: 'verified',
          detail: null,
          milliseconds: expect.any(Number),
        },
      ],
    });
  });

  it('goes on after a mechanism that the token refuses, as nShield does', async () => {
    proxy.personality('nshield-strict-fips');
    const { status, stdout } = await test('rsa');
    expect(status).toBe(0);
    expect(lines(stdout).slice(1, 3)).toEqual([
      'rsa-2048  CKM_SHA256_RSA_PKCS  verified  TIME',
      'rsa-2048  CKM_RSA_PKCS  refused: PKCS#11 error: CKR_FUNCTION_FAILED while signing in the token  TIME',
    ]);
  });

  it('knows tokens that hash themselves', async () => {
    proxy.personality('hashed-ecdsa-only');
    expect(lines((await test('ec')).stdout)).toEqual([
      'ALGORITHM  MECHANISM  RESULT  TIME',
      'ecdsa-p256  CKM_ECDSA_SHA256  verified  TIME',
    ]);
  });

  it('ends with status 7 if a signature does not verify', async () => {
    proxy.faults({ call: 'C_Sign', count: 1, corrupt: true });
    const { status, stdout, stderr } = await test('rsa');
    expect(lines(stdout)[1]).toBe(
      'rsa-2048  CKM_RSA_PKCS  wrong: its sha256WithRSAEncryption signature does not verify  TIME',
    );
    expect(stderr).toBe(
      'pki: error: signatures of the key "rsa" (ID 01) do not verify\npki: hint: those by CKM_RSA_PKCS; do not use the key\n',
    );
    expect(status).toBe(7);
  });

  it('ends with status 4 if every mechanism is refused', async () => {
    proxy.personality({ signInitRefused: refuse(CKR.KEY_FUNCTION_NOT_PERMITTED, CKM.ECDSA) });
    const { status, stdout, stderr } = await test('ec');
    expect(lines(stdout)[1]).toBe(
      'ecdsa-p256  CKM_ECDSA  refused: PKCS#11 error: CKR_KEY_FUNCTION_NOT_PERMITTED while signing in the token  TIME',
    );
    expect(stderr).toBe(
      'pki: error: the token signs by no mechanism with the key "ec" (ID 02)\npki: hint: "pki hsm keys" shows what the key is for\n',
    );
    expect(status).toBe(4);
  });

  it('ends with status 4 if no mechanism is offered, or no key is there', async () => {
    proxy.personality({ mechanismsRemoved: [CKM.ECDSA] });
    const none = await test('ec');
    expect(none.status).toBe(4);
    expect(none.stderr).toMatch(
      /^pki: error: PKCS#11 error: CKR_MECHANISM_INVALID: the token cannot sign with ecdsa-p256\npki: hint: it would need one of: CKM_ECDSA, CKM_ECDSA_SHA256\n/,
    );
    proxy.clear();
    const missing = await test('nobody');
    expect(missing.status).toBe(4);
    expect(missing.stderr).toMatch(
      /^pki: error: PKCS#11 error: CKR_KEY_HANDLE_INVALID: no private key in the token "CA Token" has the label "nobody"\n/,
    );
  });

  it('ends when the device is gone', async () => {
    proxy.faults({ call: 'C_SignInit', rv: CKR.DEVICE_REMOVED });
    expect(await test('ec')).toMatchObject({
      status: 4,
      stdout: '',
      stderr: expect.stringMatching(
        /^pki: error: PKCS#11 error: CKR_DEVICE_REMOVED while signing in the token\n/,
      ),
    });
  });
});
