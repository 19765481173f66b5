import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pemBlocks } from '../../src/der/pem.ts';
import { parseCertificate } from '../../src/x509/certificate.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { world } from '../support/world.ts';
import { noOpenssl, openssl, request } from './openssl.ts';
import { refusals } from './refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const at = (file: string) => join(cwd, file);
const refused = refusals(cwd, 'ca');
const cross = (certificate: string, ...options: readonly string[]) =>
  refused(pki, 'cross-sign', certificate, '--ca-dir', 'ca', '--out', 'cross.crt', ...options);

async function done(...argv: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await pki(...argv);
  if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
  return stdout;
}

beforeAll(async () => {
  for (const name of ['ca', 'other', 'third']) {
    await done('init-ca', '--name', `Root ${name}`, '--dir', name, '--no-passphrase');
    await done('key', 'public', `${name}/keys/ca.key`, '--out', `${name}.pub`);
  }
  const below = ['--profile', 'issuing-ca', '--cn', 'CA below'];
  const files = ['--out', 'below.crt', '--key-out', 'below.key'];
  await done('issue', '--ca-dir', 'other', ...below, ...files);
  await done('csr', 'create', '--key', 'below.key', '--cn', 'CA below', '--out', 'below.csr');
  await done('csr', 'create', '--key', 'below.key', '--cn', 'CA', '--out', 'misnamed.csr');
  await done(
    'csr',
    'create',
    '--key',
    'third/keys/ca.key',
    '--cn',
    'CA below',
    '--out',
    'third.csr',
  );
  await done(
    'issue',
    '--ca-dir',
    'other',
    '--cn',
    'a.example',
    '--key-out',
    'a.key',
    '--out',
    'a.crt',
  );
});

describe('pki cross-sign', () => {
  it('tells what it made, and of which certificate', async () => {
    const made = ['--out', 'told.crt', '--public-key', 'other.pub'];
    const stdout = await done('cross-sign', 'other/ca.crt', '--ca-dir', 'ca', ...made);
    expect(stdout.replaceAll(/[0-9a-f]{38,64}/g, 'HEX').replaceAll(/\d{4}-\S+Z/g, 'TIME')).toBe(
      [
        'cross-signed CN=Root other',
        '  certificate   told.crt',
        '  valid until   TIME',
        '  serial        HEX',
        '  SHA-256       HEX',
        '  existing one  HEX',
        '',
      ].join('\n'),
    );
    const { profile } = JSON.parse(await done('list', '--ca-dir', 'ca', '--json')).at(-1);
    expect(profile).toBe('cross-ca');
  });

  it('tells it in JSON, and reads the certificate from standard input', async () => {
    const stdin = readFileSync(at('other/ca.crt'));
    const made = ['cross-sign', '-', '--ca-dir', 'ca', '--days', '30', '--json'];
    const { stdout } = await world({ cwd, stdin })(...made);
    const { issuer, existing, certificate } = JSON.parse(stdout);
    expect({ issuer, existing }).toMatchObject({
      issuer: 'CN=Root ca',
      existing: { subject: 'CN=Root other', issuer: 'CN=Root other' },
    });
    expect(certificate).toMatch(/^-----BEGIN CERTIFICATE-----/);
  });

  it('takes a request where the certificate is not self-signed, and its path length', async () => {
    await done('cross-sign', 'below.crt', '--ca-dir', 'ca', '--csr', 'below.csr', '--out', 'b.crt');
    expect(await done('show', 'b.crt')).toContain('\n    CA: true\n    Path Length: 0\n');
  });

  it('shows with --dry-run what it would make', async () => {
    const argv = ['cross-sign', 'other/ca.crt', '--ca-dir', 'ca', '--dry-run'];
    const { status, stdout, stderr } = await pki(...argv);
    expect(stdout).toMatch(/^CN=Root other\n {2}profile +cross-ca\n/);
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: 'pki: note: it would be signed; nothing was signed, recorded or written\n',
    });
  });

  it.skipIf(noOpenssl())('keeps the name of a foreign CA octet for octet', async () => {
    const subject = '/DC=org/DC=example/organizationIdentifier=NTRDE-1/CN=Wurzel Ä';
    const usage = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
    const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout', at('foreign.key')];
    const made = ['-days', '30', '-out', at('foreign.crt')];
    openssl('req', '-x509', '-utf8', '-subj', subject, ...key, ...usage, ...made);
    await done('cross-sign', 'foreign.crt', '--ca-dir', 'ca', '--out', 'by-ca.crt');
    const [own, crossed] = ['foreign.crt', 'by-ca.crt'].map((file) => {
      const [block] = pemBlocks(readFileSync(at(file), 'latin1'));
      return parseCertificate(block?.der ?? new Uint8Array()).tbs;
    });
    expect(crossed?.subject).toEqual(own?.subject);
    const csr = request(cwd, 'leaf', '-subj', '/CN=leaf.example');
    const issuer = ['-CA', at('foreign.crt'), '-CAkey', at('foreign.key'), '-CAcreateserial'];
    writeFileSync(at('v3.cnf'), 'authorityKeyIdentifier = keyid\nsubjectKeyIdentifier = hash\n');
    const extended = ['-extfile', at('v3.cnf'), '-out', at('leaf.crt')];
    openssl('x509', '-req', '-days', '10', '-in', csr, ...issuer, ...extended);
    const sent = ['-untrusted', at('by-ca.crt'), at('leaf.crt')];
    expect(openssl('verify', '-x509_strict', '-CAfile', at('ca/ca.crt'), ...sent)).toBe(
      `${at('leaf.crt')}: OK\n`,
    );
  });
});

const NOT_SIGNING = (name: string) => `pki: error: not signing a certificate for ${name}`;

describe('pki cross-sign refuses', () => {
  it('a certificate whose key is not the one that is given', async () => {
    const { status, stderr } = await cross('other/ca.crt', '--public-key', 'third.pub');
    expect({ status, error: stderr[0] }).toEqual({
      status: 3,
      error: 'pki: error: third.pub is not for the key of other/ca.crt',
    });
    const digest = (file: string) =>
      new RegExp(`^pki: hint: SHA-256 of the key in ${RegExp.escape(file)}: [0-9a-f]{64}$`);
    expect(stderr[1]).toMatch(digest('other/ca.crt'));
    expect(stderr[2]).toMatch(digest('third.pub'));
    const asked = await cross('below.crt', '--csr', 'third.csr');
    expect(asked.stderr[0]).toBe('pki: error: third.csr is not for the key of below.crt');
  });

  it('one that does not prove possession, and a public key as its proof', async () => {
    await done('key', 'public', 'below.key', '--out', 'below.pub');
    const expected = {
      status: 3,
      stderr: [
        'pki: error: below.crt does not prove possession of its key: it is not self-signed',
        'pki: hint: give a request that is signed with that key, as "pki csr create" makes it, with --csr',
      ],
    };
    expect(await cross('below.crt')).toEqual(expected);
    expect(await cross('below.crt', '--public-key', 'below.pub')).toEqual(expected);
  });

  it('a request for another name', async () => {
    expect(await cross('below.crt', '--csr', 'misnamed.csr')).toEqual({
      status: 3,
      stderr: [
        'pki: error: misnamed.csr is for another name than below.crt',
        'pki: hint: the subject of below.crt: CN=CA below',
        'pki: hint: the subject of misnamed.csr: CN=CA',
      ],
    });
  });

  it('what is not the certificate of a CA', async () => {
    await done('csr', 'create', '--key', 'a.key', '--cn', 'a.example', '--out', 'a.csr');
    expect(await cross('a.crt', '--csr', 'a.csr')).toEqual({
      status: 3,
      stderr: [
        NOT_SIGNING('CN=a.example'),
        'pki: hint: a CA must have the key usage keyCertSign (ca-key-usage, RFC 5280 §4.2.1.3)',
        'pki: hint: the existing certificate is not that of a CA (existing-is-ca, RFC 5280 §4.2.1.3, §4.2.1.9)',
      ],
    });
  });

  it('its own certificate', async () => {
    expect(await cross('ca/ca.crt', '--days', '30')).toEqual({
      status: 3,
      stderr: [
        NOT_SIGNING('CN=Root ca'),
        "pki: hint: the key must not be the issuer's own (key-not-of-issuer, RFC 4158 §2.4.1, TLS BR §6.1.1.3)",
      ],
    });
  });

  it('a profile that makes no CA, and that of roots', async () => {
    const { stderr } = await cross('other/ca.crt', '--profile', 'tls-client');
    expect(stderr).toContain(
      'pki: hint: the existing certificate is that of a CA, and profile "tls-client" makes none (existing-stays-ca, TLS BR §7.1.2.2.3)',
    );
    expect((await cross('other/ca.crt', '--profile', 'root-ca')).stderr[0]).toBe(
      'pki: error: profile "root-ca" is for self-signed certificates',
    );
  });

  it('one that has expired', async () => {
    const later = world({ cwd, now: new Date('2090-01-01T00:00:00Z') });
    const { status, stderr } = await refused(
      later,
      ...['cross-sign', 'other/ca.crt', '--ca-dir', 'ca', '--out', 'cross.crt'],
    );
    expect(status).toBe(3);
    expect(stderr.join('\n')).toMatch(
      /pki: hint: the existing certificate expired at \S+Z \(existing-not-expired, RFC 5280 §6\.1\.3\)/,
    );
  });

  it('files that are something else', async () => {
    writeFileSync(at('two.crt'), readFileSync(at('a.crt'), 'utf8').repeat(2));
    expect((await cross('two.crt')).stderr).toEqual([
      'pki: error: two.crt holds 2 certificates',
      'pki: hint: give the one that is to be cross-signed alone',
    ]);
    expect((await cross('other/ca.crt', '--public-key', 'a.crt')).stderr).toEqual([
      'pki: error: a.crt is not a public key: there is no PEM block "PUBLIC KEY" in it',
      'pki: hint: it has to be a SubjectPublicKeyInfo, as "pki key public" writes it',
    ]);
    expect(await cross('-', '--csr', '-')).toEqual({
      status: 2,
      stderr: ['pki: error: only one file can be read from standard input'],
    });
  });
});
