import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Pkcs11KeyRef } from '../../../src/signers/key-ref.ts';
import { openPkcs11Signer } from '../../../src/signers/pkcs11/pkcs11-signer.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { describeOnSoftHsm, tokenAccess } from '../on-softhsm.ts';
import { verdict } from '../signer-contract.ts';

const directory = temporaryDirectory();

describeOnSoftHsm('opening a token of SoftHSM', (hsm) => {
  beforeAll(() => {
    for (const label of ['one', 'twin', 'twin']) hsm.token(label);
    hsm.key('one', 'EC:prime256v1', 'ca', '01');
  });

  const open = (ref: Partial<Pkcs11KeyRef>, pin?: string) =>
    openPkcs11Signer({ kind: 'pkcs11', modulePath: hsm.module, ...ref }, tokenAccess(pin));

  describe('the module', () => {
    const hints = ['give the path of the library (.so, .dylib or .dll) of your token'];

    it('is named when it is missing', async () => {
      await expect(open({ modulePath: '/no/such/module.so' })).rejects.toMatchObject({
        code: 'KEY_UNAVAILABLE',
        message: 'cannot load the PKCS#11 module /no/such/module.so: no such file or directory',
        hints,
      });
    });

    it('is refused when it is a directory', async () => {
      await expect(open({ modulePath: directory })).rejects.toMatchObject({
        code: 'KEY_UNAVAILABLE',
        message: `${directory} is not a PKCS#11 module: it is not a file`,
        hints,
      });
    });

    it('is refused when it is a text file', async () => {
      const modulePath = join(directory, 'module.so');
      writeFileSync(modulePath, 'not a library\n');
      await expect(open({ modulePath })).rejects.toMatchObject({
        code: 'KEY_UNAVAILABLE',
        message: `${modulePath} is not a PKCS#11 module: ${modulePath}: file too short`,
        hints,
      });
    });

    it('is refused when it is a library for something else', async () => {
      const modulePath = loadedLibrary('libm.so');
      await expect(open({ modulePath })).rejects.toMatchObject({
        code: 'KEY_UNAVAILABLE',
        message: expect.stringMatching(/libm\.so.* is not a PKCS#11 module: .*C_GetFunctionList$/),
        hints,
      });
    });
  });

  describe('the token', () => {
    it('is looked for by its label, and a miss lists what there is', async () => {
      await expect(open({ token: 'three' })).rejects.toMatchObject({
        code: 'KEY_UNAVAILABLE',
        message: 'PKCS#11 error: CKR_TOKEN_NOT_PRESENT: no token with the label "three"',
        hints: [expect.stringMatching(/^tokens present: "[a-z]+" \(serial [0-9a-f]{16}, SoftHSM/)],
      });
    });

    it('is not chosen among two with the same label, unless by its serial number', async () => {
      const error = await rejection(open({ token: 'twin' }));
      expect(error).toMatchObject({
        code: 'KEY_UNAVAILABLE',
        message: 'there are 2 tokens with the label "twin"',
      });
      const [hint = ''] = (error as { hints: string[] }).hints;
      expect(hint).toMatch(/^choose one with --pkcs11-token or --pkcs11-serial: "twin" \(serial/);
      const serial = /serial ([0-9a-f]{16})/.exec(hint)?.[1] ?? '';
      await expect(open({ token: 'twin', serial, object: 'ca' })).rejects.toThrow(
        'no private key in the token "twin" has the label "ca"',
      );
      await expect(open({ token: 'one', serial, object: 'ca' })).rejects.toThrow(
        `no token with the label "one" and the serial number "${serial}"`,
      );
    });
  });

  describe('a wrong PIN', () => {
    it('is refused with what happens next', async () => {
      await expect(open({ token: 'one', object: 'ca' }, '987650')).rejects.toMatchObject({
        code: 'AUTH',
        message: 'PKCS#11 error: CKR_PIN_INCORRECT while logging in to the token "one"',
        hints: [
          'the token says that few tries are left',
          'the PIN was sent once and is not tried again; check it before the next try',
        ],
      });
    });

    it('is not told by the error', async () => {
      const error = await rejection(open({ token: 'one', object: 'ca' }, '987651'));
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('987651');
    });

    it('leaves the module usable', async () => {
      await rejection(open({ token: 'one', object: 'ca' }, '987652'));
      await using signer = await open({ token: 'one', object: 'ca' });
      const message = Buffer.from('message');
      expect(await verdict(signer, message, await signer.sign(message))).toBeUndefined();
    });
  });
});

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('it was expected to fail');
    },
    (error: unknown) => error,
  );
}

/** Path of a library that this process has loaded already. */
function loadedLibrary(name: string): string {
  const { sharedObjects } = process.report.getReport() as unknown as { sharedObjects: string[] };
  return sharedObjects.find((path) => path.includes(name)) ?? '';
}
