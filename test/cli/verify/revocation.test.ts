import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pem } from '../../../src/der/pem.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { type Outcome, world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd, now: new Date('2030-01-01T12:00:00Z') });
const refused = refusals(cwd);
const write = (name: string, contents: string | Uint8Array) =>
  writeFileSync(join(cwd, name), contents);

const must = ({ status, stderr }: Outcome): void => {
  if (status !== 0) throw new Error(stderr);
};

const CHAIN = ['a.crt', 'sub/ca.crt', '--trust', 'root/ca.crt'];

beforeAll(async () => {
  const keys = ['--no-passphrase', '--algorithm', 'ed25519', '--policy', 'none'];
  must(await pki('init-ca', '--name', 'Root', '--dir', 'root', ...keys));
  must(await pki('init-ca', '--name', 'Sub', '--dir', 'sub', '--parent', 'root', ...keys));
  for (const name of ['a', 'b']) {
    const files = ['--out', `${name}.crt`, '--key-out', `${name}.key`];
    must(await pki('issue', '--ca-dir', 'sub', '--cn', `${name}.example`, ...files));
  }
  must(await pki('revoke', '--ca-dir', 'sub', 'b.crt', '--reason', 'superseded'));
  must(await pki('crl', '--ca-dir', 'root', '--out', 'root.crl'));
  must(await pki('crl', '--ca-dir', 'sub', '--out', 'sub.crl'));
  const request = ['--issuer', 'sub/ca.crt', '--cert', 'a.crt', '--out', 'a.req'];
  must(await pki('ocsp', 'request', ...request));
  must(await pki('ocsp', 'respond', '--ca-dir', 'sub', '--request', 'a.req', '--out', 'a.resp'));
  write('error.resp', Uint8Array.of(0x30, 3, 0x0a, 1, 6));
  write('broken.crl', pem('X509 CRL', Uint8Array.of(0x30, 0)));
});

describe('verify', () => {
  it('prints who says that certificates are not revoked', async () => {
    const crls = ['--crl', 'root.crl', '--crl', 'sub.crl', '--ocsp', 'a.resp'];
    expect(await pki('verify', ...CHAIN, ...crls)).toEqual({
      status: 0,
      stdout: [
        'a.crt: OK',
        '  CN=a.example',
        '    id-Ed25519 by CN=Sub   verified (node:crypto)',
        '    not revoked, by the OCSP response in a.resp, by CRL 1 of CN=Sub',
        '  CN=Sub',
        '    id-Ed25519 by CN=Root  verified (node:crypto)',
        '    not revoked, by CRL 1 of CN=Root',
        '  CN=Root (trusted)',
        '    id-Ed25519 by itself   verified (node:crypto)',
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  it('refuses a certificate that is revoked', async () => {
    const argv = ['b.crt', ...CHAIN.slice(1), '--crl', 'root.crl', '--crl', 'sub.crl'];
    const { status, stdout, stderr } = await pki('verify', ...argv);
    expect(stdout).toContain('    revoked, by CRL 1 of CN=Sub\n');
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: [
        'pki: error: b.crt does not verify',
        'pki: hint: CN=b.example: it is revoked since 2030-01-01T12:00:00Z, superseded, says CRL 1 of CN=Sub (revoked, RFC 5280 §6.3.3 (i), (j))',
        '',
      ].join('\n'),
    });
  });

  it('wants to know of all certificates with --crl, and of the leaf with --ocsp alone', async () => {
    const NO_CRL = 'none of the CRLs is of its issuer CN=Root (crl, RFC 5280 §6.3.3)';
    const { status, stdout, stderr } = await pki('verify', ...CHAIN, '--crl', 'sub.crl');
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: `pki: error: a.crt does not verify\npki: hint: CN=Sub: ${NO_CRL}\n`,
    });
    expect(stdout).toContain('    not known whether it is revoked\n');
    const leaf = await pki('verify', ...CHAIN, '--crl', 'sub.crl', '--revocation', 'leaf');
    expect(leaf.status).toBe(0);
    expect((await pki('verify', ...CHAIN, '--ocsp', 'a.resp')).status).toBe(0);
    const all = ['--ocsp', 'a.resp', '--revocation', 'all'];
    expect((await pki('verify', ...CHAIN, ...all)).status).toBe(3);
  });

  it('prints the same as JSON', async () => {
    const { stdout } = await pki('verify', ...CHAIN, '--ocsp', 'a.resp', '--json');
    const path: readonly { readonly revocation: unknown }[] = JSON.parse(stdout).path;
    expect(path.map(({ revocation }) => revocation)).toEqual([
      { status: 'good', by: ['the OCSP response in a.resp'] },
      { status: 'undetermined', by: [] },
      null,
    ]);
  });
});

describe('a file that tells nothing', () => {
  it.each([
    [['--crl', 'missing.crl'], 2, 'cannot read missing.crl: no such file or directory'],
    [
      ['--crl', 'a.crt'],
      2,
      'a.crt holds no CRL',
      'it has to be in PEM or DER; what is there is called "CERTIFICATE"',
    ],
    [
      ['--crl', 'broken.crl'],
      2,
      'broken.crl cannot be read: a value is missing',
      'it has to be a CRL of version 2 with a nextUpdate, in PEM or DER',
    ],
    [
      ['--ocsp', 'a.crt'],
      2,
      'a.crt cannot be read as an OCSP response: tag 30 expected, 2d found',
      'it has to be in DER, as it goes over the network',
    ],
    [
      ['--ocsp', 'error.resp'],
      3,
      'error.resp is no answer, but the error unauthorized',
      'ask the responder again',
    ],
    [
      ['--revocation', 'all'],
      2,
      '--revocation needs something that tells of it',
      'give --crl or --ocsp',
    ],
  ])('%j', async (options, status, message, ...hints) => {
    expect(await refused(pki, 'verify', ...CHAIN, ...options)).toEqual({
      status,
      stderr: [`pki: error: ${message}`, ...hints.map((hint) => `pki: hint: ${hint}`)],
    });
  });
});
