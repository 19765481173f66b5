import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { BOUNCY_CASTLE } from '../../interop/judges.ts';
import { describeOnSoftHsm } from '../../signers/on-softhsm.ts';
import { PIN } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { runTool, tool } from '../../support/tools.ts';
import { PASSPHRASE, world } from '../../support/world.ts';
import { noOpenssl, openssl } from '../openssl.ts';
import { refusals } from '../refusal.ts';

const [ROOT, CHILD] = ['Root Token', 'Child Token'] as const;
const OTHER_PIN = '87654321';

describeOnSoftHsm('init-ca --parent with keys in tokens', (hsm) => {
  const cwd = temporaryDirectory();
  const at = (...names: readonly string[]) => join(cwd, ...names);
  const env = { PKCS11_PIN: OTHER_PIN, PKCS11_PARENT_PIN: PIN, PKI_PASSPHRASE: PASSPHRASE };
  const pki = world({ cwd, env });
  const asRoot = world({ cwd, env: { PKCS11_PIN: PIN, PKI_PASSPHRASE: PASSPHRASE } });
  const inToken = (token: string, label: string, ...options: readonly string[]) => [
    ...['--pkcs11-lib', hsm.module, '--pkcs11-token', token],
    ...['--pkcs11-generate-key', '--pkcs11-key-label', label, ...options],
  ];
  const sub = (dir: string, parent: string, ...options: readonly string[]) => [
    ...['init-ca', '--name', dir, '--dir', dir, '--parent', parent, ...options],
  ];
  const issue = (ca: string) => {
    const files = ['--out', `${ca}.crt`, '--key-out', `${ca}.key`];
    return pki('issue', '--ca-dir', ca, '--cn', 'a.example', ...files);
  };
  /** What is in both tokens, each with its own PIN. */
  const objects = () => {
    const child = ['--token-label', CHILD, '--login', '--pin', OTHER_PIN, '--list-objects'];
    const theirs = runTool(tool('pkcs11-tool') ?? '', '--module', hsm.module, ...child);
    return (hsm.objects(ROOT) + theirs).split('\n').toSorted();
  };

  beforeAll(async () => {
    hsm.token(ROOT);
    const init = ['--init-token', '--free', '--label', CHILD, '--so-pin', '5678'];
    runTool(tool('softhsm2-util') ?? '', ...init, '--pin', OTHER_PIN);
    for (const [dir, ...options] of [['root'], ['hybrid-root', '--hybrid', 'catalyst']] as const) {
      const made = ['init-ca', '--name', dir, '--dir', dir, ...inToken(ROOT, dir, ...options)];
      expect(await asRoot(...made)).toMatchObject({ status: 0 });
    }
  });

  it('sends each token its own PIN', async () => {
    const { status, stdout, stderr } = await pki(...sub('both', 'root', ...inToken(CHILD, 'both')));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^ {2}key {10}ecdsa-p384 in pkcs11:token=Child%20Token;/m);
    expect(await issue('both')).toMatchObject({ status: 0 });
    expect(noOpenssl()).toBeUndefined();
    const chain = ['-CAfile', at('root/ca.crt'), '-untrusted', at('both/ca.crt')];
    expect(openssl('verify', '-x509_strict', ...chain, at('both.crt'))).toBe(
      `${at('both.crt')}: OK\n`,
    );
  });

  it('has a child in a file under a parent in a token', async () => {
    const { PKI_PASSPHRASE } = env;
    writeFileSync(at('parent.pin'), `${PIN}\n`);
    const argv = sub('file', 'root', '--parent-pin-file', 'parent.pin');
    const made = await world({ cwd, env: { PKI_PASSPHRASE } })(...argv);
    expect(made).toMatchObject({ status: 0, stderr: '' });
    expect(await issue('file')).toMatchObject({ status: 0 });
  });

  it('has a child in the same token as the parent', async () => {
    const argv = sub('same', 'root', ...inToken(ROOT, 'same'));
    const onePin = { ...env, PKCS11_PIN: PIN };
    expect(await world({ cwd, env: onePin })(...argv)).toMatchObject({ status: 0, stderr: '' });
  });

  it('has a hybrid child in a token and a file, under a parent like that', async () => {
    const secrets = { ...env, PKI_PARENT_PASSPHRASE: PASSPHRASE };
    const keys = inToken(CHILD, 'hybrid', '--hybrid', 'catalyst');
    const made = await world({ cwd, env: secrets })(...sub('hybrid', 'hybrid-root', ...keys));
    expect(made).toMatchObject({ status: 0, stderr: '' });
    expect(await issue('hybrid')).toMatchObject({ status: 0 });
    const trust = ['--trust', 'hybrid-root/ca.crt', '--require-alt'];
    expect(await pki('verify', 'hybrid.crt', 'hybrid/ca.crt', ...trust)).toMatchObject({
      status: 0,
    });
    if (BOUNCY_CASTLE.missing) return;
    const pairs = [
      { certificate: at('hybrid.crt'), issuer: at('hybrid/ca.crt') },
      { certificate: at('hybrid/ca.crt'), issuer: at('hybrid-root/ca.crt') },
    ];
    for (const { output } of BOUNCY_CASTLE.judgeAll(pairs)) {
      expect(JSON.parse(output)).toMatchObject({ signature: true, alternative: 'true' });
    }
  });

  describe('makes nothing, neither key nor file nor record, if', () => {
    const refused = async (pki: ReturnType<typeof world>, ...argv: readonly string[]) => {
      const before = objects();
      const refusal = await refusals(cwd, 'root')(pki, ...argv);
      expect(objects()).toEqual(before);
      return refusal;
    };
    const argv = sub('refused', 'root', ...inToken(CHILD, 'refused'));

    it('no PIN of the parent is given: that of the child is not tried', async () => {
      expect(await refused(world({ cwd, env: { PKCS11_PIN: OTHER_PIN } }), ...argv)).toEqual({
        status: 5,
        stderr: [
          'pki: error: the PIN of the token "Root Token" of the parent CA is needed, and there is no terminal to ask at',
          'pki: hint: give it with --parent-pin-file, or in the environment variable PKCS11_PARENT_PIN',
        ],
      });
    });

    it('the PIN of the child is wrong', async () => {
      const wrong = world({ cwd, env: { ...env, PKCS11_PIN: '0000' } });
      const { status, stderr } = await refused(wrong, ...argv);
      expect(status).toBe(5);
      expect(stderr[0]).toBe(
        'pki: error: PKCS#11 error: CKR_PIN_INCORRECT while logging in to the token "Child Token"',
      );
    });

    it('the PIN of the parent is wrong', async () => {
      const wrong = world({ cwd, env: { ...env, PKCS11_PARENT_PIN: '0000' } });
      const { status, stderr } = await refused(wrong, ...argv);
      expect(status).toBe(5);
      expect(stderr[0]).toBe(
        'pki: error: PKCS#11 error: CKR_PIN_INCORRECT while logging in to the token "Root Token"',
      );
    });

    it('the key of the parent is gone', async () => {
      hsm.pkcs11Tool(ROOT, '--delete-object', '--type', 'privkey', '--label', 'root');
      const { status, stderr } = await refused(pki, ...argv);
      expect(status).toBe(4);
      expect(stderr[0]).toMatch(/^pki: error: .*"root"/);
    });
  });
});
