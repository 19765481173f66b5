import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, it } from 'vitest';
import { SqliteStore } from '../../../src/store/sqlite-store.ts';
import type { GeneralName } from '../../../src/x509/general-names.ts';
import { makeOlder } from '../../support/older-store.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const now = new Date('2030-01-01T12:00:00Z');
const pki = world({ cwd, now });
const DAY = 86_400_000;

interface Made {
  readonly serial: string;
  readonly subject: string;
  readonly profile?: string;
  readonly names?: readonly GeneralName[];
  /** Days from now. */
  readonly issued: number;
  readonly ends: number;
}

const MADE: readonly Made[] = [
  { serial: '01', subject: 'CN=Gone', issued: -400, ends: -35 },
  {
    serial: '02',
    subject: 'CN=b.example.com',
    names: [
      { type: 'dns', value: 'b.example.com' },
      { type: 'dns', value: 'Alias-100%.example.net' },
      { type: 'ip', value: '2001:db8::1' },
    ],
    issued: -60,
    ends: 30,
  },
  { serial: '03', subject: 'CN=B.EXAMPLE.com,O=100%_sure', issued: -50, ends: 31 },
  { serial: '04', subject: 'CN=taken', profile: 'tls-client', issued: -40, ends: 10 },
  { serial: '05', subject: 'CN=held', profile: 'tls-client', issued: -30, ends: 10 },
  {
    serial: '06',
    subject: 'CN=unfinished',
    names: [
      { type: 'smtputf8', value: 'zoë@example.org' },
      { type: 'directory', value: 'CN=Somewhere,O=Else' },
    ],
    issued: -20,
    ends: 10,
  },
  { serial: '07', subject: 'CN=came to nothing', issued: -10, ends: 10 },
  { serial: '08', subject: '=HYPERLINK("http://evil")', issued: -5, ends: 300 },
  {
    serial: '09',
    subject: 'CN=a, "b"\nc',
    names: [
      { type: 'uri', value: 'https://example.org/a;b\n\u202e' },
      { type: 'other', value: 'a503feed' },
    ],
    issued: -1,
    ends: 300,
  },
];

async function fill(path: string): Promise<void> {
  using store = SqliteStore.open(path);
  for (const { serial, subject, profile = 'tls-server', names = [], issued, ends } of MADE) {
    const [notBefore, notAfter] = [issued, ends].map(
      (days) => new Date(now.getTime() + days * DAY),
    );
    const hashes = { tbsHash: new Uint8Array(32), publicKeyHash: new Uint8Array(32) };
    const intent = {
      serial,
      profile,
      subject,
      alternativeNames: names,
      notBefore: notBefore ?? now,
      notAfter: notAfter ?? now,
    };
    await store.recordIntent({ ...intent, ...hashes }, intent.notBefore);
    if (serial === '06') continue;
    if (serial === '07') await store.recordFailed(serial, 'no token', intent.notBefore);
    else await store.recordIssued(serial, Uint8Array.of(0x30, 0), intent.notBefore);
  }
  for (const [serial, reason] of [
    ['04', 'keyCompromise'],
    ['05', 'certificateHold'],
  ] as const) {
    await store.recordRevocation(
      serial,
      () => ({ at: now, reason, invalidityDate: undefined }),
      now,
    );
  }
}

beforeAll(async () => {
  for (const dir of ['ca', 'old']) {
    await pki('init-ca', '--name', 'Root', '--no-passphrase', '--dir', dir);
    const path = join(cwd, dir, 'ca.db');
    using database = new DatabaseSync(path);
    database.exec('DELETE FROM certificate_key; DELETE FROM certificate');
    await fill(path);
  }
});

/** The serial numbers that are listed. */
async function serials(...options: readonly string[]): Promise<string> {
  const { stdout } = await pki('list', '--ca-dir', 'ca', '--json', ...options);
  return (JSON.parse(stdout) as { serial: string }[]).map(({ serial }) => serial).join(' ');
}

describe('list', () => {
  it.each([
    ['', '01 02 03 04 05 06 07 08 09'],
    ['--status issued', '01 02 03 08 09'],
    ['--status revoked', '04'],
    ['--status on-hold', '05'],
    ['--status failed', '07'],
    ['--status interrupted', '06'],
    ['--profile tls-client', '04 05'],
    ['--profile nobody', ''],
    ['--name b.example.com', '02 03'],
    ['--name b_example', ''],
    ['--name 100%_', '03'],
    ['--name HELD', '05'],
    ['--name ALIAS-100%', '02'],
    ['--name 2001:DB8:', '02'],
    ['--name zoë@', '06'],
    ['--name somewhere,o=', '06'],
    ['--name https://example.org/a;b', '09'],
    ['--name example.org --sort newest', '09 06'],
    ['--name feed', ''],
    ['--name dns', ''],
    ['--expired', '01'],
    ['--expiring 30', '02'],
    ['--expiring 31', '02 03'],
    ['--since 2029-12-22T12:00:00Z', '07 08 09'],
    ['--until 2029-12-22T12:00:00Z', '01 02 03 04 05 06'],
    ['--since 2029-11-01 --until 2029-12-01', '02 03 04'],
    ['--sort newest --limit 2', '09 08'],
    ['--sort end --limit 3', '01 04 05'],
    ['--sort subject --limit 2', '08 09'],
    ['--sort issued --limit 1', '01'],
    ['--status issued --name EXAMPLE.com --profile tls-server --sort newest', '03 02'],
    ['--limit 100', '01 02 03 04 05 06 07 08 09'],
  ])('%s has %s', async (options, expected) => {
    expect(await serials(...options.split(' ').filter((word) => word !== ''))).toBe(expected);
  });

  it('answers the same from a store of an older version, and leaves it as it is', async () => {
    makeOlder(join(cwd, 'old/ca.db'), 2);
    const options = ['--name', 'EXAMPLE.c', '--sort', 'end'];
    const older = await pki('list', '--ca-dir', 'old', ...options);
    expect(older).toEqual(await pki('list', '--ca-dir', 'ca', ...options));
    using database = new DatabaseSync(join(cwd, 'old/ca.db'), { readOnly: true });
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 2 });
  });

  it('has alternative names in JSON', async () => {
    const names = async (serial: string) => {
      const { stdout } = await pki('list', '--ca-dir', 'ca', '--json');
      return JSON.parse(stdout).find((row: { serial: string }) => row.serial === serial).names;
    };
    expect(await names('01')).toEqual([]);
    expect(await names('02')).toEqual([
      'dns:b.example.com',
      'dns:Alias-100%.example.net',
      'ip:2001:db8::1',
    ]);
    expect(await names('09')).toEqual([
      'uri:https://example.org/a;b\\x0a\\x202e',
      'other:a503feed',
    ]);
  });

  it('ends with 8 after --expiring has found one, and with 0 if not', async () => {
    const { status, stdout, stderr } = await pki('list', '--ca-dir', 'ca', '--expiring', '30');
    expect(status).toBe(8);
    expect(stdout).toMatch(/^ {38}02 {2}issued {3}2030-01-31T12:00:00Z .* CN=b.example.com\n$/);
    expect(stderr).toBe(
      'pki: error: a certificate ends within 30 days\npki: hint: "pki renew" issues a certificate anew\n',
    );
    const more = await pki('list', '--ca-dir', 'ca', '--expiring', '31', '--json');
    expect(JSON.parse(more.stderr)).toEqual({
      error: {
        code: 'EXPIRING',
        message: '2 certificates end within 31 days',
        hints: ['"pki renew" issues a certificate anew'],
      },
    });
    expect(await pki('list', '--ca-dir', 'ca', '--expiring', '1')).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('counts the second in which a certificate ends as a good one', async () => {
    const at = (time: string) => world({ cwd, now: new Date(time) });
    const expired = ['list', '--ca-dir', 'ca', '--name', 'b.example', '--expired', '--csv'];
    expect((await at('2030-01-31T12:00:00Z')(...expired)).stdout.split('\r\n')).toHaveLength(2);
    expect((await at('2030-01-31T12:00:01Z')(...expired)).stdout.split('\r\n')).toHaveLength(3);
  });

  it('prints CSV that a spreadsheet does not compute', async () => {
    const { stdout, status } = await pki(
      'list',
      '--ca-dir',
      'ca',
      '--csv',
      '--sort',
      'newest',
      '--limit',
      '5',
    );
    expect(status).toBe(0);
    expect(stdout.split('\r\n')).toEqual([
      'serial,status,profile,subject,notBefore,notAfter,revokedAt,reason,invalidityDate,names',
      '09,issued,tls-server,"CN=a, ""b""\nc",2029-12-31T12:00:00Z,2030-10-28T12:00:00Z,,,,uri:https://example.org/a\\x3bb\\x0a\\x202e; other:a503feed',
      `08,issued,tls-server,"'=HYPERLINK(""http://evil"")",2029-12-27T12:00:00Z,2030-10-28T12:00:00Z,,,,`,
      '07,failed,tls-server,CN=came to nothing,2029-12-22T12:00:00Z,2030-01-11T12:00:00Z,,,,',
      '06,intent,tls-server,CN=unfinished,2029-12-12T12:00:00Z,2030-01-11T12:00:00Z,,,,"smtputf8:zoë@example.org; directory:CN=Somewhere,O=Else"',
      '05,revoked,tls-client,CN=held,2029-12-02T12:00:00Z,2030-01-11T12:00:00Z,2030-01-01T12:00:00Z,certificateHold,,',
      '',
    ]);
  });
});

describe('list refuses', () => {
  const refused = refusals(cwd);
  it.each([
    [
      '--status lost',
      "option '--status <status>' argument 'lost' is invalid. Allowed choices are issued, revoked, on-hold, failed, interrupted.",
    ],
    [
      '--sort up',
      "option '--sort <order>' argument 'up' is invalid. Allowed choices are issued, newest, end, subject.",
    ],
    [
      '--limit 0',
      "option '--limit <number>' argument '0' is invalid. it has to be a whole number, at least 1",
    ],
    [
      '--expiring soon',
      "option '--expiring <days>' argument 'soon' is invalid. it has to be a whole number of days, at least 1",
    ],
    [
      '--since yesterday',
      "option '--since <time>' argument 'yesterday' is invalid. it has to be as 2027-01-01T00:00:00Z, or 2027-01-01",
    ],
    ['--csv --json', "option '--csv' cannot be used with option '--json'"],
    ['--expiring 3 --expired', "option '--expiring <days>' cannot be used with option '--expired'"],
    [
      '--expiring 3 --status failed',
      "option '--expiring <days>' cannot be used with option '--status <status>'",
    ],
  ])('%s', async (options, message) => {
    const { status, stderr } = await refused(pki, 'list', '--ca-dir', 'ca', ...options.split(' '));
    const text = options.includes('--json') ? JSON.parse(stderr[0] ?? '').error.message : stderr[0];
    expect({ status, text: text.replace('pki: error: ', '') }).toEqual({
      status: 2,
      text: message,
    });
  });
});
