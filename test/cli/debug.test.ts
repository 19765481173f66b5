import { beforeAll, expect, it } from 'vitest';
import { describeOnSoftHsm } from '../signers/on-softhsm.ts';
import { PIN } from '../support/softhsm.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { world } from '../support/world.ts';

const directory = temporaryDirectory();

describeOnSoftHsm('the debug trace', (hsm) => {
  const pki = (env: Readonly<Record<string, string>> = {}) =>
    world({ cwd: directory, env: { PKCS11_PIN: PIN, ...env } });
  const issue = [
    'issue',
    '--ca-dir',
    'ca',
    '--cn',
    'a.example.com',
    '--key-out',
    'a.key',
    '--force',
  ];

  beforeAll(async () => {
    hsm.token('debug');
    hsm.key('debug', 'EC:prime256v1', 'ca');
    const key = ['--pkcs11-lib', hsm.module, '--pkcs11-token', 'debug'];
    await pki()('init-ca', '--name', 'Root', '--dir', 'ca', ...key);
  });

  it('goes to stderr by --debug pkcs11, and the result stays alone on stdout', async () => {
    const { status, stdout, stderr } = await pki()(...issue, '--debug', 'pkcs11');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^-----BEGIN CERTIFICATE-----\n[^-]+-----END CERTIFICATE-----\n$/);
    const lines = stderr.trimEnd().split('\n');
    expect(lines.filter((line) => !line.startsWith('pkcs11: C_'))).toEqual([]);
    expect(lines.at(0)).toMatch(/^pkcs11: C_Initialize\(\) = CKR_OK /);
    expect(lines.at(-1)).toMatch(/^pkcs11: C_Finalize\(\) = CKR_OK /);
    expect(stderr).toMatch(/C_Login\(#\d+, 0x1, \*\*\*\) = CKR_OK/);
  });

  it('is the same by PKI_DEBUG, and is not there otherwise', async () => {
    expect((await pki({ PKI_DEBUG: 'pkcs11' })(...issue)).stderr).toContain('pkcs11: C_Sign(');
    expect((await pki()(...issue)).stderr).toBe('');
  });

  it('of something unknown is an error', async () => {
    expect(await pki({ PKI_DEBUG: 'pkcs12' })(...issue)).toEqual({
      status: 2,
      stdout: '',
      stderr: 'pki: error: unknown subject "pkcs12" in PKI_DEBUG\npki: hint: use: pkcs11\n',
    });
    expect((await pki()(...issue, '--debug', 'x')).stderr).toBe(
      "pki: error: option '--debug <what>' argument 'x' is invalid. Allowed choices are pkcs11.\n",
    );
  });
});
