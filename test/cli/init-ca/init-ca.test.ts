import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { PASSPHRASE, world } from '../../support/world.ts';
import { pathsIn, refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const now = new Date('2030-01-01T12:00:00Z');
const pki = world({ cwd, now, env: { PKI_PASSPHRASE: PASSPHRASE } });
const refused = refusals(cwd);
const inCwd = (...names: readonly string[]) => join(cwd, ...names);
const read = (...names: readonly string[]) => readFileSync(inCwd(...names), 'utf8');
const mode = (...names: readonly string[]) => statSync(inCwd(...names)).mode & 0o777;
const init = (dir: string, ...options: readonly string[]) => [
  ...['init-ca', '--name', 'Example Root CA', '--dir', dir, ...options],
];
const UNENCRYPTED = 'pki: warning: --no-passphrase leaves the CA key unencrypted on the disk\n';

describe('init-ca', () => {
  it('tells what it made, and where', async () => {
    const { status, stdout, stderr } = await pki(...init('ca'));
    const { serialNumber, fingerprint256 } = new X509Certificate(read('ca/ca.crt'));
    expect(stdout).toBe(
      [
        'made the CA CN=Example Root CA',
        '  directory    ca',
        '  key          ecdsa-p384 in file:keys/ca.key',
        '  valid until  2050-01-01T11:54:59Z',
        `  serial       ${serialNumber.toLowerCase()}`,
        `  SHA-256      ${fingerprint256.replaceAll(':', '').toLowerCase()}`,
        '',
      ].join('\n'),
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('makes a directory that its owner alone can enter, and nothing beside it', () => {
    expect(pathsIn(cwd)).toEqual([
      'ca',
      'ca/ca.crt',
      'ca/ca.db',
      'ca/ca.yaml',
      'ca/keys',
      'ca/keys/ca.key',
    ]);
    expect([mode('ca'), mode('ca/keys'), mode('ca/keys/ca.key')]).toEqual([0o700, 0o700, 0o600]);
  });

  it('writes a configuration without a secret', () => {
    expect(read('ca/ca.yaml')).toBe(
      [
        '# Made by "pki init-ca". It holds no secret: PINs and passphrases are asked for.',
        'version: 1',
        'name: Example Root CA',
        'algorithm: ecdsa-p384',
        'key: file:keys/ca.key',
        '',
      ].join('\n'),
    );
  });

  it('writes a self-signed certificate, and the key of it, encrypted', () => {
    const certificate = new X509Certificate(read('ca/ca.crt'));
    const key = createPrivateKey({ key: read('ca/keys/ca.key'), passphrase: PASSPHRASE });
    expect(read('ca/keys/ca.key')).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/);
    expect(certificate.checkPrivateKey(key)).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.ca).toBe(true);
  });

  it('records the certificate of the CA as its first', async () => {
    const { stdout } = await pki('list', '--ca-dir', 'ca', '--json');
    expect(JSON.parse(stdout)).toEqual([
      {
        serial: expect.stringMatching(/^[0-9a-f]+$/),
        status: 'issued',
        names: [],
        profile: 'root-ca',
        subject: 'CN=Example Root CA',
        notBefore: '2030-01-01T11:55:00Z',
        notAfter: '2050-01-01T11:54:59Z',
      },
    ]);
  });

  it('tells the same as JSON', async () => {
    const subject = ['--organization', 'Example, Inc.', '--country', 'DE', '--days', '3650'];
    const { status, stdout, stderr } = await pki(
      ...init('json-ca', '--json', '--no-passphrase', '--algorithm', 'ed25519', ...subject),
    );
    expect(JSON.parse(stdout)).toEqual({
      directory: 'json-ca',
      keys: [{ algorithm: 'ed25519', key: 'file:keys/ca.key' }],
      serial: expect.stringMatching(/^[0-9a-f]{30,40}$/),
      subject: 'C=DE, O=Example\\, Inc., CN=Example Root CA',
      issuer: 'C=DE, O=Example\\, Inc., CN=Example Root CA',
      notBefore: '2030-01-01T11:55:00Z',
      notAfter: '2039-12-30T11:54:59Z',
      key: 'ed25519',
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: UNENCRYPTED });
  });

  it.each([
    ['rsa-3072', 'sha256WithRSAEncryption'],
    ['rsa-3072-pss', 'RSASSA-PSS-SHA256'],
    ['ecdsa-p256', 'ecdsa-with-SHA256'],
    ['ecdsa-p521', 'ecdsa-with-SHA512'],
    ['ml-dsa-44', 'ml-dsa-44'],
    ['ml-dsa-87', 'ml-dsa-87'],
  ])('makes a CA that signs with %s', async (algorithm, signature) => {
    const dir = `${algorithm}-ca`;
    const { stdout } = await pki(...init(dir, '--no-passphrase', '--algorithm', algorithm));
    expect(stdout).toContain(`\n  key          ${algorithm} in file:keys/ca.key\n`);
    const shown = await pki('show', '--json', join(dir, 'ca.crt'));
    expect(JSON.parse(shown.stdout)).toMatchObject({ signature });
    const issued = await pki(
      ...['issue', '--ca-dir', dir, '--cn', 'a.example', '--key-out', `${algorithm}.key`],
    );
    expect(issued.status).toBe(0);
  });
});

describe('the directory of a new CA', () => {
  const free = (dir: string) => init(dir, '--no-passphrase');
  const HINT =
    'pki: hint: give a directory that does not exist, or an empty one; a CA is never overwritten';

  it('may exist if it is empty', async () => {
    mkdirSync(inCwd('empty'), { mode: 0o755 });
    expect((await pki(...free('empty'))).status).toBe(0);
    expect(mode('empty')).toBe(0o700);
  });

  it('is not one that holds a CA already', async () => {
    const before = read('empty/ca.crt');
    expect(await refused(pki, ...free('empty'))).toEqual({
      status: 6,
      stderr: [`pki: error: ${inCwd('empty')} exists already and holds a CA`, HINT],
    });
    expect(read('empty/ca.crt')).toBe(before);
  });

  it('is not one with anything in it, nor a file', async () => {
    mkdirSync(inCwd('full'));
    writeFileSync(inCwd('full/.hidden'), '');
    for (const dir of ['full', 'full/.hidden']) {
      expect(await refused(pki, ...free(dir))).toEqual({
        status: 6,
        stderr: [`pki: error: ${inCwd(dir)} exists already`, HINT],
      });
    }
  });

  it('needs a directory that it can be made in', async () => {
    expect(await refused(pki, ...free('lost/ca'))).toEqual({
      status: 6,
      stderr: [
        `pki: error: cannot make the CA directory ${inCwd('lost/ca')}: no such file or directory`,
      ],
    });
    expect(await refused(pki, ...free('full/.hidden/ca'))).toEqual({
      status: 6,
      stderr: [
        `pki: error: cannot make the CA directory ${inCwd('full/.hidden/ca')}: a part of the path is not a directory`,
      ],
    });
  });
});

describe('the name of a new CA', () => {
  const named = (...options: readonly string[]) => [
    ...['init-ca', '--dir', 'named', '--no-passphrase', ...options],
  ];

  it('is not empty', async () => {
    expect(await refused(pki, ...named('--name', ' '))).toEqual({
      status: 2,
      stderr: ['pki: error: --name must not be empty'],
    });
  });

  it('fits into a certificate', async () => {
    const { status, stderr } = await refused(pki, ...named('--name', 'x'.repeat(65)));
    expect(status).toBe(3);
    expect(stderr).toEqual([
      `pki: error: not signing a certificate for CN=${'x'.repeat(65)}`,
      'pki: hint: CN must have at most 64 characters (attribute-length, RFC 5280 appendix A.1)',
    ]);
  });

  it('is written without what acts on a terminal', async () => {
    const { stderr } = await refused(pki, ...named('--name', 'red \u001b[31m'));
    expect(stderr).toEqual([
      'pki: error: not signing a certificate for CN=red \\1b[31m',
      'pki: hint: CN=red \\1b[31m must not be empty, begin or end with a blank, or hold control characters (attribute-characters, RFC 5280 §4.1.2.4)',
    ]);
  });
});
