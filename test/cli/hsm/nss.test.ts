import { describe, expect, it } from 'vitest';
import { noNss, nssToken } from '../../support/nss.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';

const missing = noNss();

describe.skipIf(missing)(
  `the commands about tokens on NSS${missing ? ` (${missing})` : ''}`,
  () => {
    if (missing) return;
    const nss = nssToken();
    const pki = world({ cwd: temporaryDirectory(), env: { PKCS11_PIN: nss.pin } });
    const inToken = [
      ...['--pkcs11-lib', nss.module, '--pkcs11-token', nss.label],
      ...['--pkcs11-init-reserved', nss.initReserved],
    ];

    it("mechanisms names those of ML-DSA, and gives the vendor's own by number", async () => {
      const { stdout } = await pki('hsm', 'mechanisms', ...inToken, '--json');
      const { mechanisms, algorithms } = JSON.parse(stdout);
      expect(mechanisms).toContainEqual(
        expect.objectContaining({ number: 0x1d, name: 'CKM_ML_DSA', uses: ['sign', 'verify'] }),
      );
      expect(mechanisms).toContainEqual(
        expect.objectContaining({ number: 0xce53_4351, name: null }),
      );
      expect(algorithms).toContainEqual({
        name: 'ml-dsa-65',
        sign: ['CKM_ML_DSA'],
        generate: { mechanism: 'CKM_ML_DSA_KEY_PAIR_GEN', possible: true },
      });
      expect(algorithms).toContainEqual(
        expect.objectContaining({ name: 'ed448', sign: [] }), // it has one Edwards curve
      );
    });

    it('doctor signs with throw-away keys of both kinds', async () => {
      const { status, stdout } = await pki('hsm', 'doctor', ...inToken);
      expect(status).toBe(0);
      expect(stdout).toContain(
        'ok       NSS_LIB_PARAMS (where the databases are) is not set: what --pkcs11-init-reserved says is used\n',
      );
      expect(stdout).toMatch(/ok {7}ecdsa-p384 by CKM_ECDSA with a throw-away key: verified, /);
      expect(stdout).toMatch(/ok {7}ml-dsa-65 by CKM_ML_DSA with a throw-away key: verified, /);
      expect(stdout).toMatch(/\nok {7}0 keys and certificates, none of concern\n$/);
    });

    it('generate, test, keys, health and delete go with an ML-DSA key', async () => {
      const key = [...inToken, '--pkcs11-key-label', 'pq'];
      const made = JSON.parse(
        (await pki('hsm', 'generate', ...key, '--algorithm', 'ml-dsa-44', '--json')).stdout,
      );
      expect(made).toMatchObject({ label: 'pq', algorithm: 'ml-dsa-44', exportable: false });
      const tested = JSON.parse((await pki('hsm', 'test', ...key, '--json')).stdout);
      expect(tested).toMatchObject({
        fingerprint: made.fingerprint,
        signatures: [{ mechanism: 'CKM_ML_DSA', outcome: 'verified' }],
      });
      const { objects, findings } = JSON.parse(
        (await pki('hsm', 'keys', ...inToken, '--json')).stdout,
      );
      expect(objects).toMatchObject([
        { class: 'private key', algorithm: 'ml-dsa-44' },
        { class: 'public key', algorithm: 'ml-dsa-44' },
      ]);
      // NSS says of all its keys that they are not local
      expect(findings).toMatchObject([{ code: 'imported', level: 'note' }]);
      expect(await pki('hsm', 'health', ...key)).toMatchObject({ status: 0 });
      expect(await pki('hsm', 'delete', ...key, '--yes')).toMatchObject({ status: 0, stderr: '' });
      expect((await pki('hsm', 'keys', ...inToken)).stdout).toBe('');
    });
  },
);
