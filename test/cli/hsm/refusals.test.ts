import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeOnSoftHsm } from '../../signers/on-softhsm.ts';
import { PIN } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';

const TOKEN = 'CA Token';
const SUPPORTED =
  'pki: hint: supported are: rsa-2048, rsa-3072, rsa-4096, rsa-2048-pss, rsa-3072-pss, rsa-4096-pss, ecdsa-p256, ecdsa-p384, ecdsa-p521, ecdsa-brainpoolp256r1, ecdsa-brainpoolp384r1, ed25519, ed448, ml-dsa-44, ml-dsa-65, ml-dsa-87';
const MODULE_HINT = 'pki: hint: give the path of the library (.so, .dylib or .dll) of your token';

/** The hint without what it lists, and the sorted list: tokens tell their objects in any order. */
function listing(line = ''): readonly [string, readonly string[]] {
  const start = line.indexOf('"');
  return [
    line.slice(0, start),
    line
      .slice(start)
      .split(/, (?=")/)
      .toSorted(),
  ];
}

describeOnSoftHsm('a key in a token that cannot be used', (hsm) => {
  const cwd = temporaryDirectory();
  const pki = world({ cwd, env: { PKCS11_PIN: PIN } });
  const refused = refusals(cwd);
  const init = (...options: readonly string[]) =>
    refused(pki, 'init-ca', '--name', 'HSM Root CA', '--dir', 'ca', ...options);
  const inModule = (...options: readonly string[]) => init('--pkcs11-lib', hsm.module, ...options);
  const inToken = (...options: readonly string[]) => inModule('--pkcs11-token', TOKEN, ...options);

  beforeAll(() => {
    hsm.token(TOKEN);
    hsm.token('Other Token');
    hsm.token('Empty Token');
    hsm.key(TOKEN, 'EC:secp384r1', 'ca-key', '01');
    hsm.key(TOKEN, 'EC:prime256v1', 'twin', '02');
    hsm.key(TOKEN, 'EC:prime256v1', 'twin', '03');
    hsm.key(TOKEN, 'EC:secp256k1', 'koblitz', '04');
    hsm.key(TOKEN, 'rsa:1024', 'weak', '05');
  });

  describe('because of the module', () => {
    it('whose path does not exist', async () => {
      expect(await init('--pkcs11-lib', '/nonexistent/module.so')).toEqual({
        status: 4,
        stderr: [
          'pki: error: cannot load the PKCS#11 module /nonexistent/module.so: no such file or directory',
          MODULE_HINT,
        ],
      });
    });

    it('which is a directory', async () => {
      expect(await init('--pkcs11-lib', cwd)).toEqual({
        status: 4,
        stderr: [`pki: error: ${cwd} is not a PKCS#11 module: it is not a file`, MODULE_HINT],
      });
    });

    it('which is no shared library', async () => {
      const path = join(cwd, 'text.so');
      writeFileSync(path, 'this is no library, but long enough to be read as the header of one');
      expect(await init('--pkcs11-lib', 'text.so')).toEqual({
        status: 4,
        stderr: [
          `pki: error: ${path} is not a PKCS#11 module: ${path}: invalid ELF header`,
          MODULE_HINT,
        ],
      });
    });

    it('which is a library of another kind', async () => {
      const { sharedObjects } = process.report.getReport() as { sharedObjects: readonly string[] };
      const path = sharedObjects.find((item) => /libc\.so/.test(item));
      expect(await init('--pkcs11-lib', `${path}`)).toEqual({
        status: 4,
        stderr: [
          `pki: error: ${path} is not a PKCS#11 module: ${path}: undefined symbol: C_GetFunctionList`,
          MODULE_HINT,
        ],
      });
    });
  });

  describe('because of the token', () => {
    const present = ['CA Token', 'Empty Token', 'Other Token'].map((label) =>
      expect.stringMatching(
        new RegExp(`^"${label}" \\(serial [0-9a-f]{16}, SoftHSM project SoftHSM v2\\)$`),
      ),
    );

    it('of which there is none with the label; those present are listed', async () => {
      const { status, stderr } = await inModule('--pkcs11-token', 'Lost Token');
      expect(status).toBe(4);
      expect(stderr[0]).toBe(
        'pki: error: PKCS#11 error: CKR_TOKEN_NOT_PRESENT: no token with the label "Lost Token"',
      );
      expect(listing(stderr[1])).toEqual(['pki: hint: tokens present: ', present]);
      expect(stderr).toHaveLength(2);
    });

    it('of which there is none with the serial number', async () => {
      const { status, stderr } = await inToken('--pkcs11-serial', '0000');
      expect(status).toBe(4);
      expect(stderr[0]).toBe(
        'pki: error: PKCS#11 error: CKR_TOKEN_NOT_PRESENT: no token with the label "CA Token" and the serial number "0000"',
      );
    });

    it('of which there are several and none was named', async () => {
      const { status, stderr } = await inModule('--pkcs11-key-label', 'ca-key');
      expect(status).toBe(4);
      expect(stderr[0]).toMatch(/^pki: error: .*3 tokens/);
      expect(listing(stderr[1])).toEqual([
        'pki: hint: choose one with --pkcs11-token or --pkcs11-serial: ',
        present,
      ]);
    });
  });

  describe('because of the key', () => {
    const keys = [
      '"ca-key" (ID 01)',
      '"koblitz" (ID 04)',
      '"twin" (ID 02)',
      '"twin" (ID 03)',
      '"weak" (ID 05)',
    ];

    it('of which there is none with the label; those present are listed', async () => {
      const { status, stderr } = await inToken('--pkcs11-key-label', 'lost');
      expect(status).toBe(4);
      expect(stderr[0]).toBe(
        'pki: error: PKCS#11 error: CKR_KEY_HANDLE_INVALID: no private key in the token "CA Token" has the label "lost"',
      );
      expect(listing(stderr[1])).toEqual(['pki: hint: private keys in the token: ', keys]);
    });

    it('of which there is none at all', async () => {
      expect(await inModule('--pkcs11-token', 'Empty Token', '--pkcs11-key-id', '01')).toEqual({
        status: 4,
        stderr: [
          'pki: error: PKCS#11 error: CKR_KEY_HANDLE_INVALID: no private key in the token "Empty Token" has the ID 01',
          'pki: hint: the token has no private key; make one with --pkcs11-generate-key',
        ],
      });
    });

    it('of which there are two with the label', async () => {
      const { status, stderr } = await inToken('--pkcs11-key-label', 'twin');
      expect(status).toBe(4);
      expect(stderr[0]).toBe(
        'pki: error: 2 private keys in the token "CA Token" have the label "twin"',
      );
      expect(listing(stderr[1])).toEqual([
        'pki: hint: choose one with --pkcs11-key-id: ',
        ['"twin" (ID 02)', '"twin" (ID 03)'],
      ]);
    });

    it('whose label and ID are those of two different keys', async () => {
      const { stderr } = await inToken('--pkcs11-key-label', 'ca-key', '--pkcs11-key-id', '02');
      expect(stderr[0]).toBe(
        'pki: error: PKCS#11 error: CKR_KEY_HANDLE_INVALID: no private key in the token "CA Token" has the label "ca-key" and the ID 02',
      );
    });

    it.each(['koblitz', 'weak'])('whose type is not supported: %s', async (label) => {
      expect(await inToken('--pkcs11-key-label', label)).toEqual({
        status: 4,
        stderr: [`pki: error: the key "${label}" is of an unsupported type`, SUPPORTED],
      });
    });

    it('which is not for the algorithm that was asked for', async () => {
      const options = ['--pkcs11-key-label', 'ca-key', '--algorithm', 'rsa-3072'];
      expect(await inToken(...options)).toEqual({
        status: 4,
        stderr: ['pki: error: the key "ca-key" is a key for ecdsa-p384, not for rsa-3072'],
      });
    });

    it('whose ID is not hexadecimal', async () => {
      expect(await inToken('--pkcs11-key-id', '0x1')).toEqual({
        status: 2,
        stderr: ['pki: error: "0x1" is not a key ID', 'pki: hint: write it as 01 or 01:ab'],
      });
    });
  });
});
