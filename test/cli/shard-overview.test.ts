import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temporary.ts';
import { world } from '../support/world.ts';

const cwd = temporaryDirectory();
const at = (day: number) => world({ cwd, now: new Date(Date.UTC(2030, 0, day)) });
const url = (point: number) => `http://pki.example.com/${point}.crl`;
const day = (number: number) => `2030-01-${String(number).padStart(2, '0')}T00:00:00Z`;

async function done(now: number, ...argv: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await at(now)(...argv);
  if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
  return stdout;
}

async function issue(ca: string, point: number): Promise<void> {
  const profile = `extends: tls-server\ncrl: ["${url(point)}"]\n`;
  writeFileSync(join(cwd, ca, `profiles/web-${point}.yaml`), profile);
  const files = ['--key-out', `${ca}-${point}.key`, '--out', `${ca}-${point}.crt`];
  const named = ['--profile', `web-${point}`, '--cn', 'a.example', '--days', '60'];
  await done(1, 'issue', '--ca-dir', ca, ...named, ...files);
}

/** The same CA with a certificate of an eighth point, which has no CRL. */
async function withEighth(name: string): Promise<string> {
  cpSync(join(cwd, 'ca'), join(cwd, name), { recursive: true });
  await issue(name, 8);
  return name;
}

/** Seven points with CRLs of ten days, but that of the fourth of five; numbers 1 to 8. */
beforeAll(async () => {
  const init = ['init-ca', '--no-passphrase', '--algorithm', 'ed25519'];
  await done(1, ...init, '--name', 'Root', '--dir', 'ca');
  mkdirSync(join(cwd, 'ca/profiles'));
  for (const point of [1, 2, 3, 4, 5, 6, 7]) await issue('ca', point);
  const crl = ['crl', '--ca-dir', 'ca', '--shard'];
  await done(1, ...crl, 'all', '--days', '10');
  await done(1, ...crl, url(4), '--days', '5');
});

const doctor = async (now: number, ca = 'ca') => {
  const { status, stdout } = await at(now)('doctor', '--ca-dir', ca);
  return { status, lines: stdout.split('\n').filter((line) => /CRL|distribution/.test(line)) };
};

describe('doctor', () => {
  const FIRST = `CRLs of distribution points: 7; the first to run out is CRL 8 of ${url(4)}, at ${day(6)}`;

  it('tells which CRL of a distribution point runs out first', async () => {
    expect(await doctor(2)).toEqual({ status: 0, lines: [`ok       ${FIRST}`] });
  });

  it('tells in time when it does', async () => {
    const { status, lines } = await doctor(4);
    expect(status).toBe(8);
    expect(lines).toEqual([`warning  ${FIRST}`]);
    const { stdout } = await at(4)('doctor', '--ca-dir', 'ca', '--json');
    expect(JSON.parse(stdout).checks.at(-1).hints).toEqual([
      'make the next ones with "pki crl --shard all"',
    ]);
  });

  it('tells how many ran out', async () => {
    const text = (count: number) =>
      `problem  CRLs of distribution points: 7, of which ${count} ran out; CRL 8 of ${url(4)} at ${day(6)}`;
    expect(await doctor(6)).toEqual({ status: 3, lines: [text(1)] });
    expect(await doctor(12)).toEqual({ status: 3, lines: [text(7)] });
  });

  it('tells of delta CRLs and of the CRL of all certificates as well', async () => {
    cpSync(join(cwd, 'ca'), join(cwd, 'delta'), { recursive: true });
    await done(2, 'crl', '--ca-dir', 'delta', '--days', '20', '--out', 'all.crl');
    await done(2, 'crl', '--ca-dir', 'delta', '--shard', 'all', '--delta', '--days', '1');
    expect(await doctor(3, 'delta')).toEqual({
      status: 3,
      lines: [
        `ok       CRL 9 of ${day(2)} is current until ${day(22)}`,
        `warning  ${FIRST}`,
        `problem  delta CRLs of distribution points: 7, of which 7 ran out; delta CRL 10 of ${url(1)} at ${day(3)}`,
      ],
    });
  });

  it('misses the CRL of a point, unless there is one of all certificates', async () => {
    const name = await withEighth('doctor-eighth');
    const { status, lines } = await doctor(2, name);
    expect({ status, last: lines.at(-1) }).toEqual({
      status: 0,
      last: 'warning  distribution points that certificates name, and that have no CRL: 1',
    });
    await done(2, 'crl', '--ca-dir', name, '--days', '20', '--out', `${name}.crl`);
    expect((await doctor(2, name)).lines).toEqual([
      `ok       CRL 9 of ${day(2)} is current until ${day(22)}`,
      `ok       ${FIRST}`,
    ]);
  });
});

describe('tree', () => {
  it('has a line about the CRLs of distribution points', async () => {
    const lines = async (now: number) =>
      (await done(now, 'tree', 'ca')).split('\n').filter((line) => line.includes('CRL'));
    expect(await lines(2)).toEqual([
      `   CRLs of distribution points: 7, all current until ${day(6)}`,
    ]);
    expect(await lines(7)).toEqual([
      `   CRLs of distribution points: 7, of which 1 ran out, the first at ${day(6)}`,
    ]);
  });

  it('tells the first five as JSON', async () => {
    const [ca] = JSON.parse(await done(7, 'tree', 'ca', '--json')).cas;
    const { first, ...counts } = ca.shards;
    expect({ ...counts, crl: ca.crl }).toEqual({ count: 7, without: 0, ranOut: 1, crl: undefined });
    expect(first.map(({ number }: { number: string }) => number)).toEqual([
      '8',
      '1',
      '2',
      '3',
      '5',
    ]);
    expect(first[0]).toEqual({
      ...{ urls: [url(4)], number: '8', thisUpdate: day(1), nextUpdate: day(6) },
    });
  });
});

describe('report', () => {
  const rows = async (now: number, ca: string) => {
    await done(now, 'report', '--ca-dir', ca, '--html', 'report.html', '--force');
    const page = readFileSync(join(cwd, 'report.html'), 'utf8');
    const start = page.indexOf('<h2>Revocation lists</h2>');
    const [, ...found] = page
      .slice(start, page.indexOf('</section>', start))
      .split('<tr>')
      .slice(1);
    const text = (row: string) =>
      [...row.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell = '']) =>
        cell.replaceAll(/<[^>]*>/g, ''),
      );
    return { rows: found.map((row) => text(row).slice(1)), page };
  };

  it('has those that run out first, and how many more there are', async () => {
    const { rows: found, page } = await rows(7, 'ca');
    const current = (number: string, point: number) => [
      ...['current', number, day(1), day(11), url(point)],
    ];
    expect(found).toEqual([
      ['ran out', '8', day(1), day(6), url(4)],
      ...[current('1', 1), current('2', 2), current('3', 3), current('5', 5)],
      ['', '', '', '', 'and 2 more, which last as long or longer'],
    ]);
    expect(page).toContain('text-anchor="end">CRL ran out</text>');
    expect((await rows(2, 'ca')).page).toContain('text-anchor="end">CRL current</text>');
  });

  it('has the points without a CRL, and the CRL of all certificates', async () => {
    const name = await withEighth('report-eighth');
    const last = async () => (await rows(2, name)).rows.at(-1);
    expect(await last()).toEqual(['none yet', '', '', '', 'distribution points: 1']);
    await done(2, 'crl', '--ca-dir', name, '--days', '20', '--out', `${name}.crl`);
    expect(await last()).toEqual(['', '', '', '', 'and 2 more, which last as long or longer']);
    expect((await rows(2, name)).rows[0]).toEqual([
      ...['current', '9', day(2), day(22), 'all certificates'],
    ]);
  });
});
