import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd, now: new Date('2030-01-01T12:00:00Z') });
const read = (name: string) => readFileSync(join(cwd, name), 'utf8');
const mode = (name: string) => statSync(join(cwd, name)).mode & 0o777;

const issue = (...options: readonly string[]) => pki('issue', '--ca-dir', 'ca', ...options);

beforeAll(async () => {
  await pki('init-ca', '--name', 'Example Root CA', '--dir', 'ca', '--no-passphrase');
});

describe('issue', () => {
  it('tells what it made, and where', async () => {
    const { status, stdout, stderr } = await issue(
      ...['--profile', 'tls-server', '--cn', 'server.example.com'],
      ...['--out', 'server.crt', '--key-out', 'server.key'],
    );
    const { serialNumber, fingerprint256 } = new X509Certificate(read('server.crt'));
    expect(stdout).toBe(
      [
        'issued CN=server.example.com',
        '  certificate  server.crt',
        '  key          server.key',
        '  valid until  2030-04-01T11:54:59Z',
        `  serial       ${serialNumber.toLowerCase()}`,
        `  SHA-256      ${fingerprint256.replaceAll(':', '').toLowerCase()}`,
        '',
      ].join('\n'),
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it('writes a certificate that anybody may read, signed by the CA', () => {
    const text = read('server.crt');
    const certificate = new X509Certificate(text);
    expect(text).toMatch(/^-----BEGIN CERTIFICATE-----\n[^-]+-----END CERTIFICATE-----\n$/);
    expect(certificate.verify(new X509Certificate(read('ca/ca.crt')).publicKey)).toBe(true);
    expect(certificate.subjectAltName).toBe('DNS:server.example.com');
    expect(mode('server.crt')).toBe(0o644);
  });

  it('writes the key of that certificate, which its owner alone may read', () => {
    const key = createPrivateKey(read('server.key'));
    expect(read('server.key')).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(new X509Certificate(read('server.crt')).checkPrivateKey(key)).toBe(true);
    expect(key.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(mode('server.key')).toBe(0o600);
  });

  it('prints the certificate alone where no file is named for it', async () => {
    const { status, stdout, stderr } = await issue('--cn', 'a.example', '--key-out', 'stdout.key');
    expect(stdout).toMatch(/^-----BEGIN CERTIFICATE-----\n[^-]+-----END CERTIFICATE-----\n$/);
    expect(new X509Certificate(stdout).subject).toBe('CN=a.example');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('takes "-" for standard output', async () => {
    const { stdout } = await issue('--cn', 'a.example', '--key-out', 'dash.key', '--out', '-');
    expect(new X509Certificate(stdout).subject).toBe('CN=a.example');
  });

  it('tells the same as JSON, with the certificate', async () => {
    const { status, stdout, stderr } = await issue(
      ...['--json', '--cn', 'json.example', '--out', 'json.crt', '--key-out', 'json.key'],
    );
    expect(JSON.parse(stdout)).toEqual({
      serial: expect.stringMatching(/^[0-9a-f]{30,40}$/),
      subject: 'CN=json.example',
      issuer: 'CN=Example Root CA',
      notBefore: '2030-01-01T11:55:00Z',
      notAfter: '2030-04-01T11:54:59Z',
      key: 'ecdsa-p256',
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      file: 'json.crt',
      keyFile: 'json.key',
      certificate: read('json.crt'),
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('names no file in JSON where none was written', async () => {
    const { stdout } = await issue('--json', '--cn', 'json.example', '--key-out', 'nofile.key');
    const told = JSON.parse(stdout) as Record<string, unknown>;
    expect(told).not.toHaveProperty('file');
    expect(told).toHaveProperty('keyFile', 'nofile.key');
  });

  it.each([
    ['rsa-3072', { modulusLength: 3072, publicExponent: 65537n }],
    ['ecdsa-p256', { namedCurve: 'prime256v1' }],
    ['ecdsa-p384', { namedCurve: 'secp384r1' }],
    ['ecdsa-p521', { namedCurve: 'secp521r1' }],
    ['ed25519', {}],
    ['ml-dsa-44', {}],
    ['ML-DSA-65', {}],
  ])('makes a key for %s', async (algorithm, details) => {
    const files = ['--out', `${algorithm}.crt`, '--key-out', `${algorithm}.key`];
    const { status } = await issue('--cn', 'a.example', '--key-algorithm', algorithm, ...files);
    expect(status).toBe(0);
    const key = createPrivateKey(read(`${algorithm}.key`));
    const certificate = new X509Certificate(read(`${algorithm}.crt`));
    const spki = (from: ReturnType<typeof createPublicKey>) =>
      from.export({ type: 'spki', format: 'pem' });
    expect(key.asymmetricKeyDetails).toEqual(details);
    expect(spki(createPublicKey(key))).toBe(spki(certificate.publicKey));
  });

  it('gives another serial number each time', async () => {
    const outcomes = [
      await issue('--cn', 'a.example', '--key-out', 's1.key'),
      await issue('--cn', 'a.example', '--key-out', 's2.key'),
    ];
    const serials = outcomes.map(({ stdout }) => new X509Certificate(stdout).serialNumber);
    expect(new Set(serials).size).toBe(2);
  });
});

describe('the validity', () => {
  const validity = async (...options: readonly string[]) => {
    const { stdout } = await issue(
      '--force',
      '--cn',
      'a.example',
      '--key-out',
      'v.key',
      '--json',
      ...options,
    );
    const { notBefore, notAfter } = JSON.parse(stdout) as Record<string, string>;
    return [notBefore, notAfter];
  };

  it('is as many days as --days says', async () => {
    expect(await validity('--days', '1')).toEqual(['2030-01-01T11:55:00Z', '2030-01-02T11:54:59Z']);
  });

  it("may end when the issuer's ends", async () => {
    expect((await validity('--days', '7305'))[1]).toBe('2050-01-01T11:54:59Z');
  });

  it("is shortened to the issuer's by --clamp, which says so", async () => {
    const { status, stdout, stderr } = await issue(
      ...['--clamp', '--days', '9000', '--cn', 'a.example'],
      ...['--out', 'clamped.crt', '--key-out', 'clamped.key'],
    );
    expect(stdout).toContain('\n  valid until  2050-01-01T11:54:59Z\n');
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: "pki: note: validity shortened to the issuer's, until 2050-01-01T11:54:59Z\n",
    });
  });

  it('is left alone by --clamp where it fits', async () => {
    expect((await validity('--clamp'))[1]).toBe('2030-04-01T11:54:59Z');
  });
});
