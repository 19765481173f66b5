import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeOnSoftHsm } from '../../signers/on-softhsm.ts';
import { PIN, type SoftHsm } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { PASSPHRASE, world } from '../../support/world.ts';
import { itWithSpy, pkcs11Spy } from '../pkcs11-spy.ts';
import { refusals } from '../refusal.ts';

const TOKEN = 'CA Token';

/** Puts another key where the CA's was, under the same label and ID. */
function replaceKey(hsm: SoftHsm, type: string): void {
  for (const half of ['privkey', 'pubkey']) {
    hsm.pkcs11Tool(TOKEN, '--delete-object', '--type', half, '--id', '01');
  }
  hsm.key(TOKEN, type, 'ca-key', '01');
}

describeOnSoftHsm('a key in the token that is not the one of the CA certificate', (hsm) => {
  const cwd = temporaryDirectory();
  const spy = pkcs11Spy(hsm.module, cwd);
  const pki = world({ cwd, env: { PKCS11_PIN: PIN, PKI_PASSPHRASE: PASSPHRASE } });
  const module = spy?.module ?? hsm.module;
  const key = ['--pkcs11-lib', module, '--pkcs11-token', TOKEN, '--pkcs11-key-label', 'ca-key'];
  const issue = (ca: string) => [
    ...['issue', '--ca-dir', ca, '--cn', 'a.example', '--out', 'a.crt', '--key-out', 'a.key'],
  ];
  const noKeyOf = (ca: string, algorithm: string) => ({
    status: 4,
    stderr: [
      `pki: error: the ${algorithm} key is not the public key in ${join(cwd, ca, 'ca.crt')}`,
      'pki: hint: nothing was signed; open the key that the CA certificate was made for',
    ],
  });

  beforeAll(async () => {
    hsm.token(TOKEN);
    hsm.key(TOKEN, 'EC:secp384r1', 'ca-key', '01');
    await pki('init-ca', '--name', 'HSM', '--dir', 'ca', ...key);
    await pki('init-ca', '--name', 'Hybrid', '--dir', 'hybrid', '--hybrid', 'catalyst', ...key);
  });

  describe('of the same kind', () => {
    beforeEach(() => replaceKey(hsm, 'EC:secp384r1'));

    it('signs nothing', async () => {
      expect(await refusals(cwd, 'ca')(pki, ...issue('ca'))).toEqual(noKeyOf('ca', 'ecdsa-p384'));
    });

    it('signs nothing for a hybrid CA either', async () => {
      const refused = refusals(cwd, 'hybrid');
      expect(await refused(pki, ...issue('hybrid'))).toEqual(noKeyOf('hybrid', 'ecdsa-p384'));
    });

    itWithSpy(spy, 'is not even asked to', async ({ calls: callsOf }) => {
      const calls = await callsOf(() => pki(...issue('ca')));
      expect(calls.has('C_SignInit')).toBe(false);
      expect(calls.get('C_Finalize')).toBe(1);
    });
  });

  it('is refused for its kind where that differs', async () => {
    replaceKey(hsm, 'EC:prime256v1');
    expect(await refusals(cwd, 'ca')(pki, ...issue('ca'))).toEqual({
      status: 4,
      stderr: ['pki: error: the key "ca-key" is a key for ecdsa-p256, not for ecdsa-p384'],
    });
  });

  it('is missed when it is gone', async () => {
    for (const half of ['privkey', 'pubkey']) {
      hsm.pkcs11Tool(TOKEN, '--delete-object', '--type', half, '--id', '01');
    }
    expect(await refusals(cwd, 'ca')(pki, ...issue('ca'))).toEqual({
      status: 4,
      stderr: [
        'pki: error: PKCS#11 error: CKR_KEY_HANDLE_INVALID: no private key in the token "CA Token" has the label "ca-key" and the ID 01',
        'pki: hint: the token has no private key; make one with --pkcs11-generate-key',
      ],
    });
  });
});
