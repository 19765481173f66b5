import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeOnSoftHsm } from '../../signers/on-softhsm.ts';
import { PIN } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';

const cwd = temporaryDirectory();

describeOnSoftHsm('options of tokens', (hsm) => {
  const pki = world({ cwd });
  const withPin = world({ cwd, env: { PKCS11_PIN: PIN } });
  const key = ['--pkcs11-lib', hsm.module, '--pkcs11-key-label', 'ca-key'];
  const named = [...key, '--pkcs11-token', 'CA Token'];
  const init = (dir: string, ...options: readonly string[]) => [
    ...['init-ca', '--name', dir, '--dir', dir],
    ...options,
  ];
  const issue = (dir: string, ...options: readonly string[]) => [
    ...['issue', '--ca-dir', dir, '--cn', 'a.example', '--key-out', `${dir}.key`, '--force'],
    ...options,
  ];

  beforeAll(async () => {
    for (const label of ['CA Token', 'moved']) hsm.token(label);
    hsm.key('CA Token', 'EC:secp384r1', 'ca-key', '01');
    hsm.key('moved', 'EC:secp384r1', 'ca-key', '01');
    expect(await withPin(...init('ca', ...named))).toMatchObject({ status: 0, stderr: '' });
  });

  /** Runs with what is written to `text` open as a file descriptor. */
  const withDescriptor = async (text: string, run: (fd: string) => Promise<unknown>) => {
    writeFileSync(join(cwd, 'secret'), text);
    const descriptor = openSync(join(cwd, 'secret'), 'r');
    try {
      return await run(String(descriptor));
    } finally {
      closeSync(descriptor);
    }
  };

  describe('--pkcs11-pin-fd', () => {
    it('reads the PIN from an open file descriptor, its first line', async () => {
      const outcome = await withDescriptor(`${PIN}\nmore\n`, (fd) =>
        pki(...issue('ca', '--pkcs11-pin-fd', fd)),
      );
      expect(outcome).toMatchObject({ status: 0, stderr: '' });
    });

    it('is an error when nothing is in it', async () => {
      const outcome = await withDescriptor('', (fd) => pki(...issue('ca', '--pkcs11-pin-fd', fd)));
      expect(outcome).toMatchObject({ status: 5, stderr: 'pki: error: the PIN is empty\n' });
    });

    it('is an error when it is not open', async () => {
      expect(await pki(...issue('ca', '--pkcs11-pin-fd', '987'))).toMatchObject({
        status: 2,
        stderr: 'pki: error: cannot read the PIN from file descriptor 987: it is not open\n',
      });
    });

    it('is not given together with another source', async () => {
      const both = ['--pkcs11-pin-fd', '3', '--pkcs11-pin-file', 'secret'];
      expect(await pki(...issue('ca', ...both))).toMatchObject({
        status: 2,
        stderr: 'pki: error: give either --pkcs11-pin-file or --pkcs11-pin-fd\n',
      });
    });
  });

  describe('--pkcs11-slot-index', () => {
    it('counts tokens from 0; the CA remembers the token, not its place', async () => {
      const labels = await Promise.all(
        ['0', '1'].map(async (index) => {
          const made = await withPin(...init(`at-${index}`, ...key, '--pkcs11-slot-index', index));
          expect(made).toMatchObject({ status: 0, stderr: '' });
          return /token=([^;]+)/.exec(made.stdout)?.[1];
        }),
      );
      expect(labels.toSorted()).toEqual(['CA%20Token', 'moved']);
    });

    it('says when there is none', async () => {
      const { status, stderr } = await withPin(...init('at-9', ...key, '--pkcs11-slot-index', '9'));
      expect(status).toBe(4);
      expect(stderr).toContain('no token with the slot index "9"\n');
    });
  });

  describe.each([
    ['--pkcs11-sessions', '0', 'it has to be a whole number, at least 1', '<number>'],
    ['--pkcs11-timeout', 'soon', 'it has to be a whole number, at least 1', '<seconds>'],
  ])('%s', (option, value, why, argument) => {
    it(`refuses ${value}`, async () => {
      expect(await pki(...issue('ca', option, value))).toMatchObject({
        status: 2,
        stderr: `pki: error: option '${option} ${argument}' argument '${value}' is invalid. ${why}\n`,
      });
    });
  });

  it('--pkcs11-user-type refuses what is no number', async () => {
    expect(await pki(...init('u', ...named, '--pkcs11-user-type', 'crypto-user'))).toMatchObject({
      status: 2,
      stderr:
        'pki: error: "crypto-user" is not a PKCS#11 user type\n' +
        'pki: hint: write a number, such as 1 or 0x80000001\n',
    });
  });

  describe('issue --key', () => {
    const uri = (token: string) =>
      `pkcs11:token=${encodeURIComponent(token)};object=ca-key?module-path=${hsm.module}`;

    it('names the key where it is now', async () => {
      expect(await withPin(...issue('ca', '--key', uri('CA Token')))).toMatchObject({ status: 0 });
    });

    it('refuses a key that is not the one of the CA', async () => {
      expect(await withPin(...issue('ca', '--key', uri('moved')))).toMatchObject({
        status: 4,
        stderr: expect.stringMatching(
          /^pki: error: the ecdsa-p384 key is not the public key in .*ca\.crt\npki: hint: nothing was signed; open the key that the CA certificate was made for\n$/,
        ),
      });
    });
  });

  it('of parameters and user type are remembered in the URI of the key', async () => {
    const made = await withPin(...init('typed', ...named, '--pkcs11-user-type', '1'));
    expect(made.status).toBe(0);
    expect(made.stdout).toContain('&x-user-type=0x1\n');
    expect(await withPin(...issue('typed'))).toMatchObject({ status: 0, stderr: '' });
  });
});
