import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { describeOnSoftHsm } from '../../signers/on-softhsm.ts';
import { PIN } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';

const directory = temporaryDirectory();

describeOnSoftHsm('a key named by an RFC 7512 URI', (hsm) => {
  const pki = (env: Readonly<Record<string, string>> = {}) => world({ cwd: directory, env });
  const pinFile = join(directory, 'pin').replaceAll(' ', '%20');
  const uri = (path: string, query = '') =>
    `pkcs11:${path}?module-path=${hsm.module.replaceAll(' ', '%20')}${query}`;
  const initCa = (dir: string, ...options: readonly string[]) =>
    ['init-ca', '--name', 'Root', '--dir', dir, ...options] as const;
  const usage = (message: string, ...hints: readonly string[]) => ({
    status: 2,
    stdout: '',
    stderr: [`error: ${message}`, ...hints.map((hint) => `hint: ${hint}`)]
      .map((line) => `pki: ${line}\n`)
      .join(''),
  });

  beforeAll(() => {
    hsm.token('uri token');
    hsm.key('uri token', 'EC:secp384r1', 'ca key', '0a');
    writeFileSync(join(directory, 'pin'), `${PIN}\n`);
  });

  it('makes a CA, whose PIN then comes from where the URI says', async () => {
    const key = uri('token=uri%20token;object=ca%20key', `&pin-source=file:${pinFile}`);
    expect(await pki()(...initCa('ca', '--key', key))).toMatchObject({ status: 0, stderr: '' });
    const config = readFileSync(join(directory, 'ca/ca.yaml'), 'utf8');
    expect(config).toMatch(/key: pkcs11:token=uri%20token;serial=\w+;object=ca%20key;id=%0A;/);
    expect(config).toContain(`&pin-source=file:${pinFile}\n`);
    const issue = ['issue', '--ca-dir', 'ca', '--cn', 'a.example.com', '--key-out', 'a.key'];
    expect(await pki()(...issue)).toMatchObject({ status: 0, stderr: '' });
  });

  it('takes its module from --pkcs11-lib where it names none', async () => {
    const options = ['--key', 'pkcs11:object=ca%20key', '--pkcs11-lib', hsm.module];
    expect(await pki({ PKCS11_PIN: PIN })(...initCa('lib-ca', ...options))).toMatchObject({
      status: 0,
    });
  });

  it('has to match in every attribute', async () => {
    const key = uri('token=uri%20token;manufacturer=SoftHSM%20project;model=Luna;slot-id=7');
    const { status, stderr } = await pki()(...initCa('none', '--key', key));
    expect(status).toBe(4);
    expect(stderr).toMatch(
      /^pki: error: PKCS#11 error: CKR_TOKEN_NOT_PRESENT: no token with the label "uri token" and the manufacturer "SoftHSM project" and the model "Luna" and the slot number "7"\npki: hint: tokens present: "uri token" \(serial \w+, SoftHSM project SoftHSM v2\)\n$/,
    );
  });

  it.each([
    'manufacturer=SoftHSM%20project',
    'model=SoftHSM%20v2',
    'library-manufacturer=SoftHSM',
    'library-description=Implementation%20of%20PKCS11',
    'slot-manufacturer=SoftHSM%20project',
  ])('may be found by %s', async (attribute) => {
    const env = { PKCS11_PIN: PIN };
    const key = uri(`${attribute};object=ca%20key`);
    const dir = `ca-${attribute.replaceAll(/\W/g, '')}`;
    expect(await pki(env)(...initCa(dir, '--key', key))).toMatchObject({ status: 0 });
  });

  it('with a PIN file that cannot be read is an error', async () => {
    const key = uri('object=ca%20key', '&pin-source=/no/such/pin');
    expect(await pki({ PKCS11_PIN: PIN })(...initCa('none', '--key', key))).toEqual(
      usage('cannot read the PIN file /no/such/pin: no such file or directory'),
    );
  });

  it('with the PIN in it is refused', async () => {
    const key = uri('object=ca%20key', '&pin-value=1234');
    expect(await pki()(...initCa('none', '--key', key))).toEqual(
      usage(
        'not a PKCS#11 URI that names a key: pin-value shows the PIN to everybody who sees the URI; use pin-source',
        'write pkcs11:token=LABEL;object=LABEL?module-path=PATH (RFC 7512)',
      ),
    );
  });

  it('does not go with options that say the same', async () => {
    const options = ['--key', uri('object=ca%20key'), '--pkcs11-key-label', 'ca key'];
    expect(await pki()(...initCa('none', ...options))).toEqual(
      usage('give either --key or --pkcs11-key-label'),
    );
    expect(await pki()(...initCa('none', '--key', 'file:ca.key'))).toEqual(
      usage(
        'the key file of a CA is made by "pki init-ca"',
        'leave the option out, or name a key in a token with it',
      ),
    );
  });
});

describeOnSoftHsm('the PIN in an environment variable of any name', (hsm) => {
  const pki = world({ cwd: directory, env: { CA_PIN: PIN } });
  const options = ['init-ca', '--name', 'Root', '--pkcs11-lib', hsm.module];
  const token = ['--pkcs11-token', 'env token'];

  beforeAll(() => {
    hsm.token('env token');
    hsm.key('env token', 'EC:secp384r1', 'ca', '01');
  });

  it('is taken from there', async () => {
    const outcome = await pki(
      ...[...options, ...token, '--dir', 'env-ca', '--pkcs11-pin-env', 'CA_PIN'],
    );
    expect(outcome).toMatchObject({ status: 0, stderr: '' });
  });

  it('is an error if it is not there, and from nowhere else', async () => {
    const named = [...token, '--pkcs11-pin-env', 'NO_PIN'];
    expect(await pki(...options, '--dir', 'none', ...named)).toEqual({
      status: 5,
      stdout: '',
      stderr: 'pki: error: the environment variable NO_PIN with the PIN is not set\n',
    });
    expect(await pki(...options, '--dir', 'none', ...named, '--pkcs11-pin-file', 'pin')).toEqual({
      status: 2,
      stdout: '',
      stderr: 'pki: error: give either --pkcs11-pin-file or --pkcs11-pin-env\n',
    });
  });

  it('and a slot by its number', async () => {
    const slot = ['--pkcs11-slot', '99', '--pkcs11-pin-env', 'CA_PIN'];
    expect((await pki(...options, '--dir', 'none', ...slot)).stderr).toContain(
      'no token with the slot number "99"\n',
    );
    expect((await pki(...options, '--dir', 'none', '--pkcs11-slot', 'x')).stderr).toBe(
      "pki: error: option '--pkcs11-slot <number>' argument 'x' is invalid. it has to be a whole number, at least 0\n",
    );
  });
});
