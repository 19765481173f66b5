import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CKR } from '../../support/pkcs11-proxy/cryptoki.ts';
import type { Fault } from '../../support/pkcs11-proxy/plan.ts';
import { describeBehindProxy } from '../../support/pkcs11-proxy/proxy.ts';
import { calls, count, openBehind, signs } from './behind-proxy.ts';

const GONE = 'check that the HSM is connected and its client is running, then try again';

describeBehindProxy('a token that fails while a key in it is open', (hsm, proxy) => {
  beforeAll(() => {
    hsm.token('ca');
    hsm.key('ca', 'EC:prime256v1', 'key', '01');
  });
  afterEach(() => proxy.clear());

  /** What a signature takes when these happen, once a first one was made without. */
  async function recovered(...faults: readonly Fault[]): Promise<readonly string[]> {
    await using signer = await openBehind(proxy);
    await signs(signer);
    proxy.clear();
    proxy.faults(...faults);
    await signs(signer);
    return calls(proxy);
  }

  const SIGN = ['C_SignInit', 'C_Sign'];
  const FIND = ['C_FindObjectsInit', 'C_FindObjectsInit']; // the key, and its public half
  const REOPEN = ['C_CloseSession', 'C_OpenSession', 'C_Login', ...FIND, 'C_OpenSession'];

  it.each(['SESSION_CLOSED', 'SESSION_HANDLE_INVALID', 'DEVICE_REMOVED', 'HOST_MEMORY'] as const)(
    'is opened, logged in to and searched again after CKR_%s',
    async (name) => {
      const rv = CKR[name];
      const failed = `C_SignInit 0x${rv.toString(16)} withheld`;
      expect(await recovered({ call: 'C_SignInit', rv, count: 1 })).toEqual([
        ...[failed, 'C_CloseSession', ...REOPEN, ...SIGN],
      ]);
    },
  );

  it.each(['KEY_HANDLE_INVALID', 'OBJECT_HANDLE_INVALID'] as const)(
    'is searched again after CKR_%s, and nothing else',
    async (name) => {
      const rv = CKR[name];
      const failed = `C_SignInit 0x${rv.toString(16)} withheld`;
      expect(await recovered({ call: 'C_SignInit', rv, count: 1 })).toEqual([
        ...[failed, 'C_CloseSession', ...FIND, 'C_OpenSession', ...SIGN],
      ]);
    },
  );

  it('is logged in to again after CKR_USER_NOT_LOGGED_IN, in the session that is there', async () => {
    const fault = { call: 'C_SignInit', rv: CKR.USER_NOT_LOGGED_IN, count: 1 } as const;
    expect(await recovered(fault)).toEqual([
      ...['C_SignInit 0x101 withheld', 'C_CloseSession', 'C_Login 0x100', ...FIND],
      ...['C_OpenSession', ...SIGN],
    ]);
  });

  it('is started anew in another process where opening it again does not help', async () => {
    const faults = [
      { call: 'C_SignInit', rv: CKR.DEVICE_ERROR, count: 1 },
      { call: 'C_OpenSession', rv: CKR.DEVICE_ERROR, count: 1 },
    ] as const;
    expect(await recovered(...faults)).toEqual([
      ...['C_SignInit 0x30 withheld', 'C_CloseSession', 'C_CloseSession'],
      ...['C_OpenSession 0x30 withheld', 'C_Finalize'],
      ...['C_Initialize', 'C_OpenSession', 'C_Login', ...FIND, 'C_OpenSession', ...SIGN],
    ]);
  });

  it.each(['TOKEN_NOT_PRESENT', 'CRYPTOKI_NOT_INITIALIZED', 'GENERAL_ERROR'] as const)(
    'is started anew at once after CKR_%s',
    async (name) => {
      const fault = { call: 'C_SignInit', rv: CKR[name], count: 1 } as const;
      expect((await recovered(fault)).slice(1)).toEqual([
        ...['C_CloseSession', 'C_CloseSession', 'C_Finalize', 'C_Initialize', 'C_OpenSession'],
        ...['C_Login', ...FIND, 'C_OpenSession', ...SIGN],
      ]);
    },
  );

  it('is started anew when its module crashes', async () => {
    expect(await recovered({ call: 'C_Sign', abort: true, count: 1 })).toEqual([
      ...['C_SignInit', 'C_Sign aborts', 'C_Initialize', 'C_OpenSession', 'C_Login', ...FIND],
      ...['C_OpenSession', ...SIGN],
    ]);
  });

  it.each([
    'C_Initialize',
    'C_GetTokenInfo',
    'C_OpenSession',
    'C_FindObjects',
    'C_SignInit',
  ] as const)(
    'is started anew when its module crashes in %s, be it while it is opened',
    async (call) => {
      proxy.faults({ call, abort: true, count: 1 });
      await using signer = await openBehind(proxy);
      await signs(signer);
      expect(count(proxy, 'C_Initialize')).toBe(2);
    },
  );

  it('is not logged in to again when its module crashes in C_Login', async () => {
    proxy.faults({ call: 'C_Login', abort: true, count: 1 });
    await expect(openBehind(proxy)).rejects.toMatchObject({
      code: 'KEY_UNAVAILABLE',
      message: 'the process of the PKCS#11 module ended in C_Login (SIGKILL)',
      hints: ['this is a fault of the module; its vendor may want the output of --debug pkcs11'],
    });
    expect(count(proxy, 'C_Login')).toBe(1);
  });

  it('signs again when the answer was lost', async () => {
    const fault = { call: 'C_Sign', rv: CKR.DEVICE_ERROR, after: true, count: 1 } as const;
    expect(await recovered(fault)).toEqual([
      ...['C_SignInit', 'C_Sign 0x30 lost', 'C_CloseSession', ...REOPEN, ...SIGN],
    ]);
  });

  it('never uses a session again in which C_Sign failed', async () => {
    // the operation is still active in it, since the module was never asked: any use would fail
    const fault = { call: 'C_Sign', rv: CKR.FUNCTION_FAILED, count: 1 } as const;
    expect(await recovered(fault)).toEqual([
      ...['C_SignInit', 'C_Sign 0x6 withheld', 'C_CloseSession', ...REOPEN, ...SIGN],
    ]);
  });

  it('is given up after one recovery, with what it said', async () => {
    await using signer = await openBehind(proxy);
    proxy.clear();
    proxy.faults({ call: 'C_Sign', rv: CKR.DEVICE_ERROR });
    await expect(signer.sign(Buffer.from('message'))).rejects.toMatchObject({
      code: 'KEY_UNAVAILABLE',
      message: 'PKCS#11 error: CKR_DEVICE_ERROR while signing in the token',
      hints: [GONE],
    });
    expect(count(proxy, 'C_Sign')).toBe(2);
    expect(count(proxy, 'C_Login')).toBe(1);
  });

  it('tells why it could not be opened again', async () => {
    await using signer = await openBehind(proxy);
    proxy.faults(
      { call: 'C_Sign', rv: CKR.DEVICE_ERROR },
      { call: 'C_OpenSession', skip: 1, rv: CKR.TOKEN_NOT_PRESENT },
    );
    await expect(signer.sign(Buffer.from('message'))).rejects.toMatchObject({
      message: 'PKCS#11 error: CKR_DEVICE_ERROR while signing in the token',
      hints: [
        GONE,
        'the token could not be opened again: PKCS#11 error: CKR_TOKEN_NOT_PRESENT while opening a session with the token "ca"',
      ],
    });
  });

  it('is not logged in to again when that failed', async () => {
    await using signer = await openBehind(proxy);
    proxy.clear();
    proxy.faults(
      { call: 'C_SignInit', rv: CKR.SESSION_CLOSED },
      { call: 'C_Login', rv: CKR.PIN_INCORRECT },
    );
    await expect(signer.sign(Buffer.from('message'))).rejects.toMatchObject({
      code: 'AUTH',
      message: 'PKCS#11 error: CKR_PIN_INCORRECT while logging in to the token "ca"',
    });
    expect(count(proxy, 'C_Login')).toBe(1);
  });

  it.each(['PIN_INCORRECT', 'DEVICE_ERROR', 'GENERAL_ERROR', 'SESSION_CLOSED'] as const)(
    'is not opened a second time when logging in failed with CKR_%s',
    async (name) => {
      proxy.faults({ call: 'C_Login', rv: CKR[name], count: 1 });
      await expect(openBehind(proxy)).rejects.toThrow(`CKR_${name} while logging in to the token`);
      expect(count(proxy, 'C_Login')).toBe(1);
      expect(count(proxy, 'C_Initialize')).toBe(1);
    },
  );

  it('recovers once for several signatures that failed together', async () => {
    await using signer = await openBehind(proxy, { sessions: 4 });
    await Promise.all(Array.from({ length: 4 }, () => signs(signer)));
    proxy.clear();
    proxy.faults({ call: 'C_SignInit', rv: CKR.TOKEN_NOT_PRESENT, count: 4 });
    await Promise.all(Array.from({ length: 4 }, () => signs(signer)));
    expect(count(proxy, 'C_Login')).toBe(1);
    expect(count(proxy, 'C_Initialize')).toBe(1);
  });

  it('signs everything although it crashes while several signatures are made', async () => {
    await using signer = await openBehind(proxy, { sessions: 4 });
    proxy.faults({ call: 'C_Sign', skip: 2, count: 1, abort: true });
    await Promise.all(Array.from({ length: 8 }, () => signs(signer)));
    expect(count(proxy, 'C_Login')).toBe(2);
  });

  describe('whose sessions are all taken', () => {
    const hints = ['other processes may hold sessions; end them, or wait until they time out'];

    it('is waited for', async () => {
      proxy.faults({ call: 'C_OpenSession', rv: CKR.SESSION_COUNT, count: 3 });
      const start = performance.now();
      await using signer = await openBehind(proxy);
      expect(performance.now() - start).toBeGreaterThan(100 + 200 + 400);
      expect(count(proxy, 'C_OpenSession')).toBe(4);
      await signs(signer);
    });

    it('is given up after some seconds and a few tries', async () => {
      proxy.faults({ call: 'C_OpenSession', rv: CKR.SESSION_COUNT });
      const start = performance.now();
      await expect(openBehind(proxy)).rejects.toMatchObject({
        code: 'KEY_UNAVAILABLE',
        message: 'PKCS#11 error: CKR_SESSION_COUNT while opening a session with the token "ca"',
        hints,
      });
      expect(performance.now() - start).toBeGreaterThan(6000);
      expect(performance.now() - start).toBeLessThan(15_000);
      expect(count(proxy, 'C_OpenSession')).toBe(7);
      expect(count(proxy, 'C_Login')).toBe(0);
    });
  });

  it('is refused when its key is another one afterwards, which is not used', async () => {
    hsm.token('other');
    hsm.key('other', 'EC:prime256v1', 'key', '01');
    await using signer = await openBehind(proxy, {}, { token: 'other' });
    await signs(signer);
    for (const half of ['privkey', 'pubkey']) {
      hsm.pkcs11Tool('other', '--delete-object', '--type', half, '--id', '01');
    }
    hsm.key('other', 'EC:prime256v1', 'key', '01');
    proxy.clear();
    proxy.faults({ call: 'C_SignInit', rv: CKR.SESSION_CLOSED, count: 1 });
    await expect(signer.sign(Buffer.from('message'))).rejects.toMatchObject({
      code: 'KEY_UNAVAILABLE',
      message: 'the key "key" is another one than before',
      hints: ['nothing was signed with it; the token was changed while it was away'],
    });
    expect(count(proxy, 'C_Sign')).toBe(0);
  });
});
