import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pem, pemBlocks } from '../../../src/der/pem.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { noOpenssl, openssl, request } from '../openssl.ts';
import { refusals } from '../refusal.ts';

const FORM = 'pki: hint: it has to be PKCS #10, in PEM or DER, as "openssl req -new" makes it';

const cwd = temporaryDirectory();
/** No secret is asked for: the question would be among the lines of an error. */
const pki = world({ cwd, answers: [] });
const refused = refusals(cwd, 'ca');
const issue = (csr: string, ...options: readonly string[]) => [
  ...['issue', '--ca-dir', 'ca', '--csr', csr, '--out', 'refused.crt', ...options],
];
const write = (name: string, contents: string | Uint8Array) => {
  writeFileSync(join(cwd, name), contents);
  return name;
};
const derOf = (path: string) => pemBlocks(readFileSync(path, 'utf8'))[0]?.der ?? new Uint8Array(0);

beforeAll(async () => {
  const init = world({ cwd, env: { PKI_PASSPHRASE: 'only to be asked for' } });
  await init('init-ca', '--name', 'Root', '--dir', 'ca', '--algorithm', 'ecdsa-p256');
  await init('init-ca', '--name', 'Root', '--dir', 'open-ca', '--no-passphrase');
});

describe('what is no request', () => {
  it.each([
    ['empty', '', 'there is no PEM block "CERTIFICATE REQUEST" in it'],
    ['text', 'server.example.com please\n', 'there is no PEM block "CERTIFICATE REQUEST" in it'],
    [
      'binary',
      new Uint8Array(256).map((_, index) => 255 - index),
      'there is no PEM block "CERTIFICATE REQUEST" in it',
    ],
    [
      'DER that is cut off',
      Buffer.of(0x30, 0x82, 0x01, 0x00, 0x30),
      'a length exceeds what is there',
    ],
  ])('is refused: %s', async (name, contents, why) => {
    expect(await refused(pki, ...issue(write(name, contents)))).toEqual({
      status: 2,
      stderr: [`pki: error: ${name} is not a certificate request: ${why}`, FORM],
    });
  });

  it('is refused when it is a certificate, in PEM and in DER', async () => {
    const crt = join(cwd, 'ca/ca.crt');
    expect(await refused(pki, ...issue('ca/ca.crt'))).toEqual({
      status: 2,
      stderr: [
        'pki: error: ca/ca.crt is not a certificate request: there is no PEM block "CERTIFICATE REQUEST" in it',
        FORM,
      ],
    });
    const { status, stderr } = await refused(pki, ...issue(write('crt.der', derOf(crt))));
    expect(status).toBe(2);
    expect(stderr[0]).toMatch(/^pki: error: crt.der is not a certificate request: /);
  });

  it('is refused on standard input too, which is named', async () => {
    expect(await refused(world({ cwd, stdin: 'text' }), ...issue('-'))).toEqual({
      status: 2,
      stderr: [
        'pki: error: standard input is not a certificate request: there is no PEM block "CERTIFICATE REQUEST" in it',
        FORM,
      ],
    });
  });

  it.skipIf(noOpenssl())('is refused when it is two of them', async () => {
    const csr = readFileSync(request(cwd, 'one', '-subj', '/CN=a.example'), 'utf8');
    expect(await refused(pki, ...issue(write('bundle.csr', csr + csr)))).toEqual({
      status: 2,
      stderr: [
        'pki: error: bundle.csr is not a certificate request: there are 2 requests in it, and one is taken at a time',
        FORM,
      ],
    });
  });

  it('is refused when it cannot be read', async () => {
    expect(await refused(pki, ...issue('lost.csr'))).toEqual({
      status: 2,
      stderr: ['pki: error: cannot read lost.csr: no such file or directory'],
    });
    expect(await refused(pki, ...issue('ca'))).toEqual({
      status: 2,
      stderr: ['pki: error: cannot read ca: it is a directory'],
    });
  });
});

describe.skipIf(noOpenssl())(
  `a request of OpenSSL${noOpenssl() ? ` (${noOpenssl()})` : ''}`,
  () => {
    const subject = ['-subj', '/CN=server.example.com'];
    const weak = 'pki: error: not signing a certificate for CN=server.example.com';

    it('is taken in PEM, in DER and from standard input, with its own key', async () => {
      const csr = request(cwd, 'good', ...subject);
      const der = write('good.der', derOf(csr));
      const inputs = [
        await pki('issue', '--ca-dir', 'open-ca', '--csr', 'good.csr'),
        await pki('issue', '--ca-dir', 'open-ca', '--csr', der),
        await world({ cwd, stdin: readFileSync(csr) })(
          'issue',
          '--ca-dir',
          'open-ca',
          '--csr',
          '-',
        ),
      ];
      const wanted = openssl('req', '-in', csr, '-noout', '-pubkey');
      for (const { status, stdout, stderr } of inputs) {
        expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
        const { publicKey } = new X509Certificate(stdout);
        expect(publicKey.export({ type: 'spki', format: 'pem' })).toBe(wanted);
      }
    });

    it('is refused when its signature is wrong', async () => {
      const der = Uint8Array.from(derOf(request(cwd, 'tampered', ...subject)));
      const at = Buffer.from(der).indexOf('server.example.com');
      der[at] = 'x'.charCodeAt(0);
      expect(
        await refused(pki, ...issue(write('tampered.csr', pem('CERTIFICATE REQUEST', der)))),
      ).toEqual({
        status: 3,
        stderr: [
          'pki: error: tampered.csr does not prove possession of its key: its ecdsa-with-SHA256 signature does not verify',
          'pki: hint: the request has to be signed with the private key of its own public key',
        ],
      });
    });

    it('is never taken, and never a bug, with one octet changed', async () => {
      const der = derOf(request(cwd, 'octets', ...subject));
      const before = await pki('list', '--ca-dir', 'open-ca', '--json');
      for (const index of der.keys()) {
        const changed = Uint8Array.from(der);
        changed[index] = (changed[index] ?? 0) ^ (1 << (index % 8));
        const { status } = await world({ cwd, stdin: changed })(
          ...['issue', '--ca-dir', 'open-ca', '--csr', '-'],
        );
        expect([2, 3], `octet ${index}`).toContain(status);
      }
      expect(await pki('list', '--ca-dir', 'open-ca', '--json')).toEqual(before);
    });

    it('is refused with an RSA key of 1024 bits', async () => {
      request(cwd, 'rsa-1024', '-newkey', 'rsa:1024', ...subject);
      expect(await refused(pki, ...issue('rsa-1024.csr'))).toEqual({
        status: 3,
        stderr: [
          weak,
          'pki: hint: the RSA key is too weak: 1024 bits, at least 2048 are needed (rsa-key-size, TLS BR §6.1.5, SP 800-131A §3)',
        ],
      });
    });

    it('is refused with an RSA key whose exponent is 3', async () => {
      const key = join(cwd, 'exponent.pem');
      const options = ['-pkeyopt', 'rsa_keygen_bits:2048', '-pkeyopt', 'rsa_keygen_pubexp:3'];
      openssl('genpkey', '-algorithm', 'rsa', ...options, '-out', key);
      request(cwd, 'exponent', '-key', key, ...subject);
      expect(await refused(pki, ...issue('exponent.csr'))).toEqual({
        status: 3,
        stderr: [
          weak,
          'pki: hint: the RSA public exponent must be at least 65537 (rsa-public-exponent, TLS BR §6.1.6, SP 800-89 §5.3.3)',
        ],
      });
    });

    it("is refused with the CA's own key", async () => {
      request(cwd, 'own', '-key', join(cwd, 'open-ca/keys/ca.key'), ...subject);
      const own = ['issue', '--ca-dir', 'open-ca', '--csr', 'own.csr', '--out', 'refused.crt'];
      expect(await refusals(cwd, 'open-ca')(pki, ...own)).toEqual({
        status: 3,
        stderr: [
          weak,
          "pki: hint: the key must not be the issuer's own (key-not-of-issuer, RFC 4158 §2.4.1, TLS BR §6.1.1.3)",
        ],
      });
    });

    it('is refused with a key on a curve that nobody asked for', async () => {
      const key = join(cwd, 'koblitz.pem');
      openssl(
        'genpkey',
        '-algorithm',
        'EC',
        '-pkeyopt',
        'ec_paramgen_curve:secp256k1',
        '-out',
        key,
      );
      request(cwd, 'koblitz', '-key', key, ...subject);
      const { status, stderr } = await refused(pki, ...issue('koblitz.csr'));
      expect(status).toBe(3);
      expect(stderr.join('\n')).toMatch(/unknown type|not supported/);
    });
  },
);
