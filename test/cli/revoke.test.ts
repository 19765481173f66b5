import { X509Certificate } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temporary.ts';
import { world } from '../support/world.ts';
import { refusals } from './refusal.ts';

const cwd = temporaryDirectory();
const at = (now: string) => world({ cwd, now: new Date(now) });
const pki = at('2030-01-01T12:00:00Z');
const later = at('2030-01-05T00:00:00Z');
const refused = refusals(cwd, 'ca');
const revoke = (...argv: readonly string[]) => pki('revoke', '--ca-dir', 'ca', ...argv);
const refusedRevoke = (...argv: readonly string[]) =>
  refused(pki, 'revoke', '--ca-dir', 'ca', ...argv);
const serialOf = (file: string) =>
  new X509Certificate(readFileSync(join(cwd, file))).serialNumber.toLowerCase();
const issue = (ca: string, name: string) =>
  pki(
    ...['issue', '--ca-dir', ca, '--cn', `${name}.example`],
    ...['--key-out', `${name}.key`, '--out', `${name}.crt`],
  );

beforeAll(async () => {
  for (const [dir, name] of [
    ['ca', 'Root'],
    ['other', 'Other'],
    ['twin', 'Root'],
  ] as const) {
    await pki('init-ca', '--name', name, '--dir', dir, '--no-passphrase');
  }
  for (const name of ['a', 'b', 'c', 'd']) await issue('ca', name);
  await issue('other', 'foreign');
  await issue('twin', 'forged');
  rmSync(join(cwd, 'ca/keys'), { recursive: true }); // revoking needs no key
});

describe('pki revoke', () => {
  it('records a revocation, by file, and says so when it is there already', async () => {
    const serial = serialOf('a.crt');
    const told = `  serial   ${serial}\n  subject  CN=a.example\n  reason   superseded\n  since    2030-01-01T12:00:00Z\n`;
    const ok = { status: 0, stderr: '' };
    const superseded = ['a.crt', '--reason', 'superseded'] as const;
    expect(await revoke(...superseded)).toEqual({ ...ok, stdout: `revoked\n${told}` });
    expect(await later('revoke', '--ca-dir', 'ca', ...superseded)).toEqual({
      ...ok,
      stdout: `revoked already, nothing to do\n${told}`,
    });
  });

  it('tells the same as JSON, and takes a serial number in any form', async () => {
    const serial = serialOf('b.crt');
    const written = serial.toUpperCase().replaceAll(/(..)(?!$)/g, '$1:');
    const date = ['--invalidity-date', '2029-12-31'];
    const { stdout } = await revoke(written, '--reason', 'keyCompromise', ...date, '--json');
    expect(JSON.parse(stdout)).toEqual({
      serial,
      subject: 'CN=b.example',
      status: 'revoked',
      revokedAt: '2030-01-01T12:00:00Z',
      reason: 'keyCompromise',
      invalidityDate: '2029-12-31T00:00:00Z',
      changed: true,
    });
  });

  it('puts on hold, and releases', async () => {
    expect((await revoke('c.crt', '--reason', 'certificateHold')).stdout).toMatch(/^on hold\n/);
    expect((await revoke('c.crt', '--reason', 'certificateHold')).stdout).toMatch(
      /^on hold already, nothing to do\n/,
    );
    expect(await revoke('c.crt', '--release')).toEqual({
      status: 0,
      stdout: `released\n  serial   ${serialOf('c.crt')}\n  subject  CN=c.example\n`,
      stderr: '',
    });
    expect((await revoke('c.crt', '--release')).stdout).toMatch(/^not on hold, nothing to do\n/);
  });

  it('revokes what has ended, with a note', async () => {
    const pki = at('2031-01-01T00:00:00Z');
    const argv = ['revoke', '--ca-dir', 'ca', 'd.crt', '--reason', 'unspecified'];
    expect((await pki(...argv)).stderr).toBe(
      'pki: it was valid until 2030-04-01T11:54:59Z; one CRL will list it\n',
    );
    expect((await pki(...argv)).stderr).toBe('');
  });

  it('shows in list and show', async () => {
    const { stdout } = await pki('list', '--ca-dir', 'ca');
    expect(stdout.match(/(issued|revoked) {2,3}\S+ {2}tls-server +CN=\S+/g)).toEqual([
      'revoked  2030-04-01T11:54:59Z  tls-server    CN=a.example',
      'revoked  2030-04-01T11:54:59Z  tls-server    CN=b.example',
      'issued   2030-04-01T11:54:59Z  tls-server    CN=c.example',
      'revoked  2030-04-01T11:54:59Z  tls-server    CN=d.example',
    ]);
    const listed = JSON.parse((await pki('list', '--ca-dir', 'ca', '--json')).stdout);
    expect(listed[2]).toMatchObject({
      status: 'revoked',
      revokedAt: '2030-01-01T12:00:00Z',
      reason: 'keyCompromise',
      invalidityDate: '2029-12-31T00:00:00Z',
    });
    const shown = await pki('show', '--ca-dir', 'ca', serialOf('a.crt'));
    expect(shown.stdout).toContain('  status       revoked (superseded, 2030-01-01T12:00:00Z)\n');
  });
});

describe('pki revoke refuses', () => {
  it('a certificate of another CA', async () => {
    expect(await refusedRevoke('foreign.crt', '--reason', 'superseded')).toEqual({
      status: 2,
      stderr: [
        'pki: error: foreign.crt is a certificate of another CA: CN=Other',
        'pki: hint: only the CA that issued it can revoke it',
      ],
    });
  });

  it('a certificate of a CA that has the same name', async () => {
    expect(await refusedRevoke('forged.crt', '--reason', 'superseded')).toEqual({
      status: 2,
      stderr: [
        'pki: error: forged.crt is not a certificate that this CA has issued',
        `pki: hint: nothing was issued under its serial number ${serialOf('forged.crt')}`,
      ],
    });
  });

  it('a certificate that differs from the one of the store', async () => {
    const changed = Buffer.from(new X509Certificate(readFileSync(join(cwd, 'c.crt'))).raw);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    writeFileSync(join(cwd, 'changed.der'), changed);
    expect(await refusedRevoke('changed.der', '--reason', 'superseded')).toEqual({
      status: 2,
      stderr: [
        'pki: error: changed.der is not a certificate that this CA has issued',
        `pki: hint: under its serial number ${serialOf('c.crt')} another one was issued`,
      ],
    });
  });

  it('its own certificate', async () => {
    expect(await refusedRevoke('ca/ca.crt', '--reason', 'superseded')).toEqual({
      status: 3,
      stderr: [
        'pki: error: a CA cannot revoke its own certificate',
        'pki: hint: its CRLs are worth nothing without it; take it out of the trust stores, or have it revoked by the CA above',
      ],
    });
  });

  it.each([
    [
      ['0a', '--reason', 'superseded'],
      ['this CA has no certificate with the serial number 0a', '"pki list" shows what there is'],
    ],
    [
      ['c.crt'],
      [
        'give --reason, or --release for a certificate on hold',
        'reasons: unspecified, keyCompromise, cACompromise, affiliationChanged, superseded, cessationOfOperation, certificateHold, privilegeWithdrawn',
      ],
    ],
    [['c.crt', '--release', '--reason', 'superseded'], ['give either --release or --reason']],
    [
      ['c.crt', '--reason', 'lost'],
      [
        "option '--reason <name>' argument 'lost' is invalid. Allowed choices are unspecified, keyCompromise, cACompromise, affiliationChanged, superseded, cessationOfOperation, certificateHold, privilegeWithdrawn.",
      ],
    ],
    [
      ['c.crt', '--reason', 'keyCompromise', '--invalidity-date', '2029-02-30'],
      [
        "option '--invalidity-date <time>' argument '2029-02-30' is invalid. it has to be as in 2030-01-31 or 2030-01-31T12:00:00Z",
      ],
    ],
    [
      ['c.crt', '--reason', 'keyCompromise', '--invalidity-date', '2031-01-01'],
      [
        'the invalidity date 2031-01-01T00:00:00Z is in the future',
        'it tells since when the key cannot be relied upon (RFC 5280 §5.3.2)',
      ],
    ],
    [
      ['lost.key', '--release'],
      ['there is no file lost.key, and it is no serial number', '"pki list" shows what there is'],
    ],
  ])('%j', async (argv, [message, ...hints]) => {
    expect(await refusedRevoke(...argv)).toEqual({
      status: 2,
      stderr: [`pki: error: ${message}`, ...hints.map((hint) => `pki: hint: ${hint}`)],
    });
  });

  it('another reason, and a release of what is not on hold', async () => {
    expect(await refusedRevoke('a.crt', '--reason', 'certificateHold')).toMatchObject({
      status: 3,
      stderr: [
        `pki: error: certificate ${serialOf('a.crt')} is revoked already (superseded, 2030-01-01T12:00:00Z)`,
        expect.stringMatching(/^pki: hint: /),
      ],
    });
    expect((await refusedRevoke('a.crt', '--release')).status).toBe(3);
  });
});
