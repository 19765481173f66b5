import { createHash, createPublicKey } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeBehindProxy } from '../../support/pkcs11-proxy/proxy.ts';
import { PIN } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { until } from '../built-program.ts';
import { pathsIn } from '../refusal.ts';

const TOKEN = 'CA Token';

describeBehindProxy('hsm generate', (hsm, proxy) => {
  const cwd = temporaryDirectory();
  const pki = world({ cwd, env: { PKCS11_PIN: PIN } });
  const inToken = ['--pkcs11-lib', proxy.module, '--pkcs11-token', TOKEN];
  const generate = (label: string, ...options: readonly string[]) =>
    pki('hsm', 'generate', ...inToken, '--pkcs11-key-label', label, ...options);
  const listed = async () => {
    const { stdout } = await pki('hsm', 'keys', ...inToken, '--json');
    return JSON.parse(stdout).objects as readonly { label: string; id: string; class: string }[];
  };

  beforeAll(() => hsm.token(TOKEN));
  beforeEach(() => proxy.clear());

  it('makes a key, and prints its URI and the fingerprint of its public key', async () => {
    const { status, stdout, stderr } = await generate('first', '--public-out', 'first.pem');
    const pem = readFileSync(join(cwd, 'first.pem'), 'utf8');
    const spki = createPublicKey(pem).export({ type: 'spki', format: 'der' });
    const fingerprint = createHash('sha256').update(spki).digest('hex');
    expect(stdout).toMatch(
      /^made the key "first"\n {2}key {9}pkcs11:token=CA%20Token;serial=[0-9a-f]{16};object=first;id=(%[0-9A-F]{2}){8};type=private\?module-path=\S+\n {2}ID {10}[0-9a-f]{16}\n {2}algorithm {3}ecdsa-p384\n {2}exportable {2}no\n {2}SHA-256 {5}[0-9a-f]{64} of its public key\n {2}public key {2}first.pem\n$/,
    );
    expect(stdout).toContain(`  SHA-256     ${fingerprint} of its public key\n`);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('as JSON: an exportable RSA key with an ID of its own, whose URI makes a CA', async () => {
    const options = ['--algorithm', 'rsa-2048', '--pkcs11-key-id', '0a0b', '--exportable'];
    const { stdout } = await generate('second', ...options, '--json');
    const made = JSON.parse(stdout);
    expect(made).toEqual({
      key: expect.stringMatching(/^pkcs11:token=CA%20Token;.*object=second;id=%0A%0B;/),
      label: 'second',
      id: '0a0b',
      algorithm: 'rsa-2048',
      exportable: true,
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      publicKey: expect.stringMatching(/^-----BEGIN PUBLIC KEY-----\n/),
    });
    const initCa = ['init-ca', '--name', 'Root', '--dir', 'ca', '--key', made.key];
    expect(await pki(...initCa)).toMatchObject({ status: 0, stderr: '' });
  });

  it('takes the label from a URI', async () => {
    const uri = `pkcs11:token=CA%20Token;object=by%20uri?module-path=${proxy.module.replaceAll(' ', '%20')}`;
    const { stdout } = await pki('hsm', 'generate', '--key', uri);
    expect(stdout).toContain('made the key "by uri"\n');
  });

  describe('refuses', () => {
    it('a key without a label', async () => {
      expect(await pki('hsm', 'generate', ...inToken)).toEqual({
        status: 2,
        stdout: '',
        stderr:
          'pki: error: name the new key with --pkcs11-key-label\npki: hint: or with object=LABEL in --key; its ID is drawn unless --pkcs11-key-id gives it\n',
      });
    });

    it('an algorithm that is none of one key', async () => {
      const { status, stderr } = await generate('x', '--algorithm', 'MLDSA65-Ed25519-SHA512');
      expect(status).toBe(2);
      expect(stderr).toMatch(
        /^pki: error: MLDSA65-Ed25519-SHA512 cannot be used here\npki: hint: /,
      );
    });

    it('a label that exists', async () => {
      const before = await listed();
      expect(await generate('first')).toEqual({
        status: 4,
        stdout: '',
        stderr:
          'pki: error: an object in the token "CA Token" already has the label "first"\npki: hint: choose another one; keys in the token are never overwritten\n',
      });
      expect(await listed()).toEqual(before);
    });

    it('a file that exists, before it makes a key; --force replaces it', async () => {
      writeFileSync(join(cwd, 'there.pem'), 'old');
      expect(await generate('filed', '--public-out', 'there.pem')).toEqual({
        status: 6,
        stdout: '',
        stderr: `pki: error: ${join(cwd, 'there.pem')} exists already\npki: hint: --force replaces it\n`,
      });
      expect((await listed()).map(({ label }) => label)).not.toContain('filed');
      const forced = await generate('filed', '--public-out', 'there.pem', '--force');
      expect(forced.status).toBe(0);
      expect(readFileSync(join(cwd, 'there.pem'), 'utf8')).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
    });

    it('what the token cannot make', async () => {
      const { status, stderr } = await generate('pq', '--algorithm', 'ml-dsa-65');
      expect(status).toBe(4);
      expect(stderr).toMatch(
        /^pki: error: PKCS#11 error: CKR_MECHANISM_INVALID while generating a key pair in the token\n/,
      );
    });
  });

  it('deletes the key again, and leaves no file, if reading its public key fails', async () => {
    const [before, files] = [await listed(), pathsIn(cwd)];
    proxy.faults({ call: 'C_GetMechanismList', rv: 0x05 }); // the last thing before it is done
    const { status, stdout, stderr } = await generate('gone', '--public-out', 'gone.pem');
    expect({ status, stdout }).toEqual({ status: 4, stdout: '' });
    expect(stderr).toMatch(/^pki: error: PKCS#11 error: CKR_GENERAL_ERROR while listing /);
    expect(existsSync(join(cwd, 'gone.pem'))).toBe(false);
    expect(pathsIn(cwd)).toEqual(files);
    proxy.clear();
    expect(await listed()).toEqual(before);
  });

  it('deletes the key again if its public key cannot be written', async () => {
    const before = await listed();
    proxy.clear();
    proxy.faults({ call: 'C_GenerateKeyPair', delay: 1000 });
    const generating = generate('late', '--public-out', 'late.pem');
    await until(() => proxy.calls().has('C_Login')); // after it has looked at the place
    writeFileSync(join(cwd, 'late.pem'), 'of somebody else');
    expect(await generating).toEqual({
      status: 6,
      stdout: '',
      stderr: `pki: error: ${join(cwd, 'late.pem')} exists already\npki: hint: --force replaces it\n`,
    });
    expect(readFileSync(join(cwd, 'late.pem'), 'utf8')).toBe('of somebody else');
    proxy.clear();
    expect(await listed()).toEqual(before);
  });

  describe('under the personality of', () => {
    it('AWS CloudHSM makes a key with a user name in the PIN', async () => {
      proxy.personality('aws-cloudhsm');
      const user = world({ cwd, env: { PKCS11_PIN: `crypto_user:${PIN}` } });
      const options = [...inToken, '--pkcs11-key-label', 'cloud'];
      expect(await user('hsm', 'generate', ...options)).toMatchObject({ status: 0, stderr: '' });
    });

    it('YubiHSM 2 draws an ID of two octets', async () => {
      proxy.personality('yubihsm-2');
      const user = world({ cwd, env: { PKCS11_PIN: `0001${PIN}` } });
      const options = [...inToken, '--pkcs11-key-label', 'yubi', '--json'];
      const { stdout } = await user('hsm', 'generate', ...options);
      expect(JSON.parse(stdout).id).toMatch(/^[0-9a-f]{4}$/);
    });
  });
});
