import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeOnSoftHsm } from '../../signers/on-softhsm.ts';
import { PIN } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { PASSPHRASE, world } from '../../support/world.ts';

const TOKEN = 'CA Token';
const NOW = new Date('2030-01-01T12:00:00Z');
const SUMMARY = [
  '  valid until  2050-01-01T11:54:59Z',
  '  serial       [0-9a-f]{38,40}',
  '  SHA-256      [0-9a-f]{64}',
].join('\n');

describeOnSoftHsm('a CA whose key is in a token', (hsm) => {
  const cwd = temporaryDirectory();
  const key = ['--pkcs11-lib', hsm.module, '--pkcs11-token', TOKEN, '--pkcs11-key-label', 'ca-key'];
  const withPin = world({ cwd, env: { PKCS11_PIN: PIN }, now: NOW });
  const caKey = `pkcs11:token=CA%20Token;serial=[0-9a-f]{16};object=ca-key;id=%01;type=private\\?module-path=${hsm.module}`;

  beforeAll(async () => {
    hsm.token(TOKEN);
    hsm.key(TOKEN, 'EC:secp384r1', 'ca-key', '01');
    await withPin('init-ca', '--name', 'HSM Root CA', '--dir', 'hsm-ca', ...key);
  });

  it('is made by init-ca, which says where the key is', async () => {
    const { status, stdout, stderr } = await withPin(
      ...['init-ca', '--name', 'HSM Root CA', '--dir', 'other-ca', ...key],
    );
    expect(stdout).toMatch(
      new RegExp(
        `^made the CA CN=HSM Root CA\n  directory    other-ca\n  key          ecdsa-p384 in ${caKey}\n${SUMMARY}\n$`,
      ),
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it('remembers module, token, serial number, label and ID, and no secret', () => {
    expect(readFileSync(join(cwd, 'hsm-ca/ca.yaml'), 'utf8')).toMatch(
      new RegExp(
        `^# Made by [^\n]+\nversion: 1\nname: HSM Root CA\nalgorithm: ecdsa-p384\nkey: ${caKey}\n$`,
      ),
    );
  });

  it('issues with nothing but the PIN', async () => {
    const { status, stdout, stderr } = await withPin(
      ...['issue', '--ca-dir', 'hsm-ca', '--cn', 'server.example.com'],
      ...['--out', 'server.crt', '--key-out', 'server.key'],
    );
    expect(stdout).toMatch(
      /^issued CN=server.example.com\n {2}certificate {2}server.crt\n {2}key {10}server.key\n {2}valid until {2}2030-04-01T11:54:59Z\n {2}serial {7}[0-9a-f]+\n {2}SHA-256 {6}[0-9a-f]{64}\n$/,
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it('finds the module again from another directory when it was named by a relative path', async () => {
    const inLib = world({ cwd: join(hsm.module, '..'), env: { PKCS11_PIN: PIN } });
    const relative = ['--pkcs11-lib', `./${hsm.module.split('/').at(-1)}`, ...key.slice(2)];
    await inLib('init-ca', '--name', 'R', '--dir', join(cwd, 'relative-ca'), ...relative);
    const { status } = await withPin(
      'issue',
      '--ca-dir',
      'relative-ca',
      '--cn',
      'a.example',
      '--key-out',
      'relative.key',
    );
    expect(status).toBe(0);
  });

  it('takes a token label with the blanks that tokens pad it with', async () => {
    const padded = key.map((value) => (value === TOKEN ? TOKEN.padEnd(32) : value));
    const { status } = await withPin('init-ca', '--name', 'P', '--dir', 'padded-ca', ...padded);
    expect(status).toBe(0);
    expect(readFileSync(join(cwd, 'padded-ca/ca.yaml'), 'utf8')).toContain('token=CA%20Token;');
  });

  describe('takes the PIN', () => {
    const issue = [
      'issue',
      '--ca-dir',
      'hsm-ca',
      '--cn',
      'a.example',
      '--force',
      '--key-out',
      'pin.key',
    ];
    const WARNING =
      'pki: warning: --pkcs11-pin can be seen by other users of this machine; use --pkcs11-pin-file, PKCS11_PIN or the prompt\n';

    it('from --pkcs11-pin, and warns once that it can be seen', async () => {
      const { status, stderr } = await world({ cwd })(...issue, '--pkcs11-pin', PIN);
      expect({ status, stderr }).toEqual({ status: 0, stderr: WARNING });
    });

    it('from --pkcs11-pin on init-ca too, with one warning for all keys', async () => {
      const { status, stderr } = await world({ cwd, env: { PKI_PASSPHRASE: PASSPHRASE } })(
        ...['init-ca', '--name', 'H', '--dir', 'warned-ca', '--hybrid', 'catalyst', ...key],
        ...['--pkcs11-pin', PIN],
      );
      expect({ status, stderr }).toEqual({ status: 0, stderr: WARNING });
    });

    it('from a file, without the line feed at its end', async () => {
      writeFileSync(join(cwd, 'pin.txt'), `${PIN}\n`);
      const { status, stderr } = await world({ cwd })(...issue, '--pkcs11-pin-file', 'pin.txt');
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    });

    it('from standard input, of which the first line counts', async () => {
      const pki = world({ cwd, stdin: `${PIN}\r\nsomething else\n` });
      const { status, stderr } = await pki(...issue, '--pkcs11-pin-file', '-');
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    });

    it('from the prompt, which names the token and comes once', async () => {
      const { status, stderr } = await world({ cwd, answers: [PIN] })(...issue);
      expect({ status, stderr }).toEqual({ status: 0, stderr: 'PIN of the token "CA Token": \n' });
    });

    it('from a file rather than from the environment', async () => {
      const pki = world({ cwd, env: { PKCS11_PIN: 'wrong' } });
      expect((await pki(...issue, '--pkcs11-pin-file', 'pin.txt')).status).toBe(0);
    });
  });
});
