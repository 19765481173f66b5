import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { VENDORS } from '../../../src/signers/pkcs11/quirks.ts';
import { describeOnSoftHsm } from '../../signers/on-softhsm.ts';
import { PIN } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';

const cwd = temporaryDirectory();

const write = (name: string, ...lines: readonly string[]): string => {
  writeFileSync(join(cwd, name), `${lines.join('\n')}\n`);
  return name;
};

const caYaml = (name: string): string => readFileSync(join(cwd, name, 'ca.yaml'), 'utf8');

describeOnSoftHsm('a file for --hsm-config', (hsm) => {
  const pki = world({ cwd });
  const init = (dir: string, ...options: readonly string[]) =>
    pki('init-ca', '--name', dir, '--dir', dir, ...options);
  const issue = (dir: string, ...options: readonly string[]) =>
    pki('issue', '--ca-dir', dir, '--cn', 'a.example', '--key-out', `${dir}.key`, ...options);

  beforeAll(() => {
    hsm.token('CA Token');
    hsm.token('other');
    hsm.key('CA Token', 'EC:secp384r1', 'ca-key', '01');
    write('pin', PIN);
    write('hsm.yaml', `module: ${hsm.module}`, 'token: CA Token', 'pin-file: pin');
  });

  it('says once which token it is and where its PIN is, and the CA remembers it', async () => {
    const key = ['--hsm-config', 'hsm.yaml', '--pkcs11-key-label', 'ca-key'];
    expect(await init('by-file', ...key)).toMatchObject({ status: 0, stderr: '' });
    expect(caYaml('by-file')).toContain(`&pin-source=file:${encodeURI(cwd)}/pin\n`);
    expect(caYaml('by-file')).not.toContain('hsm-');
    expect(await issue('by-file')).toMatchObject({ status: 0, stderr: '' });
  });

  it('says how the token is spoken to, which the CA remembers too', async () => {
    const file = write(
      'settings.yaml',
      ...[`module: ${hsm.module}`, 'token: CA Token', 'pin-env: CA_HSM_PIN'],
      ...['sessions: 4', 'timeout: 30', 'vendor: softhsm'],
    );
    const withPin = world({ cwd, env: { CA_HSM_PIN: PIN } });
    const made = await withPin(
      ...['init-ca', '--name', 'S', '--dir', 'settings', '--hsm-config', file],
      ...['--pkcs11-key-label', 'ca-key'],
    );
    expect(made).toMatchObject({ status: 0, stderr: '' });
    expect(caYaml('settings')).toMatch(
      /\nhsm-sessions: 4\nhsm-timeout: 30\nhsm-vendor: softhsm\nhsm-pin-env: CA_HSM_PIN\n$/,
    );
    const args = ['issue', '--ca-dir', 'settings', '--cn', 'a.example', '--key-out', 's.key'];
    expect(await withPin(...args)).toMatchObject({ status: 0, stderr: '' });
    expect(await pki(...args, '--force')).toMatchObject({
      status: 5,
      stderr: 'pki: error: the environment variable CA_HSM_PIN with the PIN is not set\n',
    });
  });

  it('gives way to the command line, where a PIN replaces a PIN and a token a token', async () => {
    const wrong = ['--pkcs11-pin-env', 'WRONG_PIN', '--pkcs11-key-label', 'ca-key'];
    const env = { WRONG_PIN: '9999' };
    const sent = await world({ cwd, env })(
      ...['init-ca', '--name', 'W', '--dir', 'wrong', '--hsm-config', 'hsm.yaml', ...wrong],
    );
    expect(sent.stderr).toMatch(/^pki: error: PKCS#11 error: CKR_PIN_INCORRECT/);
    const other = ['--pkcs11-token', 'other', '--pkcs11-key-label', 'ca-key'];
    expect((await init('elsewhere', '--hsm-config', 'hsm.yaml', ...other)).stderr).toContain(
      'no private key in the token "other"',
    );
    const uri = ['--key', 'pkcs11:token=other;object=ca-key'];
    expect((await init('elsewhere', '--hsm-config', 'hsm.yaml', ...uri)).stderr).toContain(
      'no private key in the token "other"',
    );
  });

  it('serves an issue of a CA that was made without it', async () => {
    const key = ['--pkcs11-lib', hsm.module, '--pkcs11-key-label', 'ca-key'];
    const withPin = world({ cwd, env: { PKCS11_PIN: PIN } });
    await withPin('init-ca', '--name', 'P', '--dir', 'plain', ...key, '--pkcs11-token', 'CA Token');
    expect(await issue('plain')).toMatchObject({ status: 5 });
    expect(await issue('plain', '--hsm-config', 'hsm.yaml')).toMatchObject({ status: 0 });
  });

  describe('is refused, and the line named, when', () => {
    it.each([
      [
        'it has an unknown key',
        ['modle: x'],
        'unknown key "modle"; use: module, token, serial, slot, pin-env, pin-file, sessions, timeout, vendor, user-type, init-reserved',
      ],
      [
        'it holds a PIN',
        ['pin: 1234'],
        '"pin" is not allowed: a PIN is not written down here; use pin-file or pin-env',
      ],
      [
        'a number is text',
        ['sessions: many'],
        '"sessions": invalid input: expected number, received string',
      ],
      ['a number is too small', ['timeout: 0'], '"timeout": too small: expected number to be >=1'],
      [
        'the vendor is unknown',
        ['vendor: acme'],
        `"vendor": invalid option: expected one of ${VENDORS.map((name) => `"${name}"`).join('|')}`,
      ],
    ])('%s', async (_, lines, why) => {
      const file = write('bad.yaml', '# comment', `module: ${hsm.module}`, ...lines);
      expect(await init('bad', '--hsm-config', file)).toMatchObject({
        status: 2,
        stderr: `pki: error: ${cwd}/bad.yaml:3: ${why}\n`,
      });
    });

    it('it is not YAML', async () => {
      const file = write('bad.yaml', 'module: "x');
      const { status, stderr } = await init('bad', '--hsm-config', file);
      expect(status).toBe(2);
      expect(stderr).toMatch(/^pki: error: .*bad\.yaml:\d: Missing closing "quote/);
    });

    it.each([
      ['an alias leads nowhere', 'module: *a', /^Unresolved alias .*: a$/],
      ['it nests without end', '['.repeat(5_000), /^it nests too deeply$/],
    ])('%s', async (_, text, why) => {
      const file = write('bad.yaml', text);
      const { status, stderr } = await init('bad', '--hsm-config', file);
      expect(status).toBe(2);
      const [start, reason] = stderr.trimEnd().split('bad.yaml:1: ');
      expect(start).toBe(`pki: error: ${cwd}/`);
      expect(reason).toMatch(why);
    });

    it('it has no module', async () => {
      const file = write('bad.yaml', 'token: CA Token');
      expect(await init('bad', '--hsm-config', file)).toMatchObject({
        status: 2,
        stderr: `pki: error: ${cwd}/bad.yaml:1: "module" is missing\n`,
      });
    });

    it('it is a text', async () => {
      expect(await init('bad', '--hsm-config', write('bad.yaml', 'hello'))).toMatchObject({
        status: 2,
        stderr: `pki: error: ${cwd}/bad.yaml:1: it has to hold keys with values, such as "module: PATH"\n`,
      });
    });

    it('it has two places for the PIN', async () => {
      const file = write('bad.yaml', 'module: x', 'pin-file: pin', 'pin-env: PIN');
      expect(await init('bad', '--hsm-config', file)).toMatchObject({
        status: 2,
        stderr: `pki: error: ${cwd}/bad.yaml: give either pin-env or pin-file\n`,
      });
    });

    it('it is not there', async () => {
      expect(await init('bad', '--hsm-config', 'none.yaml')).toMatchObject({
        status: 2,
        stderr: `pki: error: cannot read ${cwd}/none.yaml: no such file or directory\n`,
      });
    });
  });
});
