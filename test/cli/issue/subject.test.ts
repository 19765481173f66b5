import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { noOpenssl, openssl } from '../openssl.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const refused = refusals(cwd, 'ca');

const issue = (...options: readonly string[]) => [
  ...['issue', '--ca-dir', 'ca', '--force', '--key-out', 'a.key', ...options],
];

beforeAll(async () => {
  await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
  mkdirSync(join(cwd, 'ca/profiles'), { recursive: true });
  const profiles = {
    mail: 'extends: email\nsubject: {take: [CN, emailAddress]}',
    'example-ca':
      'extends: issuing-ca\nname-constraints: {permitted: {directory: [{DC: net}], dns: [example.net]}}',
    domain: 'extends: tls-client\nsubject: {take: [CN], set: {DC: [net, example]}}',
  };
  for (const [name, text] of Object.entries(profiles)) {
    writeFileSync(join(cwd, `ca/profiles/${name}.yaml`), `${text}\n`);
  }
});

/** What OpenSSL reads from what was written to `file`. */
async function byOpenssl(argv: readonly string[], ...read: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await pki(...argv);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const file = join(cwd, 'read.pem');
  writeFileSync(file, stdout);
  return openssl(argv[0] === 'csr' ? 'req' : 'x509', '-in', file, '-noout', ...read).trim();
}

const RFC_2253 = ['-subject', '-nameopt', 'RFC2253,-esc_msb,utf8'];
const NAME = String.raw`emailAddress=zoe@example.net,UID=zoe,CN=Zo\, \"Zoë\",SN=Zoë,GN=Z,title=Dr,O=\#1,DC=example,DC=net`;

describe.skipIf(noOpenssl())('--subject, by OpenSSL', () => {
  it('is all of the subject of a certificate', async () => {
    const name = String.raw`UID=zoe,CN=Zo\, \"Zoë\",SN=Zoë,GN=Z,title=Dr,O=\#1,DC=example,DC=net`;
    const argv = issue('--profile', 'tls-client', '--subject', name);
    expect(await byOpenssl(argv, ...RFC_2253)).toBe(`subject=${name}`);
  });

  it('is in the order of directories, whatever its own', async () => {
    const name = 'DC=example,O=Example,DC=net,C=CZ,CN=Zoe';
    const argv = issue('--profile', 'tls-client', '--subject', name);
    expect(await byOpenssl(argv, ...RFC_2253)).toBe(
      'subject=CN=Zoe,O=Example,C=CZ,DC=example,DC=net',
    );
  });

  it('is the subject of a request as it stands', async () => {
    await pki(...issue('--profile', 'tls-client', '--cn', 'a'));
    const argv = ['csr', 'create', '--key', 'a.key', '--subject', NAME];
    expect(await byOpenssl(argv, ...RFC_2253)).toBe(`subject=${NAME}`);
  });

  it('has DC and emailAddress as IA5String', async () => {
    const name = 'emailAddress=zoe@example.net,CN=Zoe';
    const mail = issue('--profile', 'mail', '--subject', name, '--email', 'zoe@example.net');
    const shown = ['-subject', '-nameopt', 'RFC2253,show_type'];
    expect(await byOpenssl(mail, ...shown)).toBe(
      'subject=emailAddress=IA5STRING:zoe@example.net,CN=PRINTABLESTRING:Zoe',
    );
    expect(await byOpenssl(issue('--profile', 'domain', '--cn', 'A'), ...shown)).toBe(
      'subject=CN=PRINTABLESTRING:A,DC=IA5STRING:example,DC=IA5STRING:net',
    );
  });

  it('replaces all of what a request asks for', async () => {
    await pki(...issue('--profile', 'tls-client', '--cn', 'a'));
    const asked = ['--key', 'a.key', '--subject', 'CN=Asked,O=Asked', '--out', 'asked.csr'];
    expect((await pki('csr', 'create', ...asked, '--force')).status).toBe(0);
    const argv = ['issue', '--ca-dir', 'ca', '--csr', 'asked.csr', '--profile', 'tls-client'];
    const { stdout, stderr } = await pki(...argv, '--subject', 'CN=Given', '--json');
    expect(JSON.parse(stdout).subject).toBe('CN=Given');
    expect(stderr.split('\n').filter((line) => line.includes('replaced'))).toEqual([
      'pki: note: O=Asked of the request was replaced',
      'pki: note: CN=Asked of the request was replaced',
    ]);
  });
});

describe('--subject', () => {
  it.each(['cn', 'organization', 'country'])('is not given together with --%s', async (option) => {
    for (const argv of [issue(), ['csr', 'create', '--key', 'a.key', '--out', 'b.csr']]) {
      expect(await refused(pki, ...argv, '--subject', 'CN=a', `--${option}`, 'CZ')).toEqual({
        status: 2,
        stderr: [`pki: error: give either --subject or --${option}: the one is all of the subject`],
      });
    }
  });

  it('is written as RFC 4514 has it', async () => {
    expect(await refused(pki, ...issue('--subject', '/CN=a\u001b[2J'))).toEqual({
      status: 2,
      stderr: [
        'pki: error: "/CN=a\\x1b[2J" is not a distinguished name: each part has the form TYPE=VALUE',
        'pki: hint: write it as in RFC 4514, the most specific part first: CN=Zoe,O=Example,C=CZ',
      ],
    });
  });

  it('has what the profile takes', async () => {
    const argv = issue('--subject', 'CN=a.example,O=Example,DC=net');
    expect(await refused(pki, ...argv)).toEqual({
      status: 3,
      stderr: [
        'pki: error: profile "tls-server" does not take all of these names',
        'pki: hint: it takes no DC in the subject: DC=net',
        'pki: hint: it takes no O in the subject: O=Example',
      ],
    });
  });

  it.each([
    ['tls-client', 'CN=a,DC=bücher', 'DC=bücher must be ASCII (attribute-ascii'],
    ['tls-client', `CN=a,DC=${'a'.repeat(64)}`, 'DC must have at most 63 characters (attribute'],
    ['mail', 'CN=a,emailAddress=b@a.example', 'emailAddress=b@a.example must be in subjectAltName'],
  ])('is linted: %s %s', async (profile, name, hint) => {
    const argv = issue('--profile', profile, '--subject', name);
    const mail = profile === 'mail' ? ['--email', 'a@a.example'] : [];
    const { status, stderr } = await refused(pki, ...argv, ...mail);
    expect({ status, hint: stderr[1] }).toEqual({
      status: 3,
      hint: expect.stringContaining(`pki: hint: ${hint}`),
    });
  });

  it('of a request has what a certificate can have', async () => {
    const argv = ['csr', 'create', '--key', 'a.key', '--out', 'b.csr', '--subject', 'DC=bücher'];
    expect(await refused(pki, ...argv)).toEqual({
      status: 2,
      stderr: [
        'pki: error: not all of these names can be in a certificate',
        'pki: hint: DC=bücher must be ASCII',
      ],
    });
  });
});

describe('--dirname', () => {
  const san = ['-ext', 'subjectAltName'];

  it.skipIf(noOpenssl())('is a directory name, by OpenSSL', async () => {
    const names = ['--dirname', 'CN=Zoë,O=Example', '--dirname', String.raw`UID=a\+b,DC=net`];
    const argv = issue('--profile', 'tls-client', '--cn', 'A', ...names);
    expect((await byOpenssl(argv, ...san)).split('\n')[1]?.trim()).toBe(
      String.raw`DirName:/O=Example/CN=Zo\xC3\xAB, DirName:/DC=net/UID=a\+b`,
    );
  });

  it('is taken from a request that has nothing else, and shown', async () => {
    const key = ['--algorithm', 'ed25519', '--out', 'dir.key', '--no-passphrase'];
    await pki('key', 'generate', ...key);
    const asked = ['--key', 'dir.key', '--dirname', 'CN=Zoe,DC=net', '--out', 'dir.csr', '--force'];
    const made = await pki('csr', 'create', ...asked);
    expect(made.stdout).toMatch(
      /^made a request for \(empty\)\n.*\n {2}name +directory:CN=Zoe,DC=net\n/,
    );
    const argv = ['issue', '--ca-dir', 'ca', '--csr', 'dir.csr', '--out', 'dir.crt', '--force'];
    const issued = await pki(...argv, '--profile', 'tls-client');
    expect(issued).toMatchObject({ status: 0, stderr: '' });
    expect((await pki('show', 'dir.crt')).stdout).toContain('CN=Zoe');
    const { stderr } = await pki(...argv, '--cn', 'a.example');
    expect(stderr).toContain(
      'pki: note: left out of what was requested, since profile "tls-server" does not take it: directory:CN=Zoe,DC=net\n',
    );
  });

  it('is one that the profile takes, and can be in a certificate', async () => {
    const names = ['--dirname', 'CN=Zoe', '--dns', 'a.example'];
    expect(await refused(pki, ...issue(...names))).toEqual({
      status: 3,
      stderr: [
        'pki: error: profile "tls-server" does not take all of these names',
        'pki: hint: it takes no directory names: directory:CN=Zoe',
      ],
    });
    const argv = issue('--profile', 'tls-client', '--cn', 'A', '--dirname', 'CN=Zoe,C=cz');
    expect(await refused(pki, ...argv)).toMatchObject({
      status: 3,
      stderr: [expect.anything(), 'pki: hint: malformed: directory:CN=Zoe,C=cz'],
    });
    expect((await refused(pki, ...issue('--dirname', 'Zoe'))).status).toBe(2);
  });

  it('is within the name constraints of the CA', async () => {
    const own = ['--name', 'Sub', '--dir', 'sub', '--no-passphrase', '--csr', 'sub.csr'];
    for (const argv of [
      ['init-ca', ...own],
      ['issue', '--ca-dir', 'ca', '--profile', 'example-ca', '--csr', 'sub.csr', '--out', 's.crt'],
      ['init-ca', '--dir', 'sub', '--complete', 's.crt', '--chain', 'ca/ca.crt'],
    ]) {
      const { status, stderr } = await pki(...argv);
      expect(status, stderr).toBe(0);
    }
    const under = (...more: readonly string[]) => [
      ...['issue', '--ca-dir', 'sub', '--profile', 'tls-client', '--force', '--key-out', 'b.key'],
      ...more,
    ];
    const inside = ['--subject', 'CN=Zoe,DC=net'];
    const allowed = await pki(...under(...inside, '--dirname', 'UID=zoe,DC=NET'));
    expect(allowed).toMatchObject({ status: 0, stderr: '' });
    const argv = under(...inside, '--dirname', 'UID=zoe,DC=org');
    const { status, stderr } = await refusals(cwd, 'sub')(pki, ...argv);
    expect(status).toBe(3);
    expect(stderr[1]).toMatch(/^pki: hint: .*directory name.*issuer-name-constraints/);
  });
});
