import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { noOpenssl, openssl } from '../openssl.ts';
import { ownProfiles, WEB } from '../own-profiles.ts';

const cwd = temporaryDirectory();
const now = new Date('2027-03-01T12:00:00Z');
/** The same for OpenSSL, in seconds. */
const AT = String(now.getTime() / 1000);
const pki = world({ cwd, now });
const inCwd = (path: string) => join(cwd, path);

const { write, command, issued } = ownProfiles(pki, cwd);

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
  write('web', ...WEB);
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
