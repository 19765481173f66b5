import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_HSM_SETTINGS, type HsmSettings } from '../../../src/signers/hsm-settings.ts';
import { openPkcs11Signer } from '../../../src/signers/pkcs11/pkcs11-signer.ts';
import { noP11Kit, p11KitServer } from '../../support/p11-kit.ts';
import { noSoftHsm, softHsm } from '../../support/softhsm.ts';
import { tokenAccess } from '../on-softhsm.ts';
import { signs } from './behind-proxy.ts';

const TOKEN = 'far away';
const MESSAGE = Buffer.from('message');

const missing = noSoftHsm() ?? noP11Kit();

describe.skipIf(missing)(
  `a token at the other end of a socket${missing ? ` (${missing})` : ''}`,
  () => {
    if (missing) return;
    const hsm = softHsm();
    const server = p11KitServer(hsm.module, TOKEN);

    const open = (settings: Partial<HsmSettings> = {}) => {
      const access = { ...tokenAccess(), hsm: { ...DEFAULT_HSM_SETTINGS, ...settings } };
      const ref = {
        kind: 'pkcs11',
        modulePath: server.module,
        token: TOKEN,
        object: 'key',
      } as const;
      return openPkcs11Signer(ref, access);
    };

    beforeAll(() => {
      hsm.token(TOKEN);
      hsm.key(TOKEN, 'EC:prime256v1', 'key', '01');
    });
    beforeEach(() => server.start());

    it('signs', async () => {
      await using signer = await open();
      await signs(signer);
    });

    it('signs with several sessions at once', async () => {
      await using signer = await open({ sessions: 4 });
      await Promise.all(Array.from({ length: 16 }, () => signs(signer)));
    });

    it('signs again when its server was killed and is back, in a new process', async () => {
      await using signer = await open();
      await signs(signer);
      await server.kill();
      await server.start();
      await signs(signer);
      await signs(signer);
    });

    it('is gone while its server is, and back when that is back', async () => {
      await using signer = await open();
      await signs(signer);
      await server.kill();
      await expect(signer.sign(MESSAGE)).rejects.toMatchObject({
        code: 'KEY_UNAVAILABLE',
        message: 'PKCS#11 error: CKR_DEVICE_ERROR while signing in the token',
        hints: [
          'check that the HSM is connected and its client is running, then try again',
          `the token could not be opened again: PKCS#11 error: CKR_TOKEN_NOT_PRESENT: no token with the label "${TOKEN}"`,
        ],
      });
      await server.start();
      await signs(signer);
    });

    it('is missed when its server is not there from the beginning', async () => {
      await server.kill();
      await expect(open()).rejects.toMatchObject({
        code: 'KEY_UNAVAILABLE',
        message: `PKCS#11 error: CKR_TOKEN_NOT_PRESENT: no token with the label "${TOKEN}"`,
        hints: [
          `${server.module} shows no token; check its configuration and that the device is connected`,
        ],
      });
    });

    it('signs everything although its server is killed meanwhile', async () => {
      await using signer = await open({ sessions: 4 });
      const signing = Array.from({ length: 200 }, () => signer.sign(MESSAGE));
      await Promise.race(signing);
      await server.kill();
      await server.start();
      const outcomes = await Promise.allSettled(signing);
      const failed = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
      // what comes while the server is away fails clearly; afterwards all is well
      for (const reason of failed) expect(reason).toMatchObject({ code: 'KEY_UNAVAILABLE' });
      await signs(signer);
    });

    it('is waited for no longer than the time-out while its server is stopped', async () => {
      const signer = await open({ timeout: 1000 });
      server.pause();
      const start = performance.now();
      await expect(signer.sign(MESSAGE)).rejects.toMatchObject({
        code: 'KEY_UNAVAILABLE',
        message: expect.stringMatching(
          /^the PKCS#11 module did not answer C_\w+ within 1 seconds$/,
        ),
        hints: ['the HSM or the way to it hangs; --pkcs11-timeout says how long to wait'],
      });
      await signer[Symbol.asyncDispose]();
      expect(performance.now() - start).toBeLessThan(4000);
      server.resume();
      await using again = await open();
      await signs(again);
    });

    it('signs when its server is resumed within the time-out', async () => {
      await using signer = await open({ timeout: 20_000 });
      await signs(signer);
      server.pause();
      const signing = signs(signer);
      setTimeout(() => server.resume(), 1500);
      await signing;
    });
  },
);
