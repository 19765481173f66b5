import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { derFromFile } from '../../src/der/pem.ts';
import { parseCertificate } from '../../src/x509/certificate.ts';
import { generalNameText, parseGeneralNames } from '../../src/x509/general-names.ts';
import { nameText, parseName } from '../../src/x509/names.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { world } from '../support/world.ts';
import { noOpenssl, openssl } from './openssl.ts';
import { refusals } from './refusal.ts';

const cwd = temporaryDirectory();
const now = new Date('2027-03-01T12:00:00Z');
/** The same for OpenSSL, in seconds. */
const AT = String(now.getTime() / 1000);
const pki = world({ cwd, now });
const refused = refusals(cwd, 'ca');
const inCwd = (path: string) => join(cwd, path);

const write = (name: string, ...lines: readonly string[]): void => {
  mkdirSync(inCwd('ca/profiles'), { recursive: true });
  writeFileSync(inCwd(`ca/profiles/${name}.yaml`), `${lines.join('\n')}\n`);
};

const command = (profile: string, ...options: readonly string[]) => [
  ...['issue', '--ca-dir', 'ca', '--profile', profile, '--out', `${profile}.crt`, '--force'],
  ...options,
];

/** Issues for a new key, and reads the certificate. */
async function issued(profile: string, ...options: readonly string[]) {
  const argv = command(profile, '--key-out', `${profile}.key`, ...options, '--json');
  const { status, stdout, stderr } = await pki(...argv);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const { tbs } = parseCertificate(
    derFromFile(Buffer.from(JSON.parse(stdout).certificate), ['CERTIFICATE']) ?? new Uint8Array(),
  );
  const names = tbs.extensions.find(({ oid }) => oid === '2.5.29.17');
  return {
    tbs,
    key: JSON.parse(stdout).key,
    subject: nameText(parseName(tbs.subject)),
    names: names ? parseGeneralNames(names.value).map(generalNameText) : [],
  };
}

const onFiles = (...args: readonly string[]): string =>
  openssl(...args.map((arg) => (/\.(?:crt|csr|key)$/.test(arg) ? inCwd(arg) : arg)));

/** What OpenSSL prints of one extension. */
const printed = (file: string, name: string): readonly string[] =>
  onFiles('x509', '-in', file, '-noout', '-ext', name)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

beforeAll(async () => {
  await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
  write(
    'web',
    'extends: tls-server',
    'validity: {until: 2028-12-31T23:59:59Z}',
    'keys: [rsa-3072, ml-dsa-65]',
    'subject:',
    '  take: [CN, OU]',
    '  set: {C: CZ, O: "Example {team}", OU: [Web, "{team}"]}',
    'subject-alt-name:',
    '  set: {dns: "{host}.example.com", uri: []}',
    'extended-key-usage: [serverAuth, 1.3.6.1.5.5.7.3.17]',
    'policies: [{oid: 1.3.6.1.4.1.32473.1, cps: "https://pki.example.com/cps"}]',
    'ca-issuers: ["http://pki.example.com/{issuer-key-id}.crt"]',
    'ocsp: ["http://ocsp.example.com/{team}"]',
    'crl: ["http://pki.example.com/{serial}.crl", "ldap://pki.example.com/c"]',
    'must-staple: true',
    'extensions:',
    '  - oid: 1.3.6.1.4.1.32473.1',
    '    critical: false',
    '    value: {sequence: [{utf8: ü}, {integer: -129}, {oid: 2.999.1}, {octets: 0aff}, {boolean: true}]}',
    '  - {oid: 1.3.6.1.4.1.32473.2, value: {base64: BQA=}}',
    'variables:',
    '  host: {pattern: "[a-z]+", max-length: 5}',
    '  team: {one-of: [A/B, mail], default: A/B}',
  );
});

describe.skipIf(noOpenssl())('a profile of the CA', () => {
  it('says what a certificate holds, as OpenSSL reads it', async () => {
    const { tbs, key, subject, names } = await issued('web', '--var', 'host=www');
    expect(subject).toBe('C=CZ, O=Example A/B, OU=Web, OU=A/B');
    expect(names).toEqual(['dns:www.example.com']);
    expect(tbs.notAfter.toISOString()).toBe('2028-12-31T23:59:59.000Z');
    expect(key).toBe('rsa-3072');
    expect(printed('web.crt', 'extendedKeyUsage').at(-1)).toBe(
      'TLS Web Server Authentication, ipsec Internet Key Exchange',
    );
    expect(printed('web.crt', 'certificatePolicies').slice(1)).toEqual([
      'Policy: 1.3.6.1.4.1.32473.1',
      'CPS: https://pki.example.com/cps',
    ]);
    const keyId = printed('ca/ca.crt', 'subjectKeyIdentifier').at(-1) ?? '';
    expect(printed('web.crt', 'authorityInfoAccess').slice(1)).toEqual([
      'OCSP - URI:http://ocsp.example.com/A%2FB',
      `CA Issuers - URI:http://pki.example.com/${keyId.replaceAll(':', '').toLowerCase()}.crt`,
    ]);
    const serial = tbs.serialNumber.toString(16).padStart(40, '0');
    expect(printed('web.crt', 'crlDistributionPoints').slice(1)).toEqual([
      'Full Name:',
      `URI:http://pki.example.com/${serial}.crl`,
      'URI:ldap://pki.example.com/c',
    ]);
    expect(printed('web.crt', 'tlsfeature').at(-1)).toBe('status_request');
    const custom = tbs.extensions.filter(({ oid }) => oid.startsWith('1.3.6.1.4.1.32473.'));
    expect(custom.map(({ value }) => Buffer.from(value).toString('hex'))).toEqual([
      '3014' + '0c02c3bc' + '0202ff7f' + '0603883701' + '04020aff' + '0101ff',
      '0500',
    ]);
    expect(onFiles('verify', '-attime', AT, '-CAfile', 'ca/ca.crt', 'web.crt')).toBe(
      `${inCwd('web.crt')}: OK\n`,
    );
  });

  it('yields to what it takes, and adds its names to those that are given', async () => {
    const { subject, names } = await issued(
      ...['web', '--var', 'host=mail', '--var', 'team=mail', '--cn', 'a.example.com'],
      ...['--dns', 'MAIL.example.com', '--key-algorithm', 'ml-dsa-65'],
    );
    expect(subject).toBe('C=CZ, O=Example mail, OU=Web, OU=mail, CN=a.example.com');
    expect(names).toEqual(['dns:a.example.com', 'dns:MAIL.example.com']);
  });

  it('keeps what a request may not say, and is silent about what it says itself', async () => {
    onFiles(
      ...['req', '-new', '-newkey', 'rsa:3072', '-nodes', '-keyout', 'r.key', '-out', 'r.csr'],
      ...['-subj', '/C=CZ/O=Another/OU=Ours/CN=b.example.com'],
      ...['-addext', 'subjectAltName=DNS:www.example.com,email:a@example.com'],
    );
    const { status, stdout, stderr } = await pki(
      ...command('web', '--csr', 'r.csr', '--var', 'host=www'),
    );
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: [
        'pki: note: left out of what was requested, since profile "web" does not take it: O=Another',
        'pki: note: left out of what was requested, since profile "web" does not take it: email:a@example.com',
        '',
      ].join('\n'),
    });
    expect(stdout).toContain('issued C=CZ, O=Example A/B, OU=Ours, CN=b.example.com\n');
  });

  it('is the days of the command line, where it is given', async () => {
    const { tbs } = await issued('web', '--var', 'host=www', '--days', '1');
    expect(tbs.notAfter.toISOString()).toBe('2027-03-02T11:54:59.000Z');
  });

  it('replaces the built-in one of its name', async () => {
    write(
      'code-signing',
      'extends: code-signing',
      'validity: {days: 5}',
      'no-rev-avail: true',
      'short-lived: true',
    );
    const { tbs } = await issued('code-signing', '--cn', 'Example');
    expect(tbs.notAfter.toISOString()).toBe('2027-03-06T11:54:59.000Z');
    const { stdout } = await pki('show', 'code-signing.crt');
    expect(stdout).toContain('\n  No Revocation Available\n');
  });

  it('limits the names of a CA, which OpenSSL enforces', async () => {
    write(
      'partner',
      'extends: issuing-ca',
      'name-constraints:',
      '  permitted:',
      '    dns: [example.com]',
      '    email: [.example.com, a@example.org]',
      '    ip: [192.0.2.0/25, "2001:db8::/33"]',
      '    uri: [.example.com]',
      '    directory: [{C: CZ, O: Example}]',
      '  excluded: {dns: [secret.example.com]}',
    );
    await issued('partner', '--cn', 'Partner CA');
    expect(printed('partner.crt', 'nameConstraints')).toEqual([
      'X509v3 Name Constraints: critical',
      'Permitted:',
      'DNS:example.com',
      'email:.example.com',
      'email:a@example.org',
      'IP:192.0.2.0/255.255.255.128',
      'IP:2001:DB8:0:0:0:0:0:0/FFFF:FFFF:8000:0:0:0:0:0',
      'URI:.example.com',
      'DirName:C = CZ, O = Example',
      'Excluded:',
      'DNS:secret.example.com',
    ]);
    const verdict = (name: string): string => {
      const file = `leaf-${name}.crt`;
      writeFileSync(inCwd('leaf.cnf'), `subjectAltName = DNS:${name}\n`);
      onFiles('req', '-new', '-key', 'partner.key', '-subj', '/C=CZ/O=Example', '-out', 'leaf.csr');
      onFiles(
        ...['x509', '-req', '-in', 'leaf.csr', '-CA', 'partner.crt', '-CAkey', 'partner.key'],
        ...['-set_serial', '1', '-days', '9999', '-extfile', inCwd('leaf.cnf'), '-out', file],
      );
      const chain = ['-CAfile', 'ca/ca.crt', '-untrusted', 'partner.crt', file];
      try {
        return onFiles('verify', '-attime', AT, ...chain);
      } catch (error) {
        return String(error);
      }
    };
    expect(verdict('www.example.com')).toBe(`${inCwd('leaf-www.example.com.crt')}: OK\n`);
    expect(verdict('secret.example.com')).toContain('excluded subtree violation');
    expect(verdict('www.example.net')).toContain('permitted subtree violation');
  });
});

describe('what a profile of the CA refuses:', () => {
  const KEY = ['--key-out', 'refused.key'];
  const refusal = async (profile: string, ...options: readonly string[]) =>
    refused(
      pki,
      ...command(profile, ...options).map((word) => word.replace(/^.*\.crt$/, 'no.crt')),
    );

  it.each<[string, readonly string[], number, readonly string[]]>([
    [
      'a variable that it has not',
      ['--var', 'host=www', '--var', 'shard=1'],
      2,
      ['error: profile "web" has no variable "shard"', 'hint: its variables are: host, team'],
    ],
    [
      'no value for one that it needs',
      [],
      2,
      ['error: profile "web" needs a value for host', 'hint: give it with --var host=VALUE'],
    ],
    [
      'values that it does not take',
      ['--var', 'host=WWW', '--var', 'team=x'],
      3,
      [
        'error: profile "web" does not take all of these values',
        'hint: host must match [a-z]+: WWW',
        'hint: team must be one of A/B, mail: x',
      ],
    ],
    [
      'a value that is too long',
      ['--var', 'host=abcdef'],
      3,
      [
        'error: profile "web" does not take all of these values',
        'hint: host must have at most 5 characters: abcdef',
      ],
    ],
    ['no value', ['--var', 'host'], 2, ['error: --var host is not of the form NAME=VALUE']],
    ['two values', ['--var', 'host=a', '--var', 'host=b'], 2, ['error: --var host is given twice']],
    [
      'an attribute that it sets',
      ['--var', 'host=www', '--organization', 'Another'],
      3,
      [
        'error: profile "web" does not take all of these names',
        'hint: it takes no O in the subject: O=Another',
      ],
    ],
    [
      'a key',
      ['--var', 'host=www', '--key-algorithm', 'ecdsa-p256'],
      3,
      [
        'error: not signing a certificate for C=CZ, O=Example A/B, OU=Web, OU=A/B',
        'hint: profile "web" takes no ecdsa-p256 key, only: rsa-3072, ml-dsa-65 (profile-key-algorithm, RFC 3647 §4.6.1)',
      ],
    ],
  ])('%s', async (_, options, status, lines) => {
    expect(await refusal('web', ...options, ...KEY)).toEqual({
      status,
      stderr: lines.map((line) => `pki: ${line}`),
    });
  });

  it('more days than a short-lived certificate may have', async () => {
    expect(await refusal('code-signing', '--cn', 'A', '--days', '8', ...KEY)).toEqual({
      status: 3,
      stderr: [
        'pki: error: not signing a certificate for CN=A',
        'pki: hint: profile "code-signing" is short-lived, which is seven days at most (short-lived-validity, TLS BR §1.6.1)',
      ],
    });
  });

  it('a name that it would make itself', async () => {
    write(
      'odd',
      'extends: tls-server',
      'subject-alt-name: {set: {ip: "{a}"}}',
      'variables: {a: {}}',
    );
    expect(await refusal('odd', '--var', 'a=::1/64', ...KEY)).toEqual({
      status: 3,
      stderr: [
        'pki: error: profile "odd" does not take all of these names',
        'pki: hint: malformed: ip:::1/64',
      ],
    });
  });

  it('a number out of its bounds', async () => {
    write(
      'numbers',
      'extends: tls-client',
      'subject: {set: {OU: "{n}"}}',
      'variables: {n: {type: integer, min: 1, max: 9, default: 5}}',
    );
    expect(await issued('numbers')).toMatchObject({ subject: 'OU=5' });
    const reason = async (value: string) =>
      (await refusal('numbers', '--var', `n=${value}`, ...KEY)).stderr.at(-1);
    expect(await reason('0')).toBe('pki: hint: n must be 1 at least: 0');
    expect(await reason('10')).toBe('pki: hint: n must be 9 at most: 10');
    expect(await reason('05')).toBe('pki: hint: n must be a whole number: 05');
    expect(await reason('')).toBe('pki: hint: n must be a whole number: ');
  });

  it('itself, where its file has mistakes', async () => {
    write('bad', 'extends: tls-server', 'crls: []');
    expect((await refusal('bad', ...KEY)).stderr[0]).toMatch(
      `pki: error: ${inCwd('ca/profiles/bad.yaml')}:2: "crls": unknown key; use: extends, `,
    );
  });

  it('one that nobody has made, and lists those that are there', async () => {
    expect(await refusal('nobody', ...KEY)).toEqual({
      status: 2,
      stderr: [
        'pki: error: unknown profile "nobody"',
        'pki: hint: use one of: root-ca, issuing-ca, cross-ca, tls-server, tls-client, code-signing, email, ocsp-signing, timestamping, bad, numbers, odd, partner, web',
      ],
    });
  });
});
