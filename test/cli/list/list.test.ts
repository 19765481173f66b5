import { X509Certificate } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { SqliteStore } from '../../../src/store/sqlite-store.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const now = new Date('2030-01-01T12:00:00Z');
const pki = world({ cwd, now });
const refused = refusals(cwd);
let serial = '';

beforeAll(async () => {
  const init = ['init-ca', '--name', 'Root', '--no-passphrase'];
  await pki(...init, '--dir', 'ca');
  await pki(...init, '--dir', 'other-ca');
  const issue = ['issue', '--ca-dir', 'ca', '--cn', 'a.example', '--key-out', 'a.key'];
  const { stdout } = await pki(...issue);
  serial = new X509Certificate(stdout).serialNumber.toLowerCase();
  using store = SqliteStore.open(join(cwd, 'ca/ca.db'));
  const intent = {
    profile: 'tls-client',
    subject: 'CN=Somebody\\, inc.',
    notBefore: new Date('2030-02-01T00:00:00Z'),
    notAfter: new Date('2031-01-31T23:59:59Z'),
    tbsHash: new Uint8Array(32),
    publicKeyHash: new Uint8Array(32),
  };
  await store.recordIntent({ ...intent, serial: '0a' }, now); // the power failed
  await store.recordIntent({ ...intent, serial: '0b' }, now);
  await store.recordFailed('0b', 'the token was pulled out', now);
});

describe('list', () => {
  it('has a line for each certificate, oldest first, and for what came to nothing', async () => {
    const { status, stdout, stderr } = await pki('list', '--ca-dir', 'ca');
    const [root, ...lines] = stdout.split('\n');
    expect(root).toMatch(/^ *[0-9a-f]+ {2}issued {3}2050-01-01T11:54:59Z {2}root-ca {7}CN=Root$/);
    expect(lines).toEqual([
      `${serial.padStart(40)}  issued   2030-04-01T11:54:59Z  tls-server    CN=a.example`,
      `${'0a'.padStart(40)}  intent   2031-01-31T23:59:59Z  tls-client    CN=Somebody\\, inc.`,
      `${'0b'.padStart(40)}  failed   2031-01-31T23:59:59Z  tls-client    CN=Somebody\\, inc.`,
      '',
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('tells the same as JSON', async () => {
    const { status, stdout, stderr } = await pki('list', '--ca-dir', 'ca', '--json');
    const attempt = {
      profile: 'tls-client',
      subject: 'CN=Somebody\\, inc.',
      notBefore: '2030-02-01T00:00:00Z',
      notAfter: '2031-01-31T23:59:59Z',
      names: [],
    };
    expect((JSON.parse(stdout) as unknown[]).slice(1)).toEqual([
      {
        serial,
        status: 'issued',
        profile: 'tls-server',
        subject: 'CN=a.example',
        notBefore: '2030-01-01T11:55:00Z',
        notAfter: '2030-04-01T11:54:59Z',
        names: ['dns:a.example'],
      },
      { serial: '0a', status: 'intent', ...attempt },
      { serial: '0b', status: 'failed', ...attempt },
    ]);
    expect(stdout.split('\n')).toHaveLength(7); // one line a certificate, as tools like it
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('is empty for a store without certificates', async () => {
    rmSync(join(cwd, 'other-ca/ca.db'));
    SqliteStore.create(join(cwd, 'other-ca/ca.db'))[Symbol.dispose]();
    const empty = { status: 0, stderr: '' };
    expect(await pki('list', '--ca-dir', 'other-ca')).toEqual({ ...empty, stdout: '' });
    expect(await pki('list', '--ca-dir', 'other-ca', '--json')).toEqual({
      ...empty,
      stdout: '[]\n',
    });
  });

  it('needs no key', async () => {
    rmSync(join(cwd, 'other-ca/keys'), { recursive: true });
    expect((await pki('list', '--ca-dir', 'other-ca')).status).toBe(0);
  });

  it('misses a CA that is not there', async () => {
    expect(await refused(pki, 'list', '--ca-dir', 'lost')).toEqual({
      status: 6,
      stderr: [
        `pki: error: there is no CA in ${join(cwd, 'lost')}`,
        'pki: hint: make one with "pki init-ca", or name its directory with --ca-dir',
      ],
    });
  });
});
