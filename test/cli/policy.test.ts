import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temporary.ts';
import { world } from '../support/world.ts';
import { refusals } from './refusal.ts';

const NOW = new Date('2027-01-01T12:00:00Z');
const cwd = temporaryDirectory();
const pki = world({ cwd, now: NOW });

const initOptions = (dir: string, ...options: readonly string[]) => [
  ...['init-ca', '--name', 'Policy CA', '--dir', dir, '--no-passphrase', ...options],
];
const init = (dir: string, ...options: readonly string[]) => pki(...initOptions(dir, ...options));
const issueOptions = (dir: string, ...options: readonly string[]) => [
  ...['issue', '--ca-dir', dir, '--cn', 'a.example', ...options],
];

/** What `pki show --json` tells of a certificate of this CA whose key is made with it. */
async function issued(dir: string, ...options: readonly string[]): Promise<unknown> {
  const files = ['--out', `${dir}.crt`, '--key-out', `${dir}.key`, '--force'];
  const { status, stderr } = await pki(...issueOptions(dir, ...files, ...options));
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse((await pki('show', '--json', `${dir}.crt`)).stdout);
}

const WARNING = 'pki: warning: --no-passphrase leaves the CA key unencrypted on the disk';
const refusal = (...hints: readonly string[]) => ({
  status: 3,
  stderr: [
    'pki: error: not signing a certificate for CN=Policy CA',
    ...hints.map((hint) => `pki: hint: ${hint}`),
  ],
});

/** Per policy: what it makes of a CA, and of a key for a certificate. */
const CHOICES = [
  ['bsi', 'MLDSA87-ECDSA-brainpoolP384r1-SHA512'],
  ['anssi', 'MLDSA87-ECDSA-P384-SHA512'],
  ['cnsa2', 'ml-dsa-87'],
] as const;

beforeAll(async () => {
  await init('plain');
  for (const [policy] of CHOICES) await init(policy, '--policy', policy);
});

describe('init-ca --policy', () => {
  it.each(CHOICES)('%s chooses %s', (policy, algorithm) => {
    const lines = readFileSync(join(cwd, policy, 'ca.yaml'), 'utf8')
      .split('\n')
      .slice(3, -1);
    expect(lines).toEqual([
      `algorithm: ${algorithm}`,
      'key: file:keys/ca.key',
      `policy: ${policy}`,
    ]);
  });

  it('tells the policy with the rest', async () => {
    const { stdout } = await init('told', '--policy', 'cnsa2');
    expect(stdout).toMatch(
      /^made the CA CN=Policy CA\n {2}directory {4}told\n {2}key {10}ml-dsa-87 in file:keys\/ca.key\n {2}policy {7}cnsa2\n {2}valid until {2}/,
    );
    const json = (await init('told-too', '--policy', 'anssi', '--json')).stdout;
    expect(JSON.parse(json)).toMatchObject({ policy: 'anssi', key: 'MLDSA87-ECDSA-P384-SHA512' });
  });

  it('takes what is named, where the policy takes it', async () => {
    for (const [policy, ...options] of [
      ['bsi', '--hybrid', 'composite'],
      ['bsi', '--hybrid', 'catalyst'],
      ['bsi', '--algorithm', 'MLDSA65-ECDSA-P256-SHA512'],
      ['bsi', '--algorithm', 'ecdsa-p384', '--days', '3200'], // classical, and ends in 2035
      ['anssi', '--algorithm', 'MLDSA65-Ed25519-SHA512'],
    ] as const) {
      const dir = `named-${options.join('')}`;
      expect(await init(dir, '--policy', policy, ...options)).toMatchObject({ status: 0 });
    }
    const config = readFileSync(join(cwd, 'named---hybridcatalyst/ca.yaml'), 'utf8');
    expect(config).toMatch(/^algorithm: ecdsa-brainpoolp384r1$/m);
    expect(config).toMatch(/^ml-dsa-algorithm: ml-dsa-87$/m);
  });

  it('none is what it is without one', async () => {
    await init('none', '--policy', 'none');
    const config = readFileSync(join(cwd, 'none/ca.yaml'), 'utf8');
    expect(config).toMatch(/\nalgorithm: ecdsa-p384\nkey: file:keys\/ca.key\n$/);
  });

  describe('refuses, before a key is made,', () => {
    const refused = refusals(cwd);
    it.each([
      {
        what: 'ML-DSA alone',
        options: ['bsi', '--algorithm', 'ml-dsa-87'],
        hints: [
          'signature and key: ml-dsa-87 alone, and not in a hybrid with a classical algorithm (bsi-ml-dsa-hybrid, BSI TR-02102-1 2026-01 §5.3.4)',
        ],
      },
      {
        what: 'a classical algorithm for too long',
        options: ['bsi', '--algorithm', 'rsa-3072', '--days', '4000'],
        hints: [
          'signature and key: rsa-3072 alone, and relied on beyond the end of 2035 (bsi-classical-until, BSI TR-02102-1 2026-01 §2.1)',
          'signature: rsa-3072 signs with the padding of PKCS #1 v1.5, not with PSS (bsi-rsa-padding, BSI TR-02102-1 2026-01 §5.3.1)',
        ],
      },
      {
        what: 'a weak half of a composite',
        options: ['bsi', '--algorithm', 'MLDSA44-Ed25519-SHA512'],
        hints: [
          'signature and key: ml-dsa-44 is too weak (bsi-ml-dsa-set, BSI TR-02102-1 2026-01 §5.3.4, table 5.7)',
          'signature and key: ed25519 is not among the recommended algorithms (bsi-classical-scheme, BSI TR-02102-1 2026-01 §5.3, table 5.3)',
        ],
      },
      {
        what: 'a composite where none is wanted',
        options: ['cnsa2', '--algorithm', 'MLDSA87-ECDSA-P384-SHA512'],
        hints: [
          'signature: MLDSA87-ECDSA-P384-SHA512, and not ml-dsa-87 (cnsa2-signature, draft-jenkins-cnsa2-pkix-profile-05 §4, CNSA 2.0 FAQ 2.1 p. 2)',
          'key: MLDSA87-ECDSA-P384-SHA512, and neither ml-dsa-87 nor ml-kem-1024 (cnsa2-subject-key, draft-jenkins-cnsa2-pkix-profile-05 §4, CNSA 2.0 FAQ 2.1 p. 2)',
        ],
      },
      {
        what: 'a classical algorithm beyond 2030',
        options: ['anssi', '--algorithm', 'ecdsa-p384', '--days', '1200'],
        hints: [
          'signature and key: ecdsa-p384 alone, and relied on beyond 1 January 2030 (anssi-classical-until, ANSSI-PG-083 v3.00 RecoSécuLongTerme p. 8)',
        ],
      },
    ])('$what', async ({ options, hints }) => {
      expect(await refused(pki, ...initOptions('refused', '--policy', ...options))).toEqual(
        refusal(...hints),
      );
    });

    it('a policy that is not known', async () => {
      expect(await refused(pki, ...initOptions('refused', '--policy', 'nsa'))).toEqual({
        status: 2,
        stderr: [
          "pki: error: option '--policy <name>' argument 'nsa' is invalid. Allowed choices are bsi, anssi, cnsa2, none.",
        ],
      });
    });
  });
});

describe('issue under a policy', () => {
  it.each(CHOICES)('of the CA makes keys that %s takes: %s', async (policy, algorithm) => {
    expect(await issued(policy)).toMatchObject({ key: algorithm, signature: algorithm });
  });

  it('takes other keys that the policy takes', async () => {
    expect(await issued('bsi', '--key-algorithm', 'ecdsa-p256')).toMatchObject({
      key: 'ecdsa-p256',
    });
    const email = ['--profile', 'email', '--email', 'a@example.com'];
    expect(await issued('bsi', '--key-algorithm', 'ml-kem-768', ...email)).toMatchObject({
      key: 'ml-kem-768',
    });
  });

  it('that is asked for chooses the key, whatever the CA is', async () => {
    expect(await issued('plain', '--policy', 'anssi')).toMatchObject({
      key: 'MLDSA87-ECDSA-P384-SHA512',
      signature: 'ecdsa-with-SHA384',
    });
    expect(await issued('plain')).toMatchObject({ key: 'ecdsa-p256' });
  });

  it('can be under two policies', async () => {
    expect(await issued('bsi', '--policy', 'anssi')).toMatchObject({
      key: 'MLDSA87-ECDSA-P384-SHA512',
    });
    expect(await issued('bsi', '--policy', 'bsi')).toMatchObject({
      key: 'MLDSA87-ECDSA-brainpoolP384r1-SHA512',
    });
  });

  describe('is refused', () => {
    const notFor = (...hints: readonly string[]) => ({
      status: 3,
      stderr: [
        'pki: error: not signing a certificate for CN=a.example',
        ...hints.map((hint) => `pki: hint: ${hint}`),
      ],
    });
    const refused = (dir: string, ...options: readonly string[]) =>
      refusals(cwd, dir)(pki, ...issueOptions(dir, '--key-out', 'refused.key', ...options));

    it('for a key that the policy refuses, of a request as well', async () => {
      const ML_DSA =
        'key: ml-dsa-65 alone, and not in a hybrid with a classical algorithm (bsi-ml-dsa-hybrid, BSI TR-02102-1 2026-01 §5.3.4)';
      expect(await refused('bsi', '--key-algorithm', 'ml-dsa-65')).toEqual(notFor(ML_DSA));
      await pki('key', 'generate', '--algorithm', 'ml-dsa-65', '--out', 'r.key', '--no-passphrase');
      await pki('csr', 'create', '--key', 'r.key', '--cn', 'a.example', '--out', 'r.csr');
      const csr = ['issue', '--ca-dir', 'bsi', '--csr', 'r.csr', '--dns', 'a.example'];
      expect(await refusals(cwd, 'bsi')(pki, ...csr)).toEqual(notFor(ML_DSA));
    });

    it('for a CA that the policy refuses', async () => {
      expect(await refused('plain', '--policy', 'cnsa2')).toEqual(
        notFor(
          'signature: ecdsa-p384, and not ml-dsa-87 (cnsa2-signature, draft-jenkins-cnsa2-pkix-profile-05 §4, CNSA 2.0 FAQ 2.1 p. 2)',
        ),
      );
    });

    it('without the policy of the CA', async () => {
      expect(await refused('bsi', '--policy', 'none')).toEqual({
        status: 3,
        stderr: [
          'pki: error: the CA was made under the policy bsi, and issues under it',
          'pki: hint: leave --policy none out; another policy can only be added',
        ],
      });
      expect(await issued('plain', '--policy', 'none')).toMatchObject({ key: 'ecdsa-p256' });
    });

    it('where the configuration has a policy that is not known', async () => {
      await init('spoilt', '--policy', 'cnsa2');
      const path = join(cwd, 'spoilt/ca.yaml');
      writeFileSync(path, readFileSync(path, 'utf8').replace('policy: cnsa2', 'policy: cnsa3'));
      const options = issueOptions('spoilt', '--key-out', 'refused.key');
      expect(await refusals(cwd)(pki, ...options)).toEqual({
        status: 6,
        stderr: [`pki: error: ${path} is not the configuration of a CA: unknown policy "cnsa3"`],
      });
    });
  });
});

describe('the help', () => {
  it.each(['init-ca', 'issue'])('of %s lists the policies', async (command) => {
    const { stdout } = await pki(command, '--help');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('(choices: "bsi", "anssi", "cnsa2", "none")');
  });
});

it('warns as ever of a key without a passphrase', async () => {
  expect((await init('warned', '--policy', 'cnsa2')).stderr).toBe(`${WARNING}\n`);
});
