import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pem } from '../../src/der/pem.ts';
import { encodeName } from '../../src/x509/names.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { world } from '../support/world.ts';
import { madeCertificate } from './made-certificate.ts';
import { refusals } from './refusal.ts';

const cwd = temporaryDirectory();
const now = new Date('2026-06-01T12:00:00Z');
const pki = world({ cwd, now });
const refused = refusals(cwd);
const write = (name: string, contents: string | Uint8Array) =>
  writeFileSync(join(cwd, name), contents);

/** Has no extension that says something, and a key that is on no curve. */
const poor = madeCertificate({ subject: encodeName([{ type: 'CN', value: '\u001b[2JSubject' }]) });

const FINDINGS = [
  '  error    the ECDSA signature is malformed: tag 30 expected, 00 found (ecdsa-signature-value, RFC 3279 §2.2.3)',
  '  warning  CN=\\1b[2JSubject must not be empty, begin or end with a blank, or hold control characters (attribute-characters, RFC 5280 §4.1.2.4)',
  '  error    its public key is malformed (key-well-formed, RFC 5280 §4.1.2.7, RFC 9881 §4, RFC 9909 §5, RFC 9935 §4)',
  '  warning  subjectKeyIdentifier should be there (subject-key-identifier, RFC 5280 §4.2.1.2)',
  '  error    authorityKeyIdentifier must be there, with a keyIdentifier (authority-key-identifier-there, RFC 5280 §4.2.1.1)',
];

beforeAll(async () => {
  await pki('init-ca', '--name', 'Example Root CA', '--dir', 'ca', '--no-passphrase');
  await pki(
    'issue',
    '--ca-dir',
    'ca',
    '--cn',
    'server.example.com',
    '--out',
    'server.crt',
    '--key-out',
    'server.key',
  );
  await pki('csr', 'create', '--key', 'server.key', '--cn', 'client', '--out', 'client.csr');
  await pki('crl', '--ca-dir', 'ca');
  write('poor.der', poor);
  write('key.pem', pem('PRIVATE KEY', Uint8Array.of(0x30, 0)));
  write('cut.pem', pem('X509 CRL', poor.subarray(0, 100)));
});

describe('pki lint', () => {
  it.each([
    ['server.crt', 'certificate of CN=server.example.com', '2026-06-01T11:55:00Z'],
    ['ca/ca.crt', 'certificate of CN=Example Root CA', '2026-06-01T11:55:00Z'],
    ['ca/crl/ca.crl', 'CRL of CN=Example Root CA', '2026-06-01T12:00:00Z'],
    ['client.csr', 'request of CN=client', '2026-06-01T12:00:00Z'],
  ])('finds nothing in %s, which pki made', async (file, what, at) => {
    expect(await pki('lint', file)).toEqual({
      status: 0,
      stdout: `${file}: ${what}, as of ${at}: nothing found\n`,
      stderr: '',
    });
  });

  it('prints what is wrong, escaped, and ends with status 3 for errors', async () => {
    expect(await pki('lint', 'poor.der')).toEqual({
      status: 3,
      stdout: [
        'poor.der: certificate of CN=\\1b[2JSubject, as of 2030-01-01T00:00:00Z: 3 errors, 2 warnings',
        ...FINDINGS,
        '',
      ].join('\n'),
      stderr: 'pki: error: poor.der does not meet 3 requirements\n',
    });
  });

  it('takes the time of --at', async () => {
    const { stdout } = await pki('lint', 'server.crt', '--at', '2031-01-01');
    expect(stdout).toBe(
      'server.crt: certificate of CN=server.example.com, as of 2031-01-01T00:00:00Z: nothing found\n',
    );
  });

  it('holds it against TLS BR where that is asked for, as they are at the time', async () => {
    const { status, stdout } = await pki(
      ...['lint', 'server.crt', '--as', 'tls-server', '--at', '2029-03-15'],
    );
    expect({ status, stdout }).toEqual({
      status: 3,
      stdout: [
        'server.crt: certificate of CN=server.example.com, as of 2029-03-15T00:00:00Z: 4 errors, 1 notice',
        "  error    a TLS server's certificate issued from 2029-03-15 on must not be valid for more than 47 days (tls-br-validity-47, TLS BR §6.3.2)",
        '  error    certificatePolicies must name exactly one of the reserved policies (tls-br-policy, TLS BR §7.1.2.7.9)',
        '  error    authorityInfoAccess must be there (tls-br-access, TLS BR §7.1.2.7.7)',
        '  error    crlDistributionPoints must be there, but for short-lived certificates and those with OCSP (tls-br-revocation, TLS BR §7.1.2.11.2)',
        '  notice   subjectKeyIdentifier is not recommended (tls-br-subject-key-identifier, TLS BR §7.1.2.7.6)',
        '',
      ].join('\n'),
    });
  });

  it('reads several objects, and standard input', async () => {
    const stdin = pem('CERTIFICATE', poor) + pem('PRIVATE KEY', Uint8Array.of(0x30, 0));
    const some = world({ cwd, now, stdin: `${stdin}${pem('CERTIFICATE', poor)}` });
    const { status, stdout, stderr } = await some('lint', '-', '--json');
    const printed = JSON.parse(stdout);
    expect(printed).toMatchObject({ errors: 6, warnings: 4, notices: 0 });
    expect(printed.objects).toHaveLength(2);
    expect(printed.objects[1]).toMatchObject({
      kind: 'certificate',
      name: 'CN=\\1b[2JSubject',
      at: '2030-01-01T00:00:00Z',
    });
    expect(printed.objects[1].findings[3]).toEqual({
      id: 'subject-key-identifier',
      cites: 'RFC 5280 §4.2.1.2',
      severity: 'warning',
      problem: 'subjectKeyIdentifier should be there',
    });
    expect({ status, error: JSON.parse(stderr).error.message }).toEqual({
      status: 3,
      error: 'standard input does not meet 6 requirements',
    });
  });

  it('tells what cannot be read, of what a label names', async () => {
    expect(await pki('lint', 'cut.pem')).toEqual({
      status: 3,
      stdout: [
        'cut.pem: CRL of somebody whose name cannot be read, as of 2026-06-01T12:00:00Z: 1 error',
        '  error    a length exceeds what is there (der, RFC 5280 §4.1)',
        '',
      ].join('\n'),
      stderr: 'pki: error: cut.pem does not meet a requirement\n',
    });
  });

  it.each([
    [
      'key.pem',
      'key.pem holds no certificate, request or CRL',
      ['it has to be in PEM or DER; what is there is called "PRIVATE KEY"'],
    ],
    ['missing.pem', 'cannot read missing.pem: no such file or directory', []],
  ])('refuses %s', async (file, message, hints) => {
    expect(await refused(pki, 'lint', file)).toEqual({
      status: 2,
      stderr: [`pki: error: ${message}`, ...hints.map((hint) => `pki: hint: ${hint}`)],
    });
  });

  it('refuses options that it does not know', async () => {
    expect(await refused(pki, 'lint', 'server.crt', '--as', 'email')).toEqual({
      status: 2,
      stderr: [
        "pki: error: option '--as <what>' argument 'email' is invalid. Allowed choices are tls-server.",
      ],
    });
    expect(await refused(pki, 'lint', 'server.crt', '--at', '2026-02-30')).toEqual({
      status: 2,
      stderr: [
        "pki: error: option '--at <time>' argument '2026-02-30' is invalid. it has to be as 2027-01-01T00:00:00Z, or 2027-01-01",
      ],
    });
  });

  it('finds the same in PEM and in DER', async () => {
    write('poor.pem', pem('CERTIFICATE', poor));
    const [inPem, inDer] = [await pki('lint', 'poor.pem'), await pki('lint', 'poor.der')];
    expect(inPem.stdout).toBe(inDer.stdout.replace('poor.der', 'poor.pem'));
  });
});
