import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeOnSoftHsm } from '../../signers/on-softhsm.ts';
import { PIN } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { itWithSpy, pkcs11Spy } from '../pkcs11-spy.ts';
import { refusals } from '../refusal.ts';

const TOKEN = 'CA Token';
const WRONG_PIN = [
  'pki: error: PKCS#11 error: CKR_PIN_INCORRECT while logging in to the token "CA Token"',
  'pki: hint: the token says that few tries are left',
  'pki: hint: the PIN was sent once and is not tried again; check it before the next try',
];

describeOnSoftHsm('a PIN that is not right', (hsm) => {
  const cwd = temporaryDirectory();
  const key = ['--pkcs11-lib', hsm.module, '--pkcs11-token', TOKEN, '--pkcs11-key-label', 'ca-key'];
  const initCa = ['init-ca', '--name', 'CA', '--dir', 'new-ca', ...key];
  const issue = [
    'issue',
    '--ca-dir',
    'ca',
    '--cn',
    'a.example',
    '--out',
    'a.crt',
    '--key-out',
    'a.key',
  ];
  const pki = world({ cwd, env: { PKCS11_PIN: PIN } });
  const wrong = world({ cwd, env: { PKCS11_PIN: '9999' } });
  const silent = world({ cwd });
  const refused = refusals(cwd, 'ca');

  beforeAll(async () => {
    hsm.token(TOKEN);
    hsm.key(TOKEN, 'EC:prime256v1', 'ca-key', '01');
    await pki('init-ca', '--name', 'HSM Root CA', '--dir', 'ca', ...key);
  });

  it('ends init-ca, and says that few tries are left', async () => {
    expect(await refused(wrong, ...initCa)).toEqual({ status: 5, stderr: WRONG_PIN });
  });

  it('ends issue in the same way', async () => {
    expect(await refused(wrong, ...issue)).toEqual({ status: 5, stderr: WRONG_PIN });
  });

  it('is not asked for a second time', async () => {
    const typing = world({ cwd, answers: ['9999', PIN] });
    expect(await refused(typing, ...issue)).toEqual({
      status: 5,
      stderr: ['PIN of the token "CA Token": ', ...WRONG_PIN],
    });
  });

  it('does not stop the next command, which has the right one', async () => {
    await wrong(...issue);
    expect((await pki(...issue, '--force')).status).toBe(0);
  });

  it('is reported as JSON with --json', async () => {
    const { status, stderr } = await refused(wrong, ...issue, '--json', '--force');
    const [message = '', ...hints] = WRONG_PIN.map((line) =>
      line.replace(/^pki: (error|hint): /, ''),
    );
    expect(status).toBe(5);
    expect(JSON.parse(stderr.join('\n'))).toEqual({ error: { code: 'AUTH', message, hints } });
  });

  describe('because there is none', () => {
    const NONE = {
      status: 5,
      stderr: [
        'pki: error: the PIN of the token "CA Token" is needed, and there is no terminal to ask at',
        'pki: hint: give it with --pkcs11-pin-file, or in the environment variable PKCS11_PIN',
      ],
    };

    it('on init-ca', async () => {
      expect(await refused(silent, ...initCa)).toEqual(NONE);
    });

    it('on issue', async () => {
      expect(await refused(silent, ...issue, '--force')).toEqual(NONE);
    });

    it('in the environment variable, which is empty', async () => {
      const empty = world({ cwd, env: { PKCS11_PIN: '' } });
      expect(await refused(empty, ...issue, '--force')).toEqual(NONE);
    });

    it('in the answer at the prompt', async () => {
      expect(await refused(world({ cwd, answers: [''] }), ...issue, '--force')).toEqual({
        status: 5,
        stderr: ['PIN of the token "CA Token": ', 'pki: error: the PIN is empty'],
      });
    });

    it('in the file', async () => {
      const path = join(cwd, 'empty.txt');
      writeFileSync(path, '\n');
      expect(await refused(pki, ...issue, '--force', '--pkcs11-pin-file', 'empty.txt')).toEqual({
        status: 2,
        stderr: [`pki: error: the PIN file ${path} is empty`],
      });
    });

    it('file, although one is named and the environment has the PIN', async () => {
      expect(await refused(pki, ...issue, '--force', '--pkcs11-pin-file', 'lost.txt')).toEqual({
        status: 2,
        stderr: [
          `pki: error: cannot read the PIN file ${join(cwd, 'lost.txt')}: no such file or directory`,
        ],
      });
    });
  });

  it('is not chosen from two', async () => {
    for (const command of [initCa, issue]) {
      const both = [...command, '--force', '--pkcs11-pin', PIN, '--pkcs11-pin-file', 'pin.txt'];
      const argv = command === initCa ? both.filter((arg) => arg !== '--force') : both;
      expect(await refused(pki, ...argv)).toEqual({
        status: 2,
        stderr: ['pki: error: give either --pkcs11-pin or --pkcs11-pin-file'],
      });
    }
  });

  describe('as the module sees it', () => {
    const spy = pkcs11Spy(hsm.module, cwd);
    const inSpy = [...initCa, '--pkcs11-lib', `${spy?.module}`];

    itWithSpy(spy, 'is sent once, and the module is finalised', async ({ calls: callsOf }) => {
      const calls = await callsOf(() => wrong(...inSpy));
      expect(calls.get('C_Login')).toBe(1);
      expect(calls.get('C_Finalize')).toBe(1);
      expect(calls.has('C_Sign')).toBe(false);
    });

    itWithSpy(spy, 'is not sent when there is none', async ({ calls: callsOf }) => {
      const calls = await callsOf(() => silent(...inSpy));
      expect(calls.has('C_Login')).toBe(false);
      expect(calls.get('C_Finalize')).toBe(1);
    });

    itWithSpy(
      spy,
      'is the only thing that is: a right one signs once and logs out',
      async ({ calls: callsOf }) => {
        const calls = await callsOf(() => pki(...inSpy));
        expect(calls.get('C_Sign')).toBe(1);
        expect(calls.get('C_OpenSession')).toBe(calls.get('C_CloseSession'));
        expect(calls.get('C_Initialize')).toBe(calls.get('C_Finalize'));
      },
    );
  });
});
