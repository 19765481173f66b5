import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { BOUNCY_CASTLE } from '../../interop/judges.ts';
import { describeOnSoftHsm } from '../../signers/on-softhsm.ts';
import { PIN } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { noOpenssl, openssl } from '../openssl.ts';
import { pathsIn, refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const refused = refusals(cwd);
const at = (...names: readonly string[]) => join(cwd, ...names);
const read = (...names: readonly string[]) => readFileSync(at(...names), 'latin1');
const PLAIN = '--no-passphrase';
const must = async (...argv: readonly string[]) => {
  const outcome = await pki(...argv);
  if (outcome.status !== 0) throw new Error(outcome.stderr);
  return outcome;
};
const request = (dir: string, ...options: readonly string[]) =>
  must('init-ca', '--name', dir, '--dir', dir, '--csr', `${dir}.csr`, PLAIN, ...options);
const answer = (dir: string, ca = 'root', ...options: readonly string[]) => {
  const profile = ['--profile', 'issuing-ca', '--csr', `${dir}.csr`, '--out', `${dir}.crt`];
  return must('issue', '--ca-dir', ca, ...profile, ...options);
};
const complete = (dir: string, file: string, ...options: readonly string[]) => [
  ...['init-ca', '--dir', dir, '--complete', file, ...options],
];
const ROOT = ['--chain', 'root/ca.crt'];

beforeAll(async () => {
  await must('init-ca', '--name', 'Root', '--dir', 'root', PLAIN);
  await must('init-ca', '--name', 'Hybrid', '--dir', 'hybrid', PLAIN, '--hybrid', 'catalyst');
});

describe('a CA under a parent that is elsewhere', () => {
  it('begins with keys and a request', async () => {
    const { stdout, stderr } = await request('sub');
    expect(stdout).toBe(
      [
        'made a request for the CA CN=sub, which waits for its certificate',
        '  directory  sub',
        '  key        ecdsa-p384 in file:keys/ca.key',
        '  request    sub.csr',
        '',
      ].join('\n'),
    );
    expect(stderr).toBe(
      'pki: warning: --no-passphrase leaves the CA key unencrypted on the disk\n',
    );
    expect(pathsIn(at('sub'))).toEqual(['ca.csr', 'ca.db', 'ca.yaml', 'keys', 'keys/ca.key']);
    expect(read('sub/ca.csr')).toBe(read('sub.csr'));
    expect(await pki('csr', 'verify', 'sub.csr')).toMatchObject({ status: 0 });
  });

  it('does nothing else until it has its certificate', async () => {
    const WAITS = {
      status: 6,
      stderr: [
        `pki: error: the CA in ${at('sub')} waits for its certificate`,
        'pki: hint: have ca.csr in it signed, and finish it with "pki init-ca --complete"',
      ],
    };
    const key = ['--cn', 'a.example', '--key-out', 'a.key'];
    expect(await refused(pki, 'issue', '--ca-dir', 'sub', ...key)).toEqual(WAITS);
    expect(await refused(pki, 'list', '--ca-dir', 'sub')).toEqual(WAITS);
    const below = ['init-ca', '--name', 'A', '--dir', 'refused', '--parent', 'sub'];
    expect(await refused(pki, ...below)).toEqual(WAITS);
  });

  it('ends with the certificate, and then is as any other', async () => {
    await answer('sub');
    const { stdout, stderr } = await must(...complete('sub', 'sub.crt', ...ROOT));
    expect(stderr).toBe('');
    expect(stdout).toMatch(
      /^completed the CA CN=sub\n {2}directory {4}sub\n {2}key {10}ecdsa-p384 in file:keys\/ca.key\n {2}valid until {2}\S+\n {2}serial {7}[0-9a-f]+\n {2}SHA-256 {6}[0-9a-f]{64}\n$/,
    );
    expect(pathsIn(at('sub'))).toEqual([
      ...['ca.crt', 'ca.db', 'ca.yaml', 'chain.crt', 'keys', 'keys/ca.key'],
    ]);
    expect(read('sub/ca.crt')).toBe(read('sub.crt'));
    expect(read('sub/chain.crt')).toBe(read('sub.crt') + read('root/ca.crt'));
    expect((await must('list', '--ca-dir', 'sub')).stdout).toMatch(
      / issued .* imported +CN=sub\n$/,
    );
    const leaf = ['--cn', 'a.example', '--out', 'a.crt', '--key-out', 'a.key'];
    await must('issue', '--ca-dir', 'sub', ...leaf);
    await must('verify', 'a.crt', 'sub/chain.crt', '--trust', 'root/ca.crt');
    if (noOpenssl()) return;
    const chain = ['-CAfile', at('root/ca.crt'), '-untrusted', at('sub/ca.crt')];
    expect(openssl('verify', '-x509_strict', ...chain, at('a.crt'))).toBe(`${at('a.crt')}: OK\n`);
  });

  it.each([
    ['catalyst', 'hybrid', ['--hybrid', 'catalyst'], ['--require-alt']],
    ['composite', 'hybrid', ['--hybrid', 'composite'], ['--require-alt']],
    ['alternative', 'root', ['--hybrid', 'catalyst'], []],
  ])('may be hybrid: %s under %s', async (dir, parent, options, strict) => {
    await request(dir, ...options);
    await answer(dir, parent);
    await must(...complete(dir, `${dir}.crt`, '--chain', `${parent}/ca.crt`));
    const files = ['--out', `${dir}-leaf.crt`, '--key-out', `${dir}-leaf.key`];
    await must('issue', '--ca-dir', dir, '--cn', 'a.example', ...files);
    const trust = ['--trust', `${parent}/ca.crt`, ...strict];
    await must('verify', `${dir}-leaf.crt`, `${dir}/ca.crt`, ...trust);
    if (BOUNCY_CASTLE.missing) return;
    const judged = BOUNCY_CASTLE.judge(at(`${dir}-leaf.crt`), at(dir, 'ca.crt'));
    expect(judged.accepted, judged.output).toBe(true);
  });

  it('tells all as JSON, and writes its request to standard output', async () => {
    const init = ['init-ca', '--name', 'J', '--dir', 'json', PLAIN, '--csr', '-'];
    const { stdout } = await must(...init, '--json');
    const told = JSON.parse(stdout) as { request: string };
    expect(told).toEqual({
      directory: 'json',
      keys: [{ algorithm: 'ecdsa-p384', key: 'file:keys/ca.key' }],
      subject: 'CN=J',
      request: read('json/ca.csr'),
    });
    const printed = await must('init-ca', '--name', 'P', '--dir', 'printed', PLAIN, '--csr', '-');
    expect(printed.stdout).toBe(read('printed/ca.csr'));
  });

  it('takes a file that holds the chain as well, and goes on after an interruption', async () => {
    await request('whole');
    await answer('whole');
    writeFileSync(at('whole-chain.crt'), read('whole.crt') + read('root/ca.crt'));
    cpSync(at('whole'), at('interrupted'), { recursive: true });
    const { stdout } = await must(...complete('whole', 'whole-chain.crt', '--json'));
    expect(JSON.parse(stdout)).toMatchObject({ directory: 'whole', issuer: 'CN=Root' });
    cpSync(at('whole/ca.db'), at('interrupted/ca.db')); // it was recorded, and no more
    await must(...complete('interrupted', 'whole-chain.crt'));
    expect((await must('list', '--ca-dir', 'interrupted')).stdout.match(/\n/g)).toHaveLength(1);
  });
});

describe('a CA that waits does so still', () => {
  beforeAll(async () => {
    await request('waiting', '--hybrid', 'catalyst');
    await answer('waiting');
    await request('other');
    await answer('other');
  });

  it('after the certificate of somebody else', async () => {
    expect(await refused(pki, ...complete('waiting', 'other.crt', ...ROOT))).toEqual({
      status: 4,
      stderr: [
        `pki: error: other.crt is not for the key of the CA in ${at('waiting')}`,
        'pki: hint: give the certificate that was issued for its request',
      ],
    });
    expect(existsSync(at('waiting/ca.crt'))).toBe(false);
  });

  it('after one without its alternative key, or with another', async () => {
    const key = ['--key', 'waiting/keys/ca.key', '--cn', 'waiting'];
    await must('csr', 'create', ...key, '--out', 'half.csr');
    await answer('half');
    await must('key', 'generate', '--algorithm', 'ml-dsa-65', '--out', 'ml.key', PLAIN);
    const two = ['--hybrid', 'catalyst', '--ml-dsa-key', 'ml.key', '--out', 'swapped.csr'];
    await must('csr', 'create', ...key, ...two);
    await answer('swapped');
    for (const file of ['half.crt', 'swapped.crt']) {
      expect(await refused(pki, ...complete('waiting', file, ...ROOT))).toEqual({
        status: 4,
        stderr: [
          `pki: error: ${file} is not for the alternative key of the CA in ${at('waiting')}`,
          'pki: hint: its subjectAltPublicKeyInfo has to be that of the request (ITU-T X.509 clause 9.8.2)',
        ],
      });
    }
  });

  it('after one that is not of a CA', async () => {
    const server = ['--profile', 'tls-client', '--csr', 'waiting.csr', '--out', 'client.crt'];
    await must('issue', '--ca-dir', 'root', ...server);
    expect(await refused(pki, ...complete('waiting', 'client.crt', ...ROOT))).toEqual({
      status: 3,
      stderr: [
        'pki: error: client.crt is not the certificate of a CA',
        'pki: hint: it needs cA in basicConstraints, and keyCertSign in keyUsage (RFC 5280 §4.2.1.3, §4.2.1.9)',
      ],
    });
  });

  it('after a chain that does not lead to a root, or to the wrong one', async () => {
    expect(await refused(pki, ...complete('waiting', 'waiting.crt'))).toEqual({
      status: 2,
      stderr: [
        'pki: error: the chain of waiting.crt does not reach a root',
        'pki: hint: give the certificates of all CAs above it with --chain, the root included',
      ],
    });
    const wrong = complete('waiting', 'waiting.crt', '--chain', 'hybrid/ca.crt');
    expect(await refused(pki, ...wrong)).toEqual({
      status: 3,
      stderr: [
        'pki: error: waiting.crt does not verify under its chain',
        'pki: hint: CN=waiting: there is no certificate of its issuer CN=Root that leads to a trusted one (trust-anchor, RFC 5280 §6.1)',
      ],
    });
  });

  it('after one that has expired', async () => {
    const later = world({ cwd, now: new Date('2045-01-01T00:00:00Z') });
    const { status, stderr } = await refused(later, ...complete('waiting', 'waiting.crt', ...ROOT));
    expect(status).toBe(3);
    expect(stderr[0]).toBe('pki: error: waiting.crt does not verify under its chain');
    expect(stderr[1]).toMatch(
      /^pki: hint: CN=waiting: it expired at \S+Z \(validity, RFC 5280 §4.1.2.5, §6.1.3 \(a\)\)$/,
    );
  });

  it.skipIf(noOpenssl())('after one of a CA whose path length is spent', async () => {
    const options = ['-days', '30', '-copy_extensions', 'none', '-extfile', at('ca.cnf')];
    writeFileSync(
      at('ca.cnf'),
      'basicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign\nauthorityKeyIdentifier = keyid\nsubjectKeyIdentifier = hash\n',
    );
    const ca = ['-CA', at('sub/ca.crt'), '-CAkey', at('sub/keys/ca.key'), '-CAcreateserial'];
    openssl('x509', '-req', '-in', at('other.csr'), ...ca, ...options, '-out', at('spent.crt'));
    const argv = complete('other', 'spent.crt', '--chain', 'sub/chain.crt');
    expect(await refused(pki, ...argv)).toEqual({
      status: 3,
      stderr: [
        'pki: error: spent.crt does not verify under its chain',
        'pki: hint: a CA above it has the path length 0, which is spent (path-length, RFC 5280 §4.2.1.9)',
      ],
    });
  });

  it('and is finished only once, and only where something waits', async () => {
    expect(await refused(pki, ...complete('sub', 'sub.crt', ...ROOT))).toEqual({
      status: 6,
      stderr: [
        `pki: error: the CA in ${at('sub')} waits for no certificate`,
        'pki: hint: "pki init-ca --csr" makes one that does',
      ],
    });
    expect(await refused(pki, ...complete('nowhere', 'sub.crt', ...ROOT))).toEqual({
      status: 6,
      stderr: [
        `pki: error: there is no CA in ${at('nowhere')}`,
        'pki: hint: make one with "pki init-ca", or name its directory with --ca-dir',
      ],
    });
  });
});

describeOnSoftHsm('a CA with a key in a token, under a parent that is elsewhere', (hsm) => {
  it('needs no PIN to be completed', async () => {
    hsm.token('CA Token');
    const inToken = ['--pkcs11-lib', hsm.module, '--pkcs11-token', 'CA Token'];
    const key = [...inToken, '--pkcs11-generate-key', '--pkcs11-key-label', 'sub'];
    const withPin = world({ cwd, env: { PKCS11_PIN: PIN } });
    const init = ['init-ca', '--name', 'T', '--dir', 'token', '--csr', 'token.csr', PLAIN];
    const made = await withPin(...init, ...key, '--hybrid', 'catalyst');
    expect(made).toMatchObject({ status: 0 });
    await answer('token', 'hybrid');
    await must(...complete('token', 'token.crt', '--chain', 'hybrid/ca.crt'));
    const leaf = ['--cn', 'a.example', '--out', 'token-leaf.crt', '--key-out', 'token-leaf.key'];
    expect(await withPin('issue', '--ca-dir', 'token', ...leaf)).toMatchObject({ status: 0 });
    const trust = ['--trust', 'hybrid/ca.crt', '--require-alt'];
    await must('verify', 'token-leaf.crt', 'token/ca.crt', ...trust);
  });
});
