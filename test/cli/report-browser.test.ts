import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temporary.ts';
import { installed } from '../support/tools.ts';
import { world } from '../support/world.ts';

const CHROMIUM = 'chromium';
const missing = installed(CHROMIUM) ? undefined : 'chromium is not installed';

const QUIET = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

describe.skipIf(missing)(`the report in a browser${missing ? ` (${missing})` : ''}`, () => {
  const cwd = temporaryDirectory();
  const file = `file://${encodeURI(join(cwd, 'r.html'))}`;
  let run = 0;
  const chromium = (...options: readonly string[]): string => {
    const profile = `--user-data-dir=${join(cwd, `profile-${run++}`)}`;
    const args = [...QUIET, profile, ...options, file];
    return execFileSync(CHROMIUM, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  };

  beforeAll(async () => {
    const pki = world({ cwd });
    const name = '<script>document.title=1</script><img src=x onerror=alert(1)>';
    const init = ['init-ca', '--no-passphrase', '--algorithm', 'ed25519', '--name', name];
    await pki(...init, '--dir', 'ca');
    const { stderr } = await pki('report', '--html', 'r.html', '--ca-dir', 'ca');
    expect(stderr).toBe('wrote r.html: 1 CA\n');
  });

  it('is read as it was meant: each element closed, and no text an element', () => {
    const dom = chromium('--dump-dom');
    expect(dom).not.toMatch(/<(script|img)\b/);
    expect(dom).toContain('<title>Report on CN=\\&lt;script\\&gt;document.title');
    const headings = [...dom.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, text]) => text);
    expect(headings).toEqual([
      'Hierarchy',
      'Certificates that end',
      'Certificates by CA',
      'Algorithms and keys',
      'Revocation lists',
      'Audit trail',
      'Ending within 30 days',
    ]);
    const elements = (text: string) => text.match(/<[a-z]\w*/g)?.toSorted();
    expect(elements(dom)).toEqual(elements(readFileSync(join(cwd, 'r.html'), 'utf8')));
  }, 60_000);

  it('can be drawn', () => {
    const picture = join(cwd, 'r.png');
    chromium('--window-size=1240,2000', `--screenshot=${picture}`);
    expect(statSync(picture).size).toBeGreaterThan(50_000); // an empty page of that size has 10,000
  }, 60_000);
});
