import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeOnSoftHsm } from '../../signers/on-softhsm.ts';
import { PIN } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { PASSPHRASE, world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';

const TOKEN = 'CA Token';

describeOnSoftHsm('init-ca --pkcs11-generate-key', (hsm) => {
  const cwd = temporaryDirectory();
  const pki = world({ cwd, env: { PKCS11_PIN: PIN, PKI_PASSPHRASE: PASSPHRASE } });
  const inToken = ['--pkcs11-lib', hsm.module, '--pkcs11-token', TOKEN];
  const init = (dir: string, label: string, ...options: readonly string[]) => [
    ...['init-ca', '--name', 'Generated CA', '--dir', dir, ...inToken],
    ...['--pkcs11-generate-key', '--pkcs11-key-label', label, ...options],
  ];

  beforeAll(() => {
    hsm.token(TOKEN);
    hsm.key(TOKEN, 'EC:prime256v1', 'taken', 'ab');
  });

  it('makes a key that only signs and never leaves the token', async () => {
    const { status, stdout } = await pki(...init('ca', 'new-key'));
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^ {2}key {10}ecdsa-p384 in pkcs11:token=CA%20Token;serial=[0-9a-f]{16};object=new-key;id=(%[0-9A-F]{2}){8};type=private\?/m,
    );
    const [, object] = /(Private Key Object; EC\n {2}label: +new-key\n(?: {2}.*\n)*)/.exec(
      hsm.objects(TOKEN),
    ) as RegExpExecArray;
    expect(object).toMatch(
      /^ {2}Usage: {6}sign\n {2}Access: {5}sensitive, always sensitive, never extractable, local\n/m,
    );
  });

  it('makes both halves of a composite, one in the token and one in a file', async () => {
    const { status, stdout } = await pki(
      ...init('composite-ca', 'half', '--hybrid', 'composite', '--ml-dsa', 'ml-dsa-65'),
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^ {2}key {10}ecdsa-p384 in pkcs11:[^\n]+\n {2}key {10}ml-dsa-65 in file:keys\/ml-dsa.key\n/m,
    );
    expect(hsm.objects(TOKEN)).toMatch(/label: +half\n/);
  });

  it('takes algorithm and ID from the options', async () => {
    const options = ['--algorithm', 'ecdsa-p256', '--pkcs11-key-id', '0a:0B'];
    const { stdout } = await pki(...init('p256-ca', 'p256-key', ...options));
    expect(stdout).toMatch(/key {10}ecdsa-p256 in pkcs11:[^\n]*;object=p256-key;id=%0A%0B;/);
  });

  describe('leaves neither key nor file when', () => {
    const refused = async (...argv: readonly string[]) => {
      const before = hsm.objects(TOKEN);
      const refusal = await refusals(cwd)(pki, ...argv);
      expect(hsm.objects(TOKEN).split('\n').toSorted()).toEqual(before.split('\n').toSorted());
      return refusal;
    };

    it('the directory is taken by somebody else after the key was made', async () => {
      const env = {
        get PKCS11_PIN() {
          mkdirSync(join(cwd, 'taken-ca/theirs'), { recursive: true });
          return PIN;
        },
      };
      const before = hsm.objects(TOKEN).split('\n').toSorted();
      const outcome = await world({ cwd, env })(...init('taken-ca', 'refused'));
      expect(outcome).toMatchObject({ status: 6, stdout: '' });
      expect(outcome.stderr).toMatch(/^pki: error: cannot make the CA directory .*taken-ca: /);
      expect(hsm.objects(TOKEN).split('\n').toSorted()).toEqual(before);
      expect(readdirSync(cwd).filter((name) => name.startsWith('.'))).toEqual([]);
      rmSync(join(cwd, 'taken-ca'), { recursive: true });
    });

    it('the certificate would be refused, which is found before the token is opened', async () => {
      const argv = init('refused-ca', 'refused', '--country', 'xx');
      expect((await pki(...argv, '--debug', 'pkcs11')).stderr).not.toContain('C_Initialize');
      expect(await refused(...argv)).toEqual({
        status: 3,
        stderr: [
          'pki: error: not signing a certificate for C=xx, CN=Generated CA',
          'pki: hint: C=xx must be two upper-case letters (country-code, RFC 5280 appendix A.1, ISO 3166)',
        ],
      });
    });

    it('a composite would be refused', async () => {
      const options = ['--hybrid', 'composite', '--country', 'xx'];
      expect((await refused(...init('refused-ca', 'refused', ...options))).status).toBe(3);
    });

    it('the label exists', async () => {
      expect(await refused(...init('refused-ca', 'taken'))).toEqual({
        status: 4,
        stderr: [
          'pki: error: an object in the token "CA Token" already has the label "taken"',
          'pki: hint: choose another one; keys in the token are never overwritten',
        ],
      });
    });

    it('the ID exists', async () => {
      expect(await refused(...init('refused-ca', 'free', '--pkcs11-key-id', 'AB'))).toEqual({
        status: 4,
        stderr: [
          'pki: error: an object in the token "CA Token" already has the ID ab',
          'pki: hint: choose another one; keys in the token are never overwritten',
        ],
      });
    });

    it('the directory exists', async () => {
      const { status } = await refused(...init('ca', 'refused'));
      expect(status).toBe(6);
      expect(existsSync(join(cwd, 'ca/ca.crt'))).toBe(true);
    });

    it('the PIN is wrong', async () => {
      const wrong = [...init('refused-ca', 'refused'), '--pkcs11-pin', '0000'];
      expect((await refused(...wrong)).status).toBe(5);
    });
  });
});
