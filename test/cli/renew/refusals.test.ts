import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { noOpenssl, request } from '../openssl.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const at = (file: string) => join(cwd, file);
const refused = refusals(cwd, 'ca');
const renew = (...argv: readonly string[]) =>
  refused(pki, 'renew', ...argv, '--ca-dir', 'ca', '--out', 'new.crt');

async function done(...argv: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await pki(...argv);
  if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
  return stdout;
}

/** Issues a certificate, NAME.crt, and returns its serial number. */
async function issued(name: string, ...options: readonly string[]): Promise<string> {
  const files = ['--key-out', `${name}.key`, '--out', `${name}.crt`];
  return JSON.parse(
    await done(
      'issue',
      '--ca-dir',
      'ca',
      '--cn',
      `${name}.example`,
      ...files,
      ...options,
      '--json',
    ),
  ).serial;
}

const serials: Record<string, string> = {};

beforeAll(async () => {
  for (const dir of ['ca', 'other']) {
    await done('init-ca', '--name', `Root ${dir}`, '--dir', dir, '--no-passphrase');
  }
  for (const name of ['good', 'revoked', 'held', 'interrupted', 'failed']) {
    serials[name] = await issued(name);
  }
  serials['sub'] = await issued('sub', '--profile', 'issuing-ca');
  await done('revoke', '--ca-dir', 'ca', 'revoked.crt', '--reason', 'superseded');
  await done('revoke', '--ca-dir', 'ca', 'held.crt', '--reason', 'certificateHold');
  using database = new DatabaseSync(at('ca/ca.db'));
  const set = database.prepare('UPDATE certificate SET status = ?, der = NULL WHERE serial = ?');
  set.run('intent', serials['interrupted'] ?? '');
  set.run('failed', serials['failed'] ?? '');
});

describe('pki renew refuses', () => {
  it('what is revoked or on hold', async () => {
    const { status, stderr } = await renew('revoked.crt');
    expect(status).toBe(3);
    expect(stderr).toEqual([
      expect.stringMatching(
        /^pki: error: certificate [0-9a-f]{40} is revoked \(superseded, \S+Z\)$/,
      ),
      'pki: hint: issue a certificate for a new key with "pki issue"',
    ]);
    expect((await renew('held.crt')).stderr[1]).toBe(
      'pki: hint: end the hold with "pki revoke --release" first',
    );
  });

  it('what was never issued', async () => {
    for (const [name, why] of [
      ['interrupted', 'the issuance was interrupted'],
      ['failed', 'it failed'],
    ] as const) {
      expect(await renew(serials[name] ?? '')).toEqual({
        status: 2,
        stderr: [
          `pki: error: no certificate was issued under the serial number ${serials[name]}: ${why}`,
          'pki: hint: issue one with "pki issue"',
        ],
      });
    }
    expect(await renew('4fd2')).toEqual({
      status: 2,
      stderr: [
        'pki: error: this CA has no certificate with the serial number 4fd2',
        'pki: hint: "pki list" shows what there is',
      ],
    });
  });

  it('the certificate of another CA', async () => {
    expect(await renew('other/ca.crt')).toEqual({
      status: 2,
      stderr: [
        'pki: error: other/ca.crt is a certificate of another CA: CN=Root other',
        'pki: hint: only the CA that issued it can renew it',
      ],
    });
  });

  it('those of CAs, which have commands of their own', async () => {
    expect(await renew('ca/ca.crt')).toEqual({
      status: 3,
      stderr: [
        'pki: error: a CA does not renew its own certificate like those that it issues',
        'pki: hint: "pki rekey-ca" makes a new one',
      ],
    });
    expect(await renew('sub.crt')).toEqual({
      status: 3,
      stderr: [
        `pki: error: certificate ${serials['sub']} is that of a CA`,
        'pki: hint: "pki cross-sign" certifies its key again, which that CA has to prove to have',
      ],
    });
  });

  it('one whose profile is gone', async () => {
    const profile = at('ca/profiles/web.yaml');
    mkdirSync(at('ca/profiles'));
    writeFileSync(profile, 'extends: tls-server\n');
    const serial = await issued('web', '--profile', 'web');
    rmSync(profile);
    expect(await renew('web.crt')).toEqual({
      status: 3,
      stderr: [
        `pki: error: the profile "web" of certificate ${serial} is not there any more`,
        'pki: hint: put profiles/web.yaml back, or issue a certificate under another profile',
      ],
    });
  });

  it.skipIf(noOpenssl())('a request for other names', async () => {
    const names = ['-subj', '/CN=bad.example', '-addext', 'subjectAltName=DNS:www.good.example'];
    const csr = request(cwd, 'bad', ...names);
    expect(await renew('good.crt', '--csr', csr)).toEqual({
      status: 3,
      stderr: [
        `pki: error: ${csr} asks for other names than the certificate has`,
        'pki: hint: its subject is CN=bad.example, and that of the certificate CN=good.example',
        'pki: hint: the certificate has no dns:www.good.example',
        'pki: hint: it leaves dns:good.example out',
      ],
    });
  });

  it('two keys, and options about a key that is not made', async () => {
    expect(await renew('good.crt', '--csr', 'x.csr', '--key-out', 'x.key')).toEqual({
      status: 2,
      stderr: ['pki: error: give either --csr or --key-out: a request has a key already'],
    });
    expect(await renew('good.crt', '--key-algorithm', 'ed25519')).toEqual({
      status: 2,
      stderr: ['pki: error: --key-algorithm needs --key-out'],
    });
    expect(await renew('good.crt', '--trust', 'ca/ca.crt')).toEqual({
      status: 2,
      stderr: ['pki: error: --trust needs --csr'],
    });
  });
});
