import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CKM, CKR } from '../../support/pkcs11-proxy/cryptoki.ts';
import type { Settings } from '../../support/pkcs11-proxy/plan.ts';
import { describeBehindProxy } from '../../support/pkcs11-proxy/proxy.ts';
import { PIN } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';

const TOKEN = 'CA Token';

describeBehindProxy('hsm doctor', (hsm, proxy) => {
  const cwd = temporaryDirectory();
  const pki = world({ cwd, env: { PKCS11_PIN: PIN } });
  const silent = world({ cwd });
  const inToken = ['--pkcs11-token', TOKEN];
  const doctor = (...options: readonly string[]) =>
    pki('hsm', 'doctor', '--pkcs11-lib', proxy.module, ...inToken, ...options);
  const checks = async (...options: readonly string[]) => {
    const { stdout } = await doctor('--json', ...options);
    return JSON.parse(stdout).checks as readonly { level: string; about: string; text: string }[];
  };
  const ofSoftHsm = ['hsm', 'doctor', '--pkcs11-lib', hsm.module, ...inToken];

  beforeAll(async () => {
    hsm.token(TOKEN);
    const generate = ['hsm', 'generate', '--pkcs11-lib', hsm.module, ...inToken];
    await pki(...generate, '--pkcs11-key-label', 'ca-key', '--pkcs11-key-id', '01');
  });
  beforeEach(() => proxy.clear());

  it('tells all that a signature depends on, and logs in where it has a PIN', async () => {
    const before = hsm.objects(TOKEN);
    const { status, stdout, stderr } = await pki(...ofSoftHsm);
    const lines = stdout
      .split('\n')
      .slice(0, -1)
      .filter((line) => !/^ok {7}(rsa-|ed|ecdsa-brain)/.test(line));
    expect(
      lines.map((line) => line.replaceAll(/\d+(\.\d+)* ms|\/\S+|(?<=slot )\d+|[0-9a-f]{16}/g, '…')),
    ).toEqual([
      `ok       Node.js ${process.versions.node} with OpenSSL ${process.versions.openssl}`,
      `ok       the module links libcrypto dynamically, so it runs on the OpenSSL ${process.versions.openssl} of Node.js`,
      'ok       SOFTHSM2_CONF (configuration file) is set: …',
      expect.stringMatching(
        /^ok {7}library: Implementation of PKCS11 2\.\d of SoftHSM, PKCS#11 2\.40: …$/,
      ),
      'ok       token: "CA Token" (serial …) in slot …, SoftHSM project SoftHSM v2',
      expect.stringMatching(/^ok {7}firmware 2\.\d, hardware 2\.\d$/),
      'ok       a PIN is set, 4 to 255 octets',
      'ok       sessions: no limit told; pki opens 1 for signatures and one for the login',
      'ok       vendor: row "softhsm"; nothing differs from the standard (SoftHSMv2 src/lib/slot_mgr/Token.cpp)'.replace(
        /\/\S+/,
        '…',
      ),
      'ok       ecdsa-p256 by CKM_ECDSA; keys by CKM_EC_KEY_PAIR_GEN',
      'ok       ecdsa-p384 by CKM_ECDSA; keys by CKM_EC_KEY_PAIR_GEN',
      'ok       ecdsa-p521 by CKM_ECDSA; keys by CKM_EC_KEY_PAIR_GEN',
      'ok       not offered: ml-dsa-44, ml-dsa-65, ml-dsa-87',
      'ok       logged in, … from loading the module',
      'ok       ecdsa-p384 by CKM_ECDSA with a throw-away key: verified, …',
      'ok       2 keys and certificates, none of concern',
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(hsm.objects(TOKEN)).toBe(before);
  });

  it('does not log in without a PIN; --sign asks for it', async () => {
    const { status, stdout } = await silent(...ofSoftHsm);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /\nok {7}not logged in: with a PIN or --sign, doctor makes keys that end with their session, and signs\n$/,
    );
    const typing = world({ cwd, answers: [PIN] });
    const signed = await typing(...ofSoftHsm, '--sign');
    expect(signed.stderr).toBe('PIN of the token "CA Token": \n');
    expect(signed.stdout).toContain('with a throw-away key: verified');
  });

  it('as JSON', async () => {
    const { stdout } = await pki(...ofSoftHsm, '--json');
    const report = JSON.parse(stdout);
    expect(report.status).toBe('ok');
    expect(report.checks).toContainEqual({
      level: 'ok',
      about: 'pin',
      text: 'a PIN is set, 4 to 255 octets',
    });
  });

  describe('finds a problem, and ends with status 4, where', () => {
    it('the library cannot be loaded', async () => {
      expect(await pki('hsm', 'doctor', '--pkcs11-lib', '/no/softhsm.so')).toEqual({
        status: 4,
        stdout: [
          `ok       Node.js ${process.versions.node} with OpenSSL ${process.versions.openssl}`,
          `ok       SOFTHSM2_CONF (configuration file) is set: ${process.env['SOFTHSM2_CONF']}`,
          'problem  cannot load the PKCS#11 module /no/softhsm.so: no such file or directory',
          '         give the path of the library (.so, .dylib or .dll) of your token',
          '',
        ].join('\n'),
        stderr: 'pki: error: doctor found a problem\n',
      });
    });

    it('the token is not there', async () => {
      const { status, stdout } = await pki(
        ...['hsm', 'doctor', '--pkcs11-lib', hsm.module, '--pkcs11-token', 'Nobody'],
      );
      expect(status).toBe(4);
      expect(stdout).toMatch(
        /\nproblem {2}PKCS#11 error: CKR_TOKEN_NOT_PRESENT: no token with the label "Nobody"\n {9}tokens present: "CA Token" /,
      );
    });

    it('the PIN is wrong', async () => {
      const wrong = world({ cwd, env: { PKCS11_PIN: '9999' } });
      const { status, stdout, stderr } = await wrong(...ofSoftHsm);
      expect(stdout).toContain(
        'problem  PKCS#11 error: CKR_PIN_INCORRECT while logging in to the token "CA Token"\n',
      );
      expect(stdout + stderr).not.toContain('9999');
      expect(status).toBe(4);
    });

    it('the PIN is locked, which is not tried', async () => {
      proxy.personality('pin-locked');
      const { status, stdout } = await doctor();
      expect(status).toBe(4);
      expect(stdout).toContain('\nproblem  the PIN is locked\n');
      expect(proxy.calls().get('C_Login')).toBeUndefined();
    });

    it('a signature does not verify', async () => {
      proxy.faults({ call: 'C_Sign', corrupt: true });
      const { status, stdout } = await doctor();
      expect(status).toBe(4);
      expect(stdout).toContain(
        '\nproblem  ecdsa-p384 by CKM_ECDSA with a throw-away key: its ecdsa-with-SHA384 signature does not verify\n',
      );
    });

    it('the token goes away in the middle', async () => {
      proxy.faults({ call: 'C_GetMechanismList', rv: CKR.DEVICE_REMOVED });
      const { status, stdout } = await doctor();
      expect(status).toBe(4);
      expect(stdout).toContain(
        '\nproblem  PKCS#11 error: CKR_DEVICE_REMOVED while listing the mechanisms of the token "CA Token"\n',
      );
    });
  });

  it.each<[string, Settings, string, string]>([
    [
      'few sessions',
      { maxRwSessions: 1 },
      'sessions',
      'sessions: at most 1, which is fewer than 1 for signatures and one for the login',
    ],
    [
      'a last try',
      { tokenFlagsSet: 0x3_0000 },
      'pin',
      'one try is left: without a terminal, pki uses it with --allow-final-try',
    ],
    [
      'a token that is write-protected',
      { tokenFlagsSet: 0x02 },
      'token',
      'write-protected: no key can be made or deleted',
    ],
  ])('warns of %s', async (_, settings, about, text) => {
    proxy.personality(settings);
    expect(await checks()).toContainEqual({ level: 'warning', about, text });
  });

  it('shows quirks and the mechanisms that they lead to, as of nShield', async () => {
    proxy.personality('nshield-strict-fips');
    const texts = (await checks()).map(({ text }) => text);
    expect(texts).toContain(
      'vendor: row "nshield"; RSA: the token hashes, before a digest of ours is tried; Edwards curves by name first, then by OID (smallstep/certificates#2409; XiPKI vendor-ncipher.json)',
    );
    expect(texts).toContain(
      'rsa-2048 by CKM_SHA256_RSA_PKCS, then CKM_RSA_PKCS; keys by CKM_RSA_PKCS_KEY_PAIR_GEN',
    );
  });

  it('warns where a token makes no keys for a session, as YubiHSM 2', async () => {
    proxy.personality('yubihsm-2');
    const yubi = world({ cwd, env: { PKCS11_PIN: `0001${PIN}` } });
    const options = ['hsm', 'doctor', '--pkcs11-lib', proxy.module, ...inToken];
    const { status, stdout } = await yubi(...options);
    expect(status).toBe(0);
    expect(stdout).toContain(
      '\nwarning  no throw-away key for ecdsa-p384: PKCS#11 error: CKR_ATTRIBUTE_VALUE_INVALID while generating a key pair in the token\n         "pki hsm test" signs with a key that is there\n',
    );
  });

  it('tells that no login is wanted, and what is not offered', async () => {
    proxy.personality({
      tokenFlagsClear: 0x04,
      mechanismsRemoved: [CKM.ECDSA],
    });
    const found = await checks();
    expect(found).toContainEqual({ level: 'ok', about: 'pin', text: 'no login is required' });
    expect(found.find(({ text }) => text.startsWith('not offered'))?.text).toBe(
      'not offered: ecdsa-p256, ecdsa-p384, ecdsa-p521, ecdsa-brainpoolp256r1, ecdsa-brainpoolp384r1, ml-dsa-44, ml-dsa-65, ml-dsa-87',
    );
  });

  it('leaves it to hsm list to tell of slots that are silent', async () => {
    proxy.faults({ call: 'C_GetTokenInfo', rv: CKR.DEVICE_ERROR, count: 1 });
    const { status, stderr } = await pki('hsm', 'list', '--pkcs11-lib', proxy.module);
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: 'pki: warning: slots that do not tell about their token: 1\n',
    });
  });
});
