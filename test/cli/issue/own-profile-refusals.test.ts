import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { ownProfiles, WEB } from '../own-profiles.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd, now: new Date('2027-03-01T12:00:00Z') });
const refused = refusals(cwd, 'ca');
const { write, command, issued } = ownProfiles(pki, cwd);

beforeAll(async () => {
  await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
  write('web', ...WEB);
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
    write(
      'code-signing',
      'extends: code-signing',
      'validity: {days: 5}',
      'no-rev-avail: true',
      'short-lived: true',
    );
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
      `pki: error: ${join(cwd, 'ca/profiles/bad.yaml')}:2: "crls": unknown key; use: extends, `,
    );
  });

  it('one that nobody has made, and lists those that are there', async () => {
    expect(await refusal('nobody', ...KEY)).toEqual({
      status: 2,
      stderr: [
        'pki: error: unknown profile "nobody"',
        'pki: hint: use one of: root-ca, issuing-ca, cross-ca, tls-server, tls-client, code-signing, email, ocsp-signing, timestamping, bad, numbers, odd, web',
      ],
    });
  });
});
