import { afterEach, beforeAll, expect, it } from 'vitest';
import { CKR } from '../../support/pkcs11-proxy/cryptoki.ts';
import { describeBehindProxy } from '../../support/pkcs11-proxy/proxy.ts';
import { count, openBehind, signs } from './behind-proxy.ts';

/** How long one signature takes. Milliseconds. */
const SLOW = 200;

describeBehindProxy('sessions with a token', (hsm, proxy) => {
  beforeAll(() => {
    hsm.token('ca');
    hsm.key('ca', 'EC:prime256v1', 'key', '01');
  });
  afterEach(() => proxy.clear());

  const many = <Result>(number: number, work: () => Promise<Result>) =>
    Promise.all(Array.from({ length: number }, work));

  /** How long eight signatures take that are asked for at once. Milliseconds. */
  async function eight(sessions: number): Promise<number> {
    await using signer = await openBehind(proxy, { sessions });
    await many(sessions, () => signs(signer)); // opens the sessions
    proxy.faults({ call: 'C_Sign', delay: SLOW });
    const start = performance.now();
    await many(8, () => signs(signer));
    return performance.now() - start;
  }

  it('sign one after the other where there is one', async () => {
    expect(await eight(1)).toBeGreaterThanOrEqual(8 * SLOW);
    expect(count(proxy, 'C_OpenSession')).toBe(2);
  });

  it('sign at the same time where there are eight, more than the threads of a usual Node', async () => {
    expect(await eight(8)).toBeLessThan((8 * SLOW) / 2);
    expect(count(proxy, 'C_OpenSession')).toBe(9);
  });

  it('are opened when they are needed, and log in once', async () => {
    await using signer = await openBehind(proxy, { sessions: 16 });
    expect(count(proxy, 'C_OpenSession')).toBe(1);
    for (let time = 0; time < 3; time += 1) await signs(signer);
    expect(count(proxy, 'C_OpenSession')).toBe(2);
    await many(6, () => signs(signer));
    expect(count(proxy, 'C_OpenSession')).toBeLessThanOrEqual(7);
    expect(count(proxy, 'C_Login')).toBe(1);
  });

  it.each([
    [1, 1],
    [2, 2],
    [3, 3],
    [16, 9],
  ])(
    'are no more than the token admits: %d of it, %d used for eight',
    async (maxRwSessions, used) => {
      proxy.personality({ maxRwSessions });
      await using signer = await openBehind(proxy, { sessions: 8 });
      proxy.faults({ call: 'C_Sign', delay: 20 });
      await many(16, () => signs(signer));
      expect(count(proxy, 'C_OpenSession')).toBeLessThanOrEqual(used);
      expect(proxy.log().filter((line) => line.includes('0xb1'))).toEqual([]); // CKR_SESSION_COUNT
      expect(count(proxy, 'C_Login')).toBe(1);
    },
  );

  it('is the only one of a token, and opened again when an operation failed in it', async () => {
    proxy.personality({ maxRwSessions: 1 });
    await using signer = await openBehind(proxy);
    proxy.faults({ call: 'C_Sign', rv: CKR.DEVICE_ERROR, count: 1 });
    await signs(signer);
    await signs(signer);
    expect(count(proxy, 'C_OpenSession')).toBe(2);
  });

  it('are waited for, but not for ever', async () => {
    await using signer = await openBehind(proxy, { sessions: 1, timeout: 1000 });
    proxy.faults({ call: 'C_Sign', delay: 900 });
    const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => signs(signer)));
    const failed = outcomes.filter(({ status }) => status === 'rejected');
    expect(outcomes.map(({ status }) => status).slice(0, 2)).toEqual(['fulfilled', 'fulfilled']);
    expect(failed).toHaveLength(2);
    expect(failed[0]).toMatchObject({
      reason: {
        code: 'KEY_UNAVAILABLE',
        message: 'no session of the token "ca" became free within 1 seconds',
        hints: ['--pkcs11-sessions gives it more at once'],
      },
    });
  });

  it('are all closed at the end, also those that were lost in a recovery', async () => {
    const signer = await openBehind(proxy, { sessions: 4 });
    proxy.faults(
      { call: 'C_Sign', rv: CKR.SESSION_CLOSED, count: 1 },
      { call: 'C_Sign', delay: 50 },
    );
    await many(8, () => signs(signer));
    await signer[Symbol.asyncDispose]();
    expect(count(proxy, 'C_CloseSession')).toBe(count(proxy, 'C_OpenSession'));
    expect(proxy.log().at(-1)).toBe('C_Finalize 0x0');
  });
});
