import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { noOpenssl, request } from '../openssl.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const refused = refusals(cwd, 'ca');
const withKey = (...options: readonly string[]) => [
  ...['issue', '--ca-dir', 'ca', '--force', '--key-out', 'names.key', ...options],
];

/** Subject and alternative names as they are in the certificate, and what was said about it. */
async function names(...options: readonly string[]) {
  const { stdout, stderr } = await pki(...options);
  const { subject, subjectAltName } = new X509Certificate(stdout);
  return { subject, subjectAltName, notes: stderr.split('\n').slice(0, -1) };
}

beforeAll(async () => {
  await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
});

describe('the names of a TLS server', () => {
  it('are the common name, once, and those given besides, in their order', async () => {
    const given = ['--dns', 'www.example.com', '--dns', 'Server.Example.com', '--ip', '192.0.2.1'];
    expect(await names(...withKey('--cn', 'server.example.com', ...given))).toEqual({
      subject: 'CN=server.example.com',
      subjectAltName: 'DNS:server.example.com, DNS:www.example.com, IP Address:192.0.2.1',
      notes: [],
    });
  });

  it('need no common name', async () => {
    expect(await names(...withKey('--dns', '*.example.com'))).toEqual({
      subject: undefined,
      subjectAltName: 'DNS:*.example.com',
      notes: [],
    });
  });

  it('take an address as common name, and write it in its shortest form once', async () => {
    const { subject, subjectAltName } = await names(
      ...withKey('--cn', '2001:db8::1', '--ip', '2001:0db8:0:0::0:1'),
    );
    expect(subject).toBe('CN=2001:db8::1');
    expect(subjectAltName).toBe('IP Address:2001:DB8:0:0:0:0:0:1');
  });

  it('are not what is no DNS name', async () => {
    expect(await refused(pki, ...withKey('--cn', 'My Server'))).toEqual({
      status: 3,
      stderr: [
        'pki: error: not signing a certificate for CN=My Server',
        'pki: hint: CN=My Server must be a DNS name or an IP address (common-name-in-subject-alt-name, TLS BR §7.1.4.3, RFC 9525 §2)',
        'pki: hint: profile "tls-server" needs a name of the kind dns or ip (profile-subject-alt-name, RFC 9525 §2, RFC 8550 §3)',
      ],
    });
  });

  it('are not a common name that is no DNS name beside one that is', async () => {
    expect(await refused(pki, ...withKey('--cn', 'a_b', '--dns', 'a.example'))).toEqual({
      status: 3,
      stderr: [
        'pki: error: not signing a certificate for CN=a_b',
        'pki: hint: CN=a_b must be a DNS name or an IP address (common-name-in-subject-alt-name, TLS BR §7.1.4.3, RFC 9525 §2)',
      ],
    });
  });

  it.each([
    ['--dns', 'a..example', 'dns:a..example'],
    ['--dns', '\u2603.example', 'dns:\u2603.example'], // a symbol, which IDNA2008 does not have
    ['--dns', '\ufb01le.example', 'dns:\ufb01le.example'], // a ligature: not to become "file"
    ['--ip', '300.0.0.1', 'ip:300.0.0.1'],
    ['--ip', 'banana', 'ip:banana'],
    ['--ip', '192.0.2.0/24', 'ip:192.0.2.0/24'],
  ])('are not malformed: %s %s', async (option, name, told) => {
    const { status, stderr } = await refused(pki, ...withKey('--dns', 'ok.example', option, name));
    expect(stderr.join('\n')).toContain(told);
    expect(stderr.join('\n')).not.toContain('ok.example');
    expect(status).toBe(3);
  });

  it('are no e-mail addresses, URIs or organizations', async () => {
    const others = ['--cn', 'a.example', '--email', 'a@a.example', '--uri', 'https://a.example/'];
    expect(await refused(pki, ...withKey(...others, '--organization', 'Example'))).toEqual({
      status: 3,
      stderr: [
        'pki: error: profile "tls-server" does not take all of these names',
        'pki: hint: it takes no O in the subject: O=Example',
        'pki: hint: it takes no email names: email:a@a.example',
        'pki: hint: it takes no uri names: uri:https://a.example/',
      ],
    });
  });

  it('are not missing altogether', async () => {
    expect(await refused(pki, ...withKey())).toEqual({
      status: 3,
      stderr: [
        'pki: error: not signing a certificate for (empty)',
        'pki: hint: there must be a subject or a subjectAltName (subject-or-alternative-name, RFC 5280 §4.1.2.6)',
        'pki: hint: profile "tls-server" needs a name of the kind dns or ip (profile-subject-alt-name, RFC 9525 §2, RFC 8550 §3)',
      ],
    });
  });
});

describe.skipIf(noOpenssl())(
  `the names of a request${noOpenssl() ? ` (${noOpenssl()})` : ''}`,
  () => {
    const asked = () =>
      request(
        ...([cwd, 'asked', '-subj', '/C=DE/O=Example/CN=asked.example'] as const),
        ...[
          '-addext',
          'subjectAltName=DNS:asked.example,DNS:www.asked.example,email:a@asked.example',
        ],
        ...['-addext', 'keyUsage=critical,keyCertSign'],
      );
    const issue = (...options: readonly string[]) =>
      names('issue', '--ca-dir', 'ca', '--csr', asked(), ...options);
    const leftOut = (profile: string, what: string) =>
      `pki: note: left out of what was requested, since profile "${profile}" does not take it: ${what}`;

    it('are taken where the profile takes them; what is left out is told', async () => {
      expect(await issue()).toEqual({
        subject: 'CN=asked.example',
        subjectAltName: 'DNS:asked.example, DNS:www.asked.example',
        notes: [
          leftOut('tls-server', 'C=DE'),
          leftOut('tls-server', 'O=Example'),
          leftOut('tls-server', 'email:a@asked.example'),
          leftOut('tls-server', 'extension 2.5.29.15'),
        ],
      });
    });

    it('are all taken by a profile that takes them all', async () => {
      expect(await issue('--profile', 'tls-client')).toEqual({
        subject: 'C=DE\nO=Example\nCN=asked.example',
        subjectAltName: 'DNS:asked.example, DNS:www.asked.example, email:a@asked.example',
        notes: [leftOut('tls-client', 'extension 2.5.29.15')],
      });
    });

    it('give way to those of the operator, and both are in the certificate once', async () => {
      const { subject, subjectAltName, notes } = await issue(
        ...['--cn', 'given.example', '--dns', 'www.asked.example'],
      );
      expect(subject).toBe('CN=given.example');
      expect(subjectAltName).toBe('DNS:given.example, DNS:www.asked.example, DNS:asked.example');
      expect(notes[0]).toBe('pki: note: CN=asked.example of the request was replaced');
    });

    it('are told with attributes that are left out, not their values, and a wish to be a CA', async () => {
      writeFileSync(
        join(cwd, 'attributes.cnf'),
        [
          ...['[req]', 'prompt = no', 'distinguished_name = name', 'attributes = attributes'],
          ...['[name]', 'CN = a.example', '[attributes]'],
          ...['challengePassword = hunter2hunter2', 'unstructuredName = Example'],
        ].join('\n'),
      );
      const csr = request(
        ...([cwd, 'attributes'] as const),
        ...['-config', join(cwd, 'attributes.cnf')],
        ...['-addext', 'basicConstraints=critical,CA:TRUE'],
      );
      const { stdout, stderr } = await pki('issue', '--ca-dir', 'ca', '--csr', csr);
      expect(stderr.split('\n').slice(0, -1)).toEqual([
        leftOut('tls-server', 'extension 2.5.29.19'),
        leftOut('tls-server', 'attribute 1.2.840.113549.1.9.2'),
        leftOut('tls-server', 'attribute challengePassword'),
        'pki: note: the request asks to be a CA, and profile "tls-server" makes none',
      ]);
      expect(new X509Certificate(stdout).ca).toBe(false);
    });

    it('are told in the notes without what acts on a terminal', async () => {
      const red = '\u001b[31m';
      const csr = request(
        ...([cwd, 'escape', '-utf8', '-subj', `/O=${red}red/CN=red.example`] as const),
        ...['-addext', `subjectAltName=email:${red}@red.example`],
      );
      const { stderr } = await pki('issue', '--ca-dir', 'ca', '--csr', csr);
      expect(stderr.split('\n').slice(0, -1)).toEqual([
        leftOut('tls-server', 'O=\\1b[31mred'),
        leftOut('tls-server', 'email:\\x1b[31m@red.example'),
      ]);
    });
  },
);
