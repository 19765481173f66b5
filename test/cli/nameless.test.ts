import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temporary.ts';
import { runTool, tool } from '../support/tools.ts';
import { world } from '../support/world.ts';
import { refusals } from './refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const refused = refusals(cwd, 'ca');
const openssl = tool('openssl-3.5');
const NAMES = 'dns:www.example.com, ip:192.0.2.1';
const ISSUE = ['issue', '--ca-dir', 'ca', '--dns', 'www.example.com', '--ip', '192.0.2.1'];

beforeAll(async () => {
  await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
  writeFileSync(join(cwd, 'p12.txt'), 'a long passphrase\n');
  const p12 = ['--p12-out', 'a.p12', '--p12-passphrase-file', 'p12.txt'];
  const { stdout } = await pki(...ISSUE, '--out', 'a.crt', '--key-out', 'a.key', ...p12);
  expect(stdout.split('\n')[0]).toBe(`issued ${NAMES}`);
});

describe('a certificate without a subject is told by its alternative names', () => {
  it('in lists', async () => {
    const { stdout } = await pki('list', '--ca-dir', 'ca');
    expect(stdout.split('\n')[1]?.slice(-NAMES.length - 2)).toBe(`  ${NAMES}`);
  });

  it('in a report', async () => {
    const report = await pki('report', '--ca-dir', 'ca', '--html', '-', '--within', '365');
    expect(report.stdout).toContain(`<div class="other">${NAMES}</div>`);
  });

  it.skipIf(!openssl)('in a PKCS #12 file', () => {
    const file = ['-in', join(cwd, 'a.p12'), '-passin', `file:${join(cwd, 'p12.txt')}`];
    const text = runTool(openssl ?? '', 'pkcs12', ...file, '-nokeys', '-clcerts');
    expect(text).toContain(`friendlyName: ${NAMES}\n`);
  });

  it('when it is verified', async () => {
    const { stdout } = await pki('verify', 'a.crt', '--trust', 'ca/ca.crt');
    expect(stdout.split('\n')[1]).toBe(`  ${NAMES}`);
    const argv = ['verify', 'a.crt', '--trust', 'ca/ca.crt', '--dns', 'b.example.com'];
    expect((await pki(...argv)).stderr.split('\n').at(-2)).toMatch(
      /^pki: hint: dns:www\.example\.com, ip:192\.0\.2\.1: it is not for the DNS name b\.example\.com, /,
    );
  });

  it('when it is refused', async () => {
    const argv = [...ISSUE, '--days', '9000', '--key-out', 'b.key'];
    expect((await refused(pki, ...argv)).stderr[0]).toBe(
      `pki: error: not signing a certificate for ${NAMES}`,
    );
  });

  it('when it is revoked', async () => {
    const { stdout } = await pki('revoke', '--ca-dir', 'ca', 'a.crt', '--reason', 'superseded');
    expect(stdout).toContain(`\n  subject  ${NAMES}\n`);
  });
});
