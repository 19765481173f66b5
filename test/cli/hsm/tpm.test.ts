import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { noTpm, tpmToken } from '../../support/tpm.ts';
import { world } from '../../support/world.ts';
import { noOpenssl, openssl } from '../openssl.ts';

const missing = noTpm() ?? noOpenssl();

describe.skipIf(missing)(`a TPM 2.0${missing ? ` (${missing})` : ''}`, () => {
  if (missing) return;
  const cwd = temporaryDirectory();
  const tpm = tpmToken();
  const pki = world({ cwd, env: { PKCS11_PIN: tpm.pin } });

  beforeEach(() => tpm.start()); // it has room for few objects, and a new start makes room

  it.each(['ecdsa-p256', 'ecdsa-p384', 'rsa-2048'])(
    'makes the key of a CA, which issues (%s)',
    async (algorithm) => {
      const made = await pki(
        ...['init-ca', '--name', 'TPM Root', '--dir', algorithm, '--algorithm', algorithm],
        ...['--pkcs11-lib', tpm.module, '--pkcs11-token', tpm.label],
        ...['--pkcs11-generate-key', '--pkcs11-key-label', algorithm],
      );
      expect(made, made.stderr).toMatchObject({ status: 0 });
      const certificate = join(cwd, `${algorithm}.crt`);
      for (let time = 0; time < 3; time += 1) {
        const issue = ['issue', '--ca-dir', algorithm, '--cn', 'a.example', '--force'];
        const files = ['--out', `${algorithm}.crt`, '--key-out', `${algorithm}.key`];
        const issued = await pki(...issue, ...files);
        expect(issued, issued.stderr).toMatchObject({ status: 0 });
        const ca = join(cwd, algorithm, 'ca.crt');
        expect(openssl('verify', '-CAfile', ca, certificate)).toBe(`${certificate}: OK\n`);
      }
    },
  );

  it('is reset between two certificates, and the key is found again', async () => {
    const issue = ['issue', '--ca-dir', 'ecdsa-p256', '--cn', 'b.example', '--key-out', 'b.key'];
    await tpm.start();
    expect(await pki(...issue)).toMatchObject({ status: 0 });
  });

  it('refuses a wrong PIN, which is sent once', async () => {
    const wrong = world({ cwd, env: { PKCS11_PIN: '9999' } });
    const issue = ['issue', '--ca-dir', 'ecdsa-p256', '--cn', 'c.example', '--key-out', 'c.key'];
    const { status, stderr } = await wrong(...issue, '--debug', 'pkcs11');
    expect(status).toBe(5);
    expect(stderr).toContain('pki: error: PKCS#11 error: CKR_PIN_INCORRECT while logging in');
    expect(stderr.match(/C_Login\(/g)).toHaveLength(1);
  });
});
