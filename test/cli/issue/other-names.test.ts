import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { noOpenssl, openssl, request } from '../openssl.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const refused = refusals(cwd, 'ca');
const issue = (...options: readonly string[]) => [
  ...['issue', '--ca-dir', 'ca', '--force', '--key-out', 'a.key', ...options],
];

/** The subjectAltName of what is issued, as OpenSSL reads it. */
async function namesByOpenssl(...argv: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await pki(...argv);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const file = join(cwd, 'read.crt');
  writeFileSync(file, stdout);
  const lines = openssl('x509', '-in', file, '-noout', '-ext', 'subjectAltName').split('\n');
  return lines[1]?.trim() ?? '';
}

beforeAll(async () => {
  await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
});

describe.skipIf(noOpenssl())('names of other forms, by OpenSSL', () => {
  it('are a registered ID and a user principal name', async () => {
    const given = [
      '--profile',
      'tls-client',
      '--rid',
      '1.3.6.1.4.1.99999.1',
      '--upn',
      'j\u00f6rg@corp.example',
    ];
    expect(await namesByOpenssl(...issue('--cn', 'A', ...given))).toBe(
      'Registered ID:1.3.6.1.4.1.99999.1, othername: UPN::j\u00f6rg@corp.example',
    );
  });

  it('are host names of other scripts as A-labels, also in mailboxes', async () => {
    const dns = ['--dns', 'b\u00fccher.example', '--dns', '*.Stra\u00dfe.example'];
    expect(await namesByOpenssl(...issue(...dns))).toBe(
      'DNS:xn--bcher-kva.example, DNS:*.xn--strae-oqa.example',
    );
    const mail = ['--profile', 'email', '--email', 'a@b\u00fccher.example'];
    expect(await namesByOpenssl(...issue(...mail))).toBe('email:a@xn--bcher-kva.example');
  });

  it('are mailboxes whose local part is not ASCII', async () => {
    const mail = ['--profile', 'email', '--email', 'j\u00f6rg@b\u00fccher.example'];
    expect(await namesByOpenssl(...issue(...mail))).toBe(
      'othername: SmtpUTF8Mailbox::j\u00f6rg@xn--bcher-kva.example',
    );
  });

  it('are taken from a request, and left out where the profile does not take them', async () => {
    const names = 'RID:1.2.3.4,otherName:1.3.6.1.4.1.311.20.2.3;UTF8:a@corp.example,DNS:a.example';
    const csr = request(
      cwd,
      'asked',
      '-subj',
      '/CN=a.example',
      '-addext',
      `subjectAltName=${names}`,
    );
    const argv = ['issue', '--ca-dir', 'ca', '--csr', csr];
    expect(await namesByOpenssl(...argv, '--profile', 'tls-client')).toBe(
      'Registered ID:1.2.3.4, othername: UPN::a@corp.example, DNS:a.example',
    );
    const { stderr } = await pki(...argv);
    const leftOut =
      'pki: note: left out of what was requested, since profile "tls-server" does not take it:';
    expect(stderr).toBe(`${leftOut} rid:1.2.3.4\n${leftOut} upn:a@corp.example\n`);
  });
});

describe('names of other forms', () => {
  it.each([
    ['--rid', '1.40.1', 'rid:1.40.1'],
    ['--rid', '3.1', 'rid:3.1'],
    ['--rid', '1.02', 'rid:1.02'],
    ['--upn', 'nobody', 'upn:nobody'],
    ['--upn', 'a b@corp.example', 'upn:a b@corp.example'],
    ['--upn', 'a@corp..example', 'upn:a@corp..example'],
    [
      '--email',
      '\u00fc'.repeat(33).concat('@a.example'),
      `smtputf8:${'\u00fc'.repeat(33)}@a.example`,
    ],
    ['--email', 'j\u00f6(r)g@a.example', 'smtputf8:j\u00f6(r)g@a.example'],
  ])('are not malformed: %s %s', async (option, name, told) => {
    const argv = issue('--profile', 'tls-client', '--cn', 'A', option, name);
    expect(await refused(pki, ...argv)).toEqual({
      status: 3,
      stderr: [
        'pki: error: profile "tls-client" does not take all of these names',
        `pki: hint: malformed: ${told}`,
      ],
    });
  });
});
