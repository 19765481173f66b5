import { createPrivateKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { derFromFile, pem } from '../../../src/der/pem.ts';
import { describeOnSoftHsm } from '../../signers/on-softhsm.ts';
import { PIN } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { PASSPHRASE, world } from '../../support/world.ts';
import { noOpenssl, openssl } from '../openssl.ts';
import { pathsIn, refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd, env: { PKI_PASSPHRASE: PASSPHRASE, PKCS11_PIN: PIN } });
const silent = world({ cwd });
const refused = refusals(cwd);
const at = (...names: readonly string[]) => join(cwd, ...names);
const read = (...names: readonly string[]) => readFileSync(at(...names), 'latin1');
const PLAIN = '--no-passphrase';
const must = async (...argv: readonly string[]) => {
  const outcome = await pki(...argv);
  if (outcome.status !== 0) throw new Error(outcome.stderr);
  return outcome;
};
const imported = (dir: string, file: string, ...options: readonly string[]) => [
  ...['init-ca', '--dir', dir, '--import', file, ...options],
];
const NOTE = 'pki: note: what this CA has issued before is not in its store\n';
/** Issues by the imported CA, and verifies under the certificate that it was imported with. */
const mustIssue = async (dir: string, trust: string, ...options: readonly string[]) => {
  const files = ['--out', `${dir}-leaf.crt`, '--key-out', `${dir}-leaf.key`];
  await must('issue', '--ca-dir', dir, '--cn', 'a.example', ...files);
  await must('verify', `${dir}-leaf.crt`, `${dir}/ca.crt`, '--trust', trust, ...options);
};

beforeAll(async () => {
  await must('init-ca', '--name', 'Old Root', '--dir', 'old', PLAIN);
  await must('init-ca', '--name', 'Locked', '--dir', 'locked');
});

describe('a CA of somebody else', () => {
  it.skipIf(noOpenssl())('is imported from OpenSSL, and goes on', async () => {
    const root = [
      '-x509',
      '-utf8',
      '-newkey',
      'rsa:3072',
      '-nodes',
      '-subj',
      '/O=Ünïted/CN=Their Root',
    ];
    const files = ['-keyout', at('their.key'), '-out', at('their.crt')];
    const usage = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign', '-days', '3650'];
    openssl('req', ...root, ...files, ...usage);
    const { stdout, stderr } = await must(...imported('their', 'their.crt', '--key', 'their.key'));
    expect(stderr).toBe(NOTE);
    expect(stdout).toMatch(
      /^imported the CA O=Ünïted, CN=Their Root\n {2}directory {4}their\n {2}key {10}rsa-3072 in file:keys\/ca.key\n/,
    );
    expect(pathsIn(at('their'))).toEqual(['ca.crt', 'ca.db', 'ca.yaml', 'keys', 'keys/ca.key']);
    const key = createPrivateKey({ key: read('their/keys/ca.key'), passphrase: PASSPHRASE });
    expect(key.asymmetricKeyType).toBe('rsa');
    expect(read('their/ca.yaml')).toContain('\nname: Their Root\n');
    await mustIssue('their', 'their.crt');
    const child = ['--name', 'Child', '--dir', 'child', '--parent', 'their', PLAIN];
    const secrets = { PKI_PARENT_PASSPHRASE: PASSPHRASE };
    expect(await world({ cwd, env: secrets })('init-ca', ...child)).toMatchObject({ status: 0 });
    const chain = ['-CAfile', at('their.crt'), at('child/ca.crt')];
    expect(openssl('verify', '-x509_strict', ...chain)).toBe(`${at('child/ca.crt')}: OK\n`);
  });

  it('keeps the passphrase of its key file', async () => {
    const argv = imported('unlocked', 'locked/ca.crt', '--key', 'file:locked/keys/ca.key');
    const { stdout } = await must(...argv, '--json', '--policy', 'none');
    expect(JSON.parse(stdout)).toMatchObject({
      directory: 'unlocked',
      keys: [{ algorithm: 'ecdsa-p384', key: 'file:keys/ca.key' }],
      subject: 'CN=Locked',
    });
    await mustIssue('unlocked', 'locked/ca.crt');
    expect((await must('list', '--ca-dir', 'unlocked')).stdout).toMatch(
      / issued .* imported +CN=Locked\n/,
    );
  });

  it('is imported with its chain', async () => {
    const below = ['--name', 'Below', '--dir', 'below', '--parent', 'old', PLAIN];
    await must('init-ca', ...below);
    const key = ['--key', 'below/keys/ca.key', PLAIN];
    await must(...imported('copy', 'below/ca.crt', '--chain', 'old/ca.crt', ...key));
    expect(read('copy/chain.crt')).toBe(read('below/chain.crt'));
    await mustIssue('copy', 'old/ca.crt');
  });

  it('may be hybrid, with two keys', async () => {
    const init = ['init-ca', '--name', 'H', '--dir', 'h', '--hybrid', 'catalyst', PLAIN];
    await must(...init);
    const signing = ['--key', 'h/keys/ca.key', PLAIN];
    const argv = imported('h2', 'h/ca.crt', ...signing, '--ml-dsa-key', 'h/keys/ml-dsa.key');
    expect((await must(...argv)).stdout).toContain(
      'key          ml-dsa-65 in file:keys/ml-dsa.key',
    );
    expect(read('h2/ca.yaml')).toContain('\nhybrid: catalyst\n');
    await mustIssue('h2', 'h/ca.crt', '--require-alt');
    expect(await refused(pki, ...imported('refused', 'h/ca.crt', ...signing))).toEqual({
      status: 2,
      stderr: ['pki: error: h/ca.crt has an alternative key; name it with --ml-dsa-key'],
    });
    await must('key', 'generate', '--algorithm', 'ml-dsa-65', '--out', 'ml.key', PLAIN);
    const wrong = imported('refused', 'h/ca.crt', ...signing, '--ml-dsa-key', 'ml.key');
    const { status, stderr } = await refused(pki, ...wrong);
    expect({ status, error: stderr[1] }).toEqual({
      status: 4,
      error: 'pki: error: the ml-dsa-65 key is not the alternative public key in h/ca.crt',
    });
  });

  it('may be composite, with one key of two halves', async () => {
    const algorithm = ['--algorithm', 'MLDSA44-Ed25519-SHA512', PLAIN];
    await must('init-ca', '--name', 'C', '--dir', 'c', ...algorithm);
    await must(...imported('c2', 'c/ca.crt', '--key', 'c/keys/ca.key', PLAIN));
    await mustIssue('c2', 'c/ca.crt');
  });
});

describe('a CA is not imported', () => {
  const plainKey = ['--key', 'old/keys/ca.key', PLAIN];

  it('with a key that is another one', async () => {
    const argv = imported('refused', 'locked/ca.crt', ...plainKey);
    expect(await refused(pki, ...argv)).toEqual({
      status: 4,
      stderr: [
        'pki: warning: --no-passphrase leaves the CA key unencrypted on the disk',
        'pki: error: the ecdsa-p384 key is not the public key in locked/ca.crt',
        'pki: hint: it is another one; give the key that the certificate was made for',
      ],
    });
  });

  it('with a key whose parts disagree', async () => {
    const [one, other] = ['old/keys/ca.key', 'below/keys/ca.key'].map(
      (file) => derFromFile(readFileSync(at(file)), ['PRIVATE KEY']) ?? new Uint8Array(),
    ) as [Uint8Array, Uint8Array];
    const mixed = Buffer.concat([other.subarray(0, -97), one.subarray(-97)]); // the point of P-384
    writeFileSync(at('mixed.key'), pem('PRIVATE KEY', mixed));
    expect(
      await refused(pki, ...imported('refused', 'old/ca.crt', '--key', 'mixed.key', PLAIN)),
    ).toEqual({
      status: 4,
      stderr: [
        `pki: error: the parts of the private key in ${at('mixed.key')} disagree`,
        'pki: hint: the file is damaged, or was put together from two keys',
      ],
    });
  });

  it('without a key', async () => {
    expect(await refused(pki, ...imported('refused', 'old/ca.crt'))).toEqual({
      status: 2,
      stderr: ['pki: error: name the key of the CA with --key, or its token with --pkcs11-lib'],
    });
  });

  it('without the passphrase of its key, or to have none any more', async () => {
    const argv = imported('refused', 'locked/ca.crt', '--key', 'locked/keys/ca.key');
    expect(await refused(silent, ...argv)).toEqual({
      status: 5,
      stderr: [
        `pki: error: the passphrase of ${at('locked/keys/ca.key')} is needed, and there is no terminal to ask at`,
        'pki: hint: give it with --passphrase-file, or in the environment variable PKI_PASSPHRASE',
      ],
    });
    expect(await refused(pki, ...argv, PLAIN)).toEqual({
      status: 2,
      stderr: [
        `pki: error: ${at('locked/keys/ca.key')} is encrypted, and its copy will be as well`,
        'pki: hint: leave --no-passphrase out',
      ],
    });
  });

  it('that has expired, is none, or has a chain to nowhere', async () => {
    const later = world({ cwd, now: new Date('2060-01-01T00:00:00Z') });
    const { status, stderr } = await refused(
      later,
      ...imported('refused', 'old/ca.crt', ...plainKey),
    );
    expect({ status, error: stderr[0] }).toEqual({
      status: 3,
      error: 'pki: error: old/ca.crt does not verify under its chain',
    });
    expect(await refused(pki, ...imported('refused', 'copy-leaf.crt', ...plainKey))).toMatchObject({
      status: 3,
      stderr: ['pki: error: copy-leaf.crt is not the certificate of a CA', expect.anything()],
    });
    expect(await refused(pki, ...imported('refused', 'below/ca.crt', ...plainKey))).toMatchObject({
      status: 2,
      stderr: ['pki: error: the chain of below/ca.crt does not reach a root', expect.anything()],
    });
  });
});

describeOnSoftHsm('a CA whose key is in a token', (hsm) => {
  const uri = (object: string) =>
    `pkcs11:token=CA%20Token;object=${object}?module-path=${hsm.module}`;

  beforeAll(async () => {
    hsm.token('CA Token');
    for (const label of ['mine', 'other']) {
      const token = ['--pkcs11-lib', hsm.module, '--pkcs11-token', 'CA Token'];
      const key = ['--pkcs11-generate-key', '--pkcs11-key-label', label];
      await must('init-ca', '--name', label, '--dir', `token-${label}`, ...token, ...key);
    }
  });

  it('is imported, and its key stays there', async () => {
    const argv = imported('from-token', 'token-mine/ca.crt', '--key', uri('mine'));
    const { stdout, stderr } = await must(...argv);
    expect(stderr).toBe(NOTE);
    expect(stdout).toMatch(/^ {2}key {10}ecdsa-p384 in pkcs11:token=CA%20Token;.*object=mine;/m);
    expect(pathsIn(at('from-token/keys'))).toEqual([]);
    await mustIssue('from-token', 'token-mine/ca.crt');
  });

  it('is not imported with another key of the token', async () => {
    const argv = imported('refused', 'token-mine/ca.crt', '--key', uri('other'));
    expect(await refused(pki, ...argv)).toEqual({
      status: 4,
      stderr: [
        'pki: error: the ecdsa-p384 key is not the public key in token-mine/ca.crt',
        'pki: hint: it is another one; give the key that the certificate was made for',
      ],
    });
  });
});
