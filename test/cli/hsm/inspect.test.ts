import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeOnSoftHsm } from '../../signers/on-softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';

describeOnSoftHsm('what a token tells without a login', (hsm) => {
  const cwd = temporaryDirectory();
  const pki = world({ cwd });
  const library = ['--pkcs11-lib', hsm.module];
  const inToken = [...library, '--pkcs11-token', 'CA Token'];

  beforeAll(() => {
    hsm.token('CA Token');
    hsm.token('\x1b[2JEvil');
  });

  describe('hsm list', () => {
    it('lists all tokens, as text that cannot act on a terminal', async () => {
      const { status, stdout, stderr } = await pki('hsm', 'list', ...library);
      const lines = stdout
        .split('\n')
        .map((line) => line.replaceAll(/ {2,}/g, '  ').replace(/[0-9a-f]{16} {2}/, 'SERIAL  '));
      expect(lines.toSorted()).toEqual([
        '',
        expect.stringMatching(
          /^"CA Token" {2}SERIAL {2}SoftHSM project {2}SoftHSM v2 {2}2\.\d {2}\d+$/,
        ),
        expect.stringMatching(
          /^"\\x1b\[2JEvil" {2}SERIAL {2}SoftHSM project {2}SoftHSM v2 {2}2\.\d {2}\d+$/,
        ),
        'TOKEN  SERIAL  MANUFACTURER  MODEL  FIRMWARE  SLOT',
      ]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    });

    it('as JSON', async () => {
      const { stdout } = await pki('hsm', 'list', '--json', ...inToken);
      const tokens = JSON.parse(stdout);
      expect(tokens).toHaveLength(2);
      expect(tokens.find(({ label = '' }) => label === 'CA Token')).toEqual({
        label: 'CA Token',
        serial: expect.stringMatching(/^[0-9a-f]{16}$/),
        manufacturer: 'SoftHSM project',
        model: 'SoftHSM v2',
        firmware: expect.stringMatching(/^2\.\d$/),
        slot: expect.any(Number),
        loginRequired: true,
      });
    });

    it('says so when there is none', async () => {
      const conf = join(cwd, 'empty.conf');
      mkdirSync(join(cwd, 'empty'), { recursive: true });
      writeFileSync(conf, `directories.tokendir = ${join(cwd, 'empty')}\n`);
      const empty = world({ cwd, env: { SOFTHSM2_CONF: conf } });
      const stderr = `pki: note: ${hsm.module} shows no token; check its configuration and that the device is connected\n`;
      expect(await empty('hsm', 'list', ...library)).toEqual({ status: 0, stdout: '', stderr });
      expect(await empty('hsm', 'list', ...library, '--json')).toEqual({
        status: 0,
        stdout: '[]\n',
        stderr,
      });
    });

    it('wants a library', async () => {
      expect(await pki('hsm', 'list')).toEqual({
        status: 2,
        stdout: '',
        stderr: 'pki: error: name the PKCS#11 library with --pkcs11-lib, --hsm-config or --key\n',
      });
    });

    it('names a library that is not there', async () => {
      expect(await pki('hsm', 'list', '--pkcs11-lib', '/no/such.so')).toEqual({
        status: 4,
        stdout: '',
        stderr:
          'pki: error: cannot load the PKCS#11 module /no/such.so: no such file or directory\npki: hint: give the path of the library (.so, .dylib or .dll) of your token\n',
      });
    });
  });

  describe('hsm info', () => {
    it('tells library, slot, token, PIN, sessions and the vendor row', async () => {
      const { status, stdout, stderr } = await pki('hsm', 'info', ...inToken);
      expect(stdout.replaceAll(/(serial +|number +|0x)[0-9a-f]+/g, '$1…')).toMatch(
        /^library\n {2}path {10}\S+\n {2}description {3}Implementation of PKCS11\n {2}manufacturer {2}SoftHSM\n {2}version {7}2\.\d\n {2}PKCS#11 {7}2\.40\nslot\n {2}number {8}…\n {2}description {3}SoftHSM slot ID 0x…\n {2}manufacturer {2}SoftHSM project\ntoken\n {2}label {9}CA Token\n {2}serial {8}…\n {2}manufacturer {2}SoftHSM project\n {2}model {9}SoftHSM v2\n {2}hardware {6}2\.\d\n {2}firmware {6}2\.\d\n {2}state {9}writable\nPIN\n {2}login {3}required\n {2}state {3}set\n {2}typed {3}given to pki\n {2}length {2}4 to 255 octets\nsessions\n {2}open {8}not told, no limit told\n {2}read-write {2}not told, no limit told\nvendor\n {2}row {5}softhsm\n {2}source {2}SoftHSMv2 src\/lib\/slot_mgr\/Token.cpp\n$/,
      );
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    });

    it('as JSON, under another vendor if that is wanted', async () => {
      const { stdout } = await pki(
        'hsm',
        'info',
        ...inToken,
        '--json',
        '--pkcs11-vendor',
        'yubihsm',
      );
      expect(JSON.parse(stdout)).toMatchObject({
        library: { path: hsm.module, manufacturer: 'SoftHSM', cryptoki: '2.40' },
        slot: { id: expect.any(Number) },
        token: { label: 'CA Token', writeProtected: false, failed: false },
        pin: { loginRequired: true, set: true, locked: false, finalTry: false, minLength: 4 },
        sessions: { open: null, max: null, openReadWrite: null, maxReadWrite: null },
        vendor: {
          name: 'yubihsm',
          deviations: [
            'new key IDs have 2 octets',
            'templates of new keys without CKA_DECRYPT, CKA_SIGN_RECOVER, CKA_ENCRYPT, CKA_VERIFY_RECOVER, CKA_WRAP',
          ],
        },
      });
    });

    it('is about one token', async () => {
      const two = [...library, '--pkcs11-token', 'CA Token', '--pkcs11-token', 'Other'];
      expect(await pki('hsm', 'info', ...two)).toEqual({
        status: 2,
        stdout: '',
        stderr:
          'pki: error: this command is about one token, and 2 are named\npki: hint: choose one with --pkcs11-token or --pkcs11-serial\n',
      });
      const { status, stderr } = await pki('hsm', 'info', ...library);
      expect(status).toBe(4);
      expect(stderr).toMatch(/^pki: error: there are 2 tokens\npki: hint: choose one with /);
    });
  });

  describe('hsm mechanisms', () => {
    it('names them, their sizes and uses, and what pki would do', async () => {
      const { status, stdout, stderr } = await pki('hsm', 'mechanisms', ...inToken);
      const lines = stdout.split('\n').map((line) => line.replaceAll(/ {2,}/g, '  '));
      expect(lines).toContain('NUMBER  MECHANISM  KEY SIZES  USES');
      expect(lines).toContain('0x00001040  CKM_EC_KEY_PAIR_GEN  112..521  generate-key-pair');
      expect(lines).toContain('ALGORITHM  SIGNED BY  KEYS MADE BY');
      expect(lines).toContain(
        'rsa-3072  CKM_RSA_PKCS, then CKM_SHA256_RSA_PKCS  CKM_RSA_PKCS_KEY_PAIR_GEN',
      );
      expect(lines).toContain(
        'ecdsa-brainpoolp256r1  CKM_ECDSA  CKM_EC_KEY_PAIR_GEN, if the token knows the curve',
      );
      expect(lines).toContain('ml-dsa-65  not offered  no');
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    });

    it('as JSON', async () => {
      const { stdout } = await pki('hsm', 'mechanisms', ...inToken, '--json');
      const { mechanisms, algorithms } = JSON.parse(stdout);
      expect(mechanisms).toContainEqual({
        number: 0x1041,
        name: 'CKM_ECDSA',
        minKeySize: 112,
        maxKeySize: 521,
        uses: ['sign', 'verify'],
        hardware: false,
      });
      expect(algorithms).toContainEqual({
        name: 'ecdsa-p384',
        sign: ['CKM_ECDSA'],
        generate: { mechanism: 'CKM_EC_KEY_PAIR_GEN', possible: true },
      });
      expect(algorithms).toContainEqual({
        name: 'ml-dsa-44',
        sign: [],
        generate: { mechanism: 'CKM_ML_DSA_KEY_PAIR_GEN', possible: false },
      });
    });
  });
});
