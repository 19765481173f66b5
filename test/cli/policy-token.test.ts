import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeOnSoftHsm } from '../signers/on-softhsm.ts';
import { PIN } from '../support/softhsm.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { PASSPHRASE, world } from '../support/world.ts';
import { refusals } from './refusal.ts';

const TOKEN = 'CA Token';

const NOTE =
  'pki: note: the key in the token was there before; BSI TR-02102-1 §5.3.4 wants keys of a hybrid to be made for it and used for nothing else\n';

describeOnSoftHsm('init-ca --policy with a token', (hsm) => {
  const cwd = temporaryDirectory();
  const pki = world({
    cwd,
    env: { PKCS11_PIN: PIN, PKI_PASSPHRASE: PASSPHRASE },
    now: new Date('2027-01-01T12:00:00Z'),
  });
  const init = (dir: string, label: string, policy: string, ...options: readonly string[]) => [
    ...['init-ca', '--name', 'Policy CA', '--dir', dir, '--policy', policy],
    ...['--pkcs11-lib', hsm.module, '--pkcs11-token', TOKEN, '--pkcs11-key-label', label],
    ...options,
  ];
  const config = (dir: string) => readFileSync(join(cwd, dir, 'ca.yaml'), 'utf8');
  const issued = async (dir: string) => {
    const files = ['--out', `${dir}.crt`, '--key-out', `${dir}.key`];
    await pki('issue', '--ca-dir', dir, '--cn', 'a.example', ...files);
    return JSON.parse((await pki('show', '--json', `${dir}.crt`)).stdout) as unknown;
  };

  beforeAll(() => {
    hsm.token(TOKEN);
    hsm.key(TOKEN, 'EC:secp384r1', 'p384', '01');
    hsm.key(TOKEN, 'rsa:3072', 'rsa', '02');
  });

  it('pairs a key that is there with ML-DSA-87 in a Catalyst hybrid, and says what bsi wants', async () => {
    const { status, stderr } = await pki(...init('there', 'p384', 'bsi'));
    expect({ status, stderr }).toEqual({ status: 0, stderr: NOTE });
    expect(config('there')).toMatch(
      /\nalgorithm: ecdsa-p384\nkey: pkcs11:[^\n]+\nhybrid: catalyst\nml-dsa-algorithm: ml-dsa-87\nml-dsa-key: file:keys\/ml-dsa.key\npolicy: bsi\n$/,
    );
    expect(await issued('there')).toMatchObject({
      key: 'MLDSA87-ECDSA-brainpoolP384r1-SHA512',
      signature: 'ecdsa-with-SHA384',
      alternativeSignature: 'ml-dsa-87',
    });
  });

  it('makes both halves of a composite where a key is to be made', async () => {
    for (const [policy, classical, composite] of [
      ['bsi', 'ecdsa-brainpoolp384r1', 'MLDSA87-ECDSA-brainpoolP384r1-SHA512'],
      ['anssi', 'ecdsa-p384', 'MLDSA87-ECDSA-P384-SHA512'],
    ] as const) {
      const made = await pki(...init(policy, `new-${policy}`, policy, '--pkcs11-generate-key'));
      expect(made).toMatchObject({ status: 0, stderr: '' });
      expect(config(policy)).toMatch(
        new RegExp(`\nalgorithm: ${classical}\nkey: pkcs11:[^\n]+\nhybrid: composite\n`),
      );
      expect(await issued(policy)).toMatchObject({ signature: composite });
    }
  });

  describe('leaves no file where', () => {
    const refused = async (...argv: readonly string[]) => {
      const before = hsm.objects(TOKEN);
      const refusal = await refusals(cwd)(pki, ...argv);
      expect(hsm.objects(TOKEN)).toBe(before);
      return refusal;
    };

    it('the policy refuses what is asked for: no PIN is sent, no key made', async () => {
      const noPin = world({
        cwd,
        env: {
          get PKCS11_PIN(): string {
            throw new Error('the PIN was asked for');
          },
        },
      });
      const withWeak = init('x', 'p384', 'bsi', '--hybrid', 'catalyst', '--ml-dsa', 'ml-dsa-44');
      expect(await refusals(cwd)(noPin, ...withWeak)).toEqual({
        status: 3,
        stderr: [
          'pki: error: not signing a certificate for CN=Policy CA',
          'pki: hint: signature and key: ml-dsa-44 is too weak (bsi-ml-dsa-set, BSI TR-02102-1 2026-01 §5.3.4, table 5.7)',
        ],
      });
      const generated = ['--pkcs11-generate-key', '--algorithm', 'ecdsa-p384'];
      expect(await refusals(cwd)(noPin, ...init('x', 'weak', 'cnsa2', ...generated))).toMatchObject(
        { status: 3 },
      );
    });

    it('only the token can tell that the policy refuses its key', async () => {
      expect(await refused(...init('x', 'rsa', 'bsi'))).toEqual({
        status: 3,
        stderr: [
          'pki: error: not signing a certificate for CN=Policy CA',
          'pki: hint: signature: rsa-3072 signs with the padding of PKCS #1 v1.5, not with PSS (bsi-rsa-padding, BSI TR-02102-1 2026-01 §5.3.1)',
        ],
      });
    });

    it('cnsa2 wants a key for ML-DSA-87, and there is another one', async () => {
      expect(await refused(...init('x', 'p384', 'cnsa2'))).toEqual({
        status: 4,
        stderr: ['pki: error: the key "p384" is a key for ecdsa-p384, not for ml-dsa-87'],
      });
    });
  });

  it('takes the same RSA key with the padding that the policy takes', async () => {
    const made = await pki(
      ...init('pss', 'rsa', 'bsi', '--algorithm', 'rsa-3072-pss', '--days', '365'),
    );
    expect(made).toMatchObject({ status: 0, stderr: '' });
    expect(config('pss')).toMatch(/\nalgorithm: rsa-3072-pss\nkey: pkcs11:[^\n]+\npolicy: bsi\n$/);
  });
});
