import { beforeAll, describe, expect, it } from 'vitest';
import { noNss, nssToken } from '../../support/nss.ts';
import { noSoftHsm, softHsm } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { backupWorld, tokenKeyPair } from './backups.ts';

const cwd = temporaryDirectory();
const pki = backupWorld(cwd);
const missing = noSoftHsm() ?? noNss();

if (missing) it.skip(`backups between NSS and SoftHSM (${missing})`);
else
  describe('backups between NSS and SoftHSM', () => {
    const hsm = softHsm();
    const [nss, otherNss] = [nssToken('nss'), nssToken('other')];
    const softhsm = ['--pkcs11-lib', hsm.module, '--pkcs11-token', 'soft'];
    const nssOptions = ({ module, label, initReserved }: typeof nss) => [
      '--pkcs11-lib',
      module,
      '--pkcs11-token',
      label,
      '--pkcs11-init-reserved',
      initReserved,
    ];
    const backup = (options: readonly string[], label: string) =>
      pki('hsm', 'backup', ...options, '--pkcs11-key-label', label, '--out', `${label}.backup`);
    const restore = (options: readonly string[], label: string) =>
      pki('hsm', 'restore', `${label}.backup`, ...options);
    const inNss = (object: string) =>
      ({
        kind: 'pkcs11',
        modulePath: nss.module,
        token: nss.label,
        initReserved: nss.initReserved,
        object,
      }) as const;
    const inSoftHsm = (object: string) =>
      ({ kind: 'pkcs11', modulePath: hsm.module, token: 'soft', object }) as const;

    beforeAll(async () => {
      hsm.token('soft');
      for (const name of ['ecdsa-p256', 'ecdsa-p384', 'rsa-2048', 'ed25519', 'ml-dsa-65']) {
        await tokenKeyPair(inNss(`nss-${name}`), name);
      }
      await tokenKeyPair(inNss('stays'), 'ecdsa-p256', false);
      for (const name of ['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'rsa-2048']) {
        await tokenKeyPair(inSoftHsm(`soft-${name}`), name);
      }
    });

    it.each(['ecdsa-p256', 'ecdsa-p384', 'rsa-2048'])('from NSS to SoftHSM: %s', async (name) => {
      const { status, stdout } = await backup(nssOptions(nss), `nss-${name}`);
      expect(stdout).toContain('CKM_AES_KEY_WRAP_KWP: AES key wrap with padding (RFC 5649)\n');
      expect(status).toBe(0);
      expect(await restore(softhsm, `nss-${name}`)).toMatchObject({ status: 0, stderr: '' });
    });

    it.each(['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'rsa-2048'])(
      'from SoftHSM to NSS: %s',
      async (name) => {
        expect(await backup(softhsm, `soft-${name}`)).toMatchObject({ status: 0 });
        expect(await restore(nssOptions(nss), `soft-${name}`)).toMatchObject({
          status: 0,
          stderr: '',
        });
      },
    );

    it.each(['ed25519', 'ml-dsa-65', 'rsa-2048'])('from NSS to another NSS: %s', async (name) => {
      const label = `nss-${name}`;
      const options = [...nssOptions(nss), '--force'];
      expect(await backup(options, label)).toMatchObject({ status: 0 });
      expect(await restore(nssOptions(otherNss), label)).toMatchObject({ status: 0, stderr: '' });
      const again = await backup([...nssOptions(otherNss), '--force', '--json'], label);
      expect(JSON.parse(again.stdout)).toMatchObject({ wrapped: false }); // it stays there
    });

    it('of a kind that SoftHSM 2.6.1 does not unwrap leave nothing in it', async () => {
      await backup([...nssOptions(nss), '--force'], 'nss-ed25519');
      const before = hsm.objects('soft');
      const { status, stderr } = await restore(softhsm, 'nss-ed25519');
      expect(stderr).toMatch(/^pki: error: PKCS#11 error: CKR_FUNCTION_FAILED while unwrapping/);
      expect(status).toBe(4);
      expect(hsm.objects('soft')).toBe(before);
    });

    it('are not made of keys that must not leave, although NSS would wrap them', async () => {
      const { status, stdout } = await backup(nssOptions(nss), 'stays');
      expect(stdout).toMatch(/^wrote the public part of the key "stays"\n/);
      expect(status).toBe(0);
    });
  });
