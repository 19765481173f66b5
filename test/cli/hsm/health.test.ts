import { beforeAll, beforeEach, expect, it } from 'vitest';
import { describeBehindProxy } from '../../support/pkcs11-proxy/proxy.ts';
import { PIN } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';

const TOKEN = 'CA Token';

describeBehindProxy('hsm health', (hsm, proxy) => {
  const cwd = temporaryDirectory();
  const pki = world({ cwd, env: { PKCS11_PIN: PIN } });
  const inToken = ['--pkcs11-lib', proxy.module, '--pkcs11-token', TOKEN];
  const health = (...options: readonly string[]) => pki('hsm', 'health', ...inToken, ...options);
  const withKey = ['--pkcs11-key-label', 'ca-key'];

  beforeAll(() => {
    hsm.token(TOKEN);
    hsm.key(TOKEN, 'EC:secp384r1', 'ca-key', '01');
  });
  beforeEach(() => proxy.clear());

  it('is one line, with the time of the login and of a signature', async () => {
    const { status, stdout, stderr } = await health(...withKey);
    expect(stdout).toMatch(
      /^ok {2}login [\d.]+ ms, signature [\d.]+ ms: ecdsa-p384 by the key "ca-key" in the token "CA Token"\n$/,
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('without a key makes one for the session, and leaves nothing', async () => {
    const before = hsm.objects(TOKEN);
    const { status, stdout } = await health('--json');
    expect(JSON.parse(stdout)).toEqual({
      status: 'ok',
      token: { label: TOKEN, serial: expect.stringMatching(/^[0-9a-f]{16}$/) },
      key: null,
      algorithm: 'ecdsa-p256',
      loginMs: expect.any(Number),
      signatureMs: expect.any(Number),
    });
    expect(status).toBe(0);
    expect(hsm.objects(TOKEN)).toBe(before);
  });

  it('fails with status 7 where the signature does not verify', async () => {
    proxy.faults({ call: 'C_Sign', corrupt: true });
    const message =
      'the signature of the key "ca-key" (ID 01) does not verify: its ecdsa-with-SHA384 signature does not verify';
    expect(await health(...withKey)).toEqual({
      status: 7,
      stdout: `failed  ${message}\n`,
      stderr: `pki: error: ${message}\n`,
    });
  });

  it('fails with status 5 where the PIN is wrong, which it sends once', async () => {
    const wrong = world({ cwd, env: { PKCS11_PIN: '9999' } });
    const { status, stdout } = await wrong('hsm', 'health', ...inToken, '--json');
    expect(JSON.parse(stdout)).toEqual({
      status: 'failed',
      code: 'AUTH',
      message: 'PKCS#11 error: CKR_PIN_INCORRECT while logging in to the token "CA Token"',
    });
    expect(status).toBe(5);
    expect(proxy.calls().get('C_Login')).toBe(1);
  });

  it('fails with status 4 where the token or the key is gone, or no key can be made', async () => {
    expect(await health('--pkcs11-key-label', 'nobody')).toMatchObject({
      status: 4,
      stdout:
        'failed  PKCS#11 error: CKR_KEY_HANDLE_INVALID: no private key in the token "CA Token" has the label "nobody"\n',
    });
    proxy.faults({ call: 'C_GetSlotList', rv: 0x30 });
    expect(await health()).toMatchObject({
      status: 4,
      stdout: 'failed  PKCS#11 error: CKR_DEVICE_ERROR while listing the slots\n',
    });
    proxy.clear();
    proxy.personality('yubihsm-2');
    const yubi = world({ cwd, env: { PKCS11_PIN: `0001${PIN}` } });
    expect(await yubi('hsm', 'health', ...inToken)).toMatchObject({
      status: 4,
      stdout:
        'failed  PKCS#11 error: CKR_ATTRIBUTE_VALUE_INVALID while generating a key pair in the token\n',
    });
  });

  it('refuses what is wrong about the command line as any other command', async () => {
    expect(await pki('hsm', 'health')).toEqual({
      status: 2,
      stdout: '',
      stderr: 'pki: error: name the PKCS#11 library with --pkcs11-lib, --hsm-config or --key\n',
    });
  });
});
