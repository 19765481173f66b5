import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { SqliteStore } from '../../src/store/sqlite-store.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { world } from '../support/world.ts';
import { type Pki, refusals } from './refusal.ts';

const cwd = temporaryDirectory();
const now = new Date('2030-01-01T12:00:00Z');
const pki = world({ cwd, now });
const HOSTILE = `<script>alert('1')</script>"><img src=x onerror=alert(2)>&amp;\u202e`;

async function done(...argv: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await pki(...argv);
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

async function page(asked: Pki = pki, ...options: readonly string[]): Promise<string> {
  return (await asked('report', '--html', '-', '--ca-dir', '.', ...options)).stdout;
}

/** The cells of the table under a heading, row by row, without markup. */
function rowsUnder(text: string, title: string): readonly (readonly string[])[] {
  const start = text.indexOf(`<h2>${title}</h2>`);
  const [, ...rows] = text.slice(start, text.indexOf('</section>', start)).split('<tr>').slice(1);
  return rows.map((row) =>
    [...row.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell = '']) =>
      cell.replaceAll(/<[^>]*>/g, ''),
    ),
  );
}

beforeAll(async () => {
  const init = ['init-ca', '--no-passphrase', '--algorithm', 'ed25519'];
  await done(...init, '--name', 'Root', '--dir', 'root');
  await done(...init, '--name', 'Sub', '--dir', 'sub', '--parent', 'root');
  await done('crl', '--ca-dir', 'root', '--days', '30');
  for (const [cn, days] of [
    ['a', '10'],
    ['b', '20'],
    ['c', '90'],
  ] as const) {
    const names = ['--cn', `${cn}.example`, '--key-out', `${cn}.key`, '--out', `${cn}.crt`];
    await done('issue', '--ca-dir', 'sub', ...names, '--days', days);
  }
  await done('revoke', '--ca-dir', 'sub', 'a.crt', '--reason', 'superseded');
  using store = SqliteStore.open(join(cwd, 'sub/ca.db'));
  const times = { notBefore: now, notAfter: new Date('2030-01-06T12:00:00Z') };
  const hashes = { tbsHash: new Uint8Array(32), publicKeyHash: new Uint8Array(32) };
  const intent = { serial: '0a', profile: HOSTILE, subject: HOSTILE, ...times, ...hashes };
  await store.recordIntent(intent, now);
  await store.recordIssued('0a', Uint8Array.of(0x30, 0), now);
});

describe('report', () => {
  it('has each CA with what its store tells', async () => {
    const text = await page();
    const root = ['CN=Root', 'good', '2050-01-01T11:54:59Z', '2', '0', '0', '0', '0', '0'];
    const sub = ['CN=Sub', 'good', '2035-01-01T11:54:59Z', '3', '0', '1', '0', '0', '0'];
    expect(rowsUnder(text, 'Certificates by CA')).toEqual([root, sub]);
    expect(rowsUnder(text, 'Algorithms and keys')).toEqual([
      ['CN=Root', 'ed25519', 'file:keys/ca.key'],
      ['CN=Sub', 'ed25519', 'file:keys/ca.key'],
    ]);
    expect(rowsUnder(text, 'Revocation lists')).toEqual([
      [
        ...['CN=Root', 'current', '1', '2030-01-01T12:00:00Z', '2030-01-31T12:00:00Z'],
        'all certificates',
      ],
      ['CN=Sub', 'none yet', '', '', '', ''],
    ]);
    const heads = rowsUnder(text, 'Audit trail').map(([subject, , , head]) => [subject, head]);
    const { cas } = JSON.parse(await done('tree', '--json'));
    expect(heads).toEqual(
      cas.map((ca: { subject: string; auditHead: { hash: string } }) => [
        ca.subject,
        ca.auditHead.hash,
      ]),
    );
  });

  it('lists what ends soon, without what is revoked, and counts by month what ends', async () => {
    const text = await page();
    const ending = rowsUnder(text, 'Ending within 30 days');
    expect(ending.map(([subject, , days]) => [subject?.slice(0, 12), days])).toEqual([
      ['&lt;script&g', '5'],
      ['CN=b.example', '19'],
    ]);
    expect(text).toContain('<title>Jan 2030: 2</title>');
    expect(text).toContain('<title>Apr 2030: 1</title>');
    expect(text).toContain('24 months from now, in Zulu; 2 more certificates end later.');
    expect(rowsUnder(await page(pki, '--within', '5'), 'Ending within 5 days')).toHaveLength(1);
    expect(await page(pki, '--within', '1')).toContain('<p class="good">None.</p>');
  });

  it('tells what time has done', async () => {
    const then = world({ cwd, now: new Date('2034-12-01T00:00:00Z') });
    const text = await page(then, '--within', '60');
    const rows = rowsUnder(text, 'Certificates by CA').map((row) => row.slice(0, 2));
    expect(rows).toEqual([
      ['CN=Root', 'good'],
      ['CN=Sub', 'ends in 31 days'],
    ]);
    expect(rowsUnder(text, 'Revocation lists')[0]?.[1]).toBe('ran out');
    const ending = rowsUnder(text, 'Ending within 60 days').filter(([name]) => name === 'CN=Sub');
    expect(ending.map((row) => row.at(-1))).toEqual(['root']); // who issued it, and nobody else
  });

  it('takes the text of others for text, and asks for nothing from anywhere', async () => {
    const text = await page();
    expect(text).toContain(
      '&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&gt;&lt;img src=x',
    );
    expect(text).not.toMatch(/<(script|img|link|iframe|object|a|form|base)\b/i);
    expect(text).not.toMatch(/\b(src|href|action|on\w+)=["']|url\(|@import|https?:/i);
    expect(text).not.toContain('\u202e');
    expect(text).toContain(`content="default-src 'none'; style-src 'unsafe-inline';`);
  });

  it('goes to a file that is only replaced with --force', async () => {
    const report = ['report', '--html', 'r.html', '--ca-dir', 'root', '--ca-dir', 'sub'];
    expect(await pki(...report)).toEqual({
      status: 0,
      stdout: '',
      stderr: 'wrote r.html: 2 CAs\n',
    });
    expect(readFileSync(join(cwd, 'r.html'), 'utf8')).toMatch(/^<!doctype html>\n.*<\/html>\n$/s);
    expect(await refusals(cwd)(pki, ...report)).toEqual({
      status: 6,
      stderr: [
        `pki: error: ${join(cwd, 'r.html')} exists already`,
        'pki: hint: --force replaces it',
      ],
    });
    writeFileSync(join(cwd, 'r.html'), '');
    const { stdout } = await pki(...report, '--force', '--json');
    expect(JSON.parse(stdout)).toEqual({ cas: 2, file: join(cwd, 'r.html') });
    expect(readFileSync(join(cwd, 'r.html'), 'utf8')).toContain('<title>Report on 2 CAs</title>');
  });

  it('refuses a place without a CA, and leaves no file', async () => {
    expect(await refusals(cwd)(pki, 'report', '--html', 'x.html', '--ca-dir', 'root/keys')).toEqual(
      {
        status: 6,
        stderr: [
          'pki: error: there is no CA in or below root/keys',
          'pki: hint: make one with "pki init-ca", or name a directory with one in it',
        ],
      },
    );
    expect(await refusals(cwd)(pki, 'report', '--html', 'x.html')).toEqual({
      status: 2,
      stderr: [
        "pki: error: required option '--ca-dir <directory>' not specified",
        'pki: hint: "pki report --help" tells what it takes',
      ],
    });
  });
});
