import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { noOpenssl, openssl } from '../openssl.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const refused = refusals(cwd, 'root');
const at = (...names: readonly string[]) => join(cwd, ...names);

const write = (name: string, ...lines: readonly string[]): void =>
  writeFileSync(at(`root/profiles/${name}.yaml`), `${lines.join('\n')}\n`);

/** A command line for a CA under the root by a profile of that one. */
const under = (dir: string, profile: string, ...options: readonly string[]) => [
  ...['init-ca', '--name', 'Partner CA', '--dir', dir, '--parent', 'root'],
  ...['--profile', profile, ...options],
];

beforeAll(async () => {
  await pki('init-ca', '--name', 'Root CA', '--dir', 'root', '--no-passphrase');
  mkdirSync(at('root/profiles'));
  write(
    'partner',
    'extends: issuing-ca',
    'validity: {days: 30}',
    'keys: [ecdsa-p256, ml-dsa-65]',
    'subject: {take: [CN], set: {O: "{partner}"}}',
    'name-constraints: {permitted: {dns: [partner.example]}}',
    'crl: ["http://pki.example.com/{partner}.crl"]',
    'variables: {partner: {one-of: [A, B]}}',
  );
});

describe('init-ca --profile with a profile of the parent', () => {
  const P256 = ['--algorithm', 'ecdsa-p256', '--no-passphrase'];

  it.skipIf(noOpenssl())('makes a CA that OpenSSL reads what the profile says of', async () => {
    const made = await pki(...under('partner', 'partner', '--var', 'partner=A', ...P256));
    expect(made).toMatchObject({ status: 0 });
    const text = openssl('x509', '-in', at('partner/ca.crt'), '-noout', '-text');
    const shown = text.replaceAll(/\s+/g, ' ');
    expect(shown).toContain('Subject: O = A, CN = Partner CA ');
    expect(shown).toContain('Name Constraints: critical Permitted: DNS:partner.example ');
    expect(shown).toContain('URI:http://pki.example.com/A.crl ');
    expect(shown).toContain('CA:TRUE, pathlen:0 ');
    const { stdout } = await pki('list', '--ca-dir', 'root', '--json');
    expect(JSON.parse(stdout).at(-1)).toMatchObject({ profile: 'partner' });
  });

  it('makes one that issues for the permitted names alone', async () => {
    const issue = (name: string) =>
      pki('issue', '--ca-dir', 'partner', '--cn', name, '--key-out', `${name}.key`, '--days', '9');
    expect(await issue('www.partner.example')).toMatchObject({ status: 0 });
    expect(await issue('www.example.com')).toMatchObject({ status: 3 });
  });

  it('takes --path-length over it, which the built-in profile of its name yields to', async () => {
    write('cross-ca', 'extends: cross-ca', 'validity: {days: 3}');
    const options = ['--path-length', '2', '--no-passphrase', '--json'];
    const { stdout } = await pki(...under('upper', 'cross-ca', ...options));
    const { notBefore, notAfter } = JSON.parse(stdout);
    expect(Date.parse(notAfter) - Date.parse(notBefore)).toBe(3 * 86_400_000 - 1000);
    const shown = await pki('show', 'upper/ca.crt');
    expect(shown.stdout).toMatch(/Path Length: 2/i);
  });

  it.each<[string, readonly string[], number, readonly string[]]>([
    [
      'no value of a variable',
      under('refused', 'partner', ...P256),
      2,
      [
        'error: profile "partner" needs a value for partner',
        'hint: give it with --var partner=VALUE',
      ],
    ],
    [
      'a value that it does not take',
      under('refused', 'partner', '--var', 'partner=C', ...P256),
      3,
      [
        'error: profile "partner" does not take all of these values',
        'hint: partner must be one of A, B: C',
      ],
    ],
    [
      'a key that it does not take, before it is made',
      under('refused', 'partner', '--var', 'partner=A'),
      3,
      [
        'error: not signing a certificate for O=A, CN=Partner CA',
        'hint: profile "partner" takes no ecdsa-p384 key, only: ecdsa-p256, ml-dsa-65 (profile-key-algorithm, RFC 3647 §4.6.1)',
      ],
    ],
    [
      'a name that it does not take',
      under('refused', 'partner', '--var', 'partner=A', '--organization', 'B', ...P256),
      3,
      [
        'error: profile "partner" does not take all of these names',
        'hint: it takes no O in the subject: O=B',
      ],
    ],
    [
      'a profile that is not there',
      under('refused', 'nobody'),
      2,
      [
        'error: unknown profile "nobody"',
        'hint: use one of: root-ca, issuing-ca, cross-ca, tls-server, tls-client, code-signing, email, ocsp-signing, timestamping, partner',
      ],
    ],
  ])('refuses %s', async (_, argv, status, lines) => {
    expect(await refused(pki, ...argv)).toEqual({
      status,
      stderr: lines.map((line) => `pki: ${line}`),
    });
  });

  it('refuses one that is for no CA, and names the line of a mistake', async () => {
    write('web', 'extends: tls-server');
    expect(await refused(pki, ...under('refused', 'web'))).toEqual({
      status: 2,
      stderr: [
        'pki: error: profile "web" is not for a CA under another one',
        'pki: hint: use one of: issuing-ca, cross-ca, or one of the parent that says "ca: true"',
      ],
    });
    write('web', 'extends: issuing-ca', 'validty: {days: 1}');
    expect((await refused(pki, ...under('refused', 'web'))).stderr[0]).toMatch(
      `pki: error: ${at('root/profiles/web.yaml')}:2: "validty": unknown key; use: extends, `,
    );
  });
});
