import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { PASSPHRASE, world } from '../../support/world.ts';
import { noOpenssl, request } from '../openssl.ts';
import { listed, pathsIn } from '../refusal.ts';

const cwd = temporaryDirectory();
const now = new Date('2030-01-01T12:00:00Z');
const owner = world({ cwd, now, env: { PKI_PASSPHRASE: PASSPHRASE } });
/** Knows no passphrase: a key that is asked for ends the command. */
const pki = world({ cwd, now });
const DONE = 'pki: note: it would be signed; nothing was signed, recorded or written';
const STAND_IN = 'pki: note: the key is a stand-in, made for this and thrown away';

/** Runs `pki issue --dry-run` and proves that it changes no file and no record. */
async function dryRun(...options: readonly string[]) {
  const state = async () => {
    const paths = pathsIn(cwd);
    // SQLite's own files come and go, which shows in the directory
    const files = paths.map((path) => statSync(join(cwd, path))).filter((stat) => stat.isFile());
    const written = files.map(({ mtimeMs }) => mtimeMs);
    return [paths, written, readFileSync(join(cwd, 'ca/ca.db')), await listed(pki, 'ca')];
  };
  const before = await state();
  const { status, stdout, stderr } = await pki('issue', '--ca-dir', 'ca', '--dry-run', ...options);
  expect(await state()).toEqual(before);
  return { status, stdout, stderr: stderr.split('\n').slice(0, -1) };
}

beforeAll(async () => {
  await owner('init-ca', '--name', 'Example Root CA', '--dir', 'ca');
  await owner('init-ca', '--name', 'Hybrid', '--dir', 'hybrid-ca', '--hybrid', 'catalyst');
  writeFileSync(join(cwd, 'precious'), 'precious');
});

describe('issue --dry-run', () => {
  it('shows what would be signed, and leaves key, store and files alone', async () => {
    const { status, stdout, stderr } = await dryRun(
      ...['--cn', 'server.example.com', '--out', 'a.crt', '--key-out', 'a.key'],
    );
    expect(stdout.split('\n').slice(0, 9)).toEqual([
      'CN=server.example.com',
      '  profile      tls-server',
      '  issuer       CN=Example Root CA',
      '  valid from   2030-01-01T11:55:00Z',
      '  valid until  2030-04-01T11:54:59Z',
      '  key          ecdsa-p256',
      '                 65 octets; standard: RFC 5480 §2.1.1',
      '  signature    ecdsa-with-SHA384',
      '  Basic Constraints (critical)',
    ]);
    expect(stderr).toEqual([STAND_IN, DONE]);
    expect(status).toBe(0);
    expect(readdirSync(cwd).filter((name) => name.endsWith('.key'))).toEqual([]);
  });

  it('shows it in JSON', async () => {
    const { status, stdout } = await dryRun('--json', '--cn', 'a.example', '--key-out', 'a.key');
    const { extensions, algorithms, ...told } = JSON.parse(stdout);
    expect(told).toEqual({
      profile: 'tls-server',
      subject: 'CN=a.example',
      issuer: 'CN=Example Root CA',
      notBefore: '2030-01-01T11:55:00Z',
      notAfter: '2030-04-01T11:54:59Z',
      key: 'ecdsa-p256',
      signature: 'ecdsa-with-SHA384',
      notes: [STAND_IN.replace('pki: note: ', '')],
    });
    expect(algorithms.map(({ role }: { role: string }) => role)).toEqual(['key']);
    expect(extensions.map(({ oid }: { oid: string }) => oid)).toContain('2.5.29.17');
    expect(status).toBe(0);
  });

  it('shows what is refused as well, and each lint that refuses it', async () => {
    const { status, stdout, stderr } = await dryRun(
      ...['--cn', 'our server', '--days', '9000', '--key-out', 'a.key'],
    );
    expect(stdout).toMatch(/^CN=our server\n.*\n {2}valid until {2}2054-08-23T11:54:59Z\n/s);
    expect(stderr).toEqual([
      STAND_IN,
      'pki: error: not signing a certificate for CN=our server',
      "pki: hint: validity must be within the issuer's, until 2050-01-01T11:54:59Z; it would last until 2054-08-23T11:54:59Z (validity-within-issuer, RFC 5280 §6.1.3)",
      'pki: hint: CN=our server must be a DNS name or an IP address (common-name-in-subject-alt-name, TLS BR §7.1.4.3, RFC 9525 §2)',
      'pki: hint: profile "tls-server" needs a name of the kind dns or ip (profile-subject-alt-name, RFC 9525 §2, RFC 8550 §3)',
    ]);
    expect(status).toBe(3);
  });

  it('refuses what names the profile does not take', async () => {
    const { status, stdout, stderr } = await dryRun('--email', 'a@a.example', '--key-out', 'a.key');
    expect({ status, stdout, stderr }).toEqual({
      status: 3,
      stdout: '',
      stderr: [
        'pki: error: profile "tls-server" does not take all of these names',
        'pki: hint: it takes no email names: email:a@a.example',
      ],
    });
  });

  it('refuses a file that exists, and two outputs in one file', async () => {
    expect(await dryRun('--cn', 'a.example', '--key-out', 'precious')).toEqual({
      status: 6,
      stdout: '',
      stderr: [
        `pki: error: ${join(cwd, 'precious')} exists already`,
        'pki: hint: --force replaces it',
      ],
    });
    expect(await dryRun('--cn', 'a.example', '--key-out', 'x', '--out', './x')).toEqual({
      status: 2,
      stdout: '',
      stderr: ['pki: error: --out and --key-out name the same file'],
    });
  });

  it('shows both signatures of a hybrid CA', async () => {
    const { stdout } = await pki(
      ...['issue', '--ca-dir', 'hybrid-ca', '--dry-run', '--cn', 'a.example', '--key-out', 'a.key'],
    );
    expect(stdout).toContain('\n  signature              ecdsa-with-SHA384\n');
    expect(stdout).toContain('\n  alternative signature  ml-dsa-65\n');
  });

  it.skipIf(noOpenssl())('shows what of a request is left out', async () => {
    const csr = request(cwd, 'asked', '-subj', '/O=Example/CN=asked.example');
    const { status, stdout, stderr } = await dryRun('--csr', csr);
    expect(stdout).toMatch(/^CN=asked\.example\n/);
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: [
        'pki: note: left out of what was requested, since profile "tls-server" does not take it: O=Example',
        DONE,
      ],
    });
  });
});
