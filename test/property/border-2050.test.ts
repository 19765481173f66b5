import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { noOpenssl, openssl } from '../cli/openssl.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { world } from '../support/world.ts';

const cwd = temporaryDirectory();
const at = (...names: readonly string[]) => join(cwd, ...names);

/** The last second of UTCTime, and the first of GeneralizedTime (RFC 5280 §4.1.2.5). */
const BORDER = Date.parse('2050-01-01T00:00:00Z');
const pkiAt = (time: number) => world({ cwd, now: new Date(time) });

async function done(time: number, ...argv: readonly string[]): Promise<void> {
  const { status, stderr } = await pkiAt(time)(...argv);
  if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
}

/** A time as it has to be in DER: type and digits. */
function encoded(time: number): string {
  const digits = new Date(time).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return time < BORDER ? `UTCTIME ${digits.slice(2)}` : `GENERALIZEDTIME ${digits}`;
}

/** The times in a file, in order, as OpenSSL finds them in its DER. */
const timesIn = (file: string, ...options: readonly string[]): readonly string[] =>
  [
    ...openssl('asn1parse', '-in', at(file), ...options).matchAll(
      /(UTCTIME|GENERALIZEDTIME) *:(\d+Z)/g,
    ),
  ].map(([, type, digits]) => `${type} ${digits}`);

const DAY = 86_400_000;
const BACKDATE = 5 * 60_000;
const OFFSETS = [-2, -1, 0, 1].map((seconds) => ({ seconds, now: BORDER + 1000 * seconds }));

beforeAll(async () => {
  const before = BORDER - 10 * DAY;
  await done(before, 'init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
  const files = ['--out', 'early.crt', '--key-out', 'early.key'];
  await done(before, 'issue', '--ca-dir', 'ca', '--cn', 'early.example', ...files);
  await done(before, 'revoke', '--ca-dir', 'ca', 'early.crt', '--reason', 'superseded');
});

describe.skipIf(noOpenssl()).each(OFFSETS)('$seconds seconds from 2050', ({ seconds, now }) => {
  const name = `at${seconds}`;
  const verified = (...options: readonly string[]) =>
    openssl('verify', '-x509_strict', '-CAfile', at('ca/ca.crt'), ...options, at(`${name}.crt`));

  it('a certificate begins', async () => {
    const files = ['--out', `${name}.crt`, '--key-out', `${name}.key`];
    const argv = ['issue', '--ca-dir', 'ca', '--cn', `${name}.example`, '--days', '1', ...files];
    await done(now + BACKDATE, ...argv);
    expect(timesIn(`${name}.crt`)).toEqual([encoded(now), encoded(now + DAY - 1000)]);
    expect(verified('-attime', String(now / 1000))).toBe(`${at(`${name}.crt`)}: OK\n`);
    expect(() => verified('-attime', String(now / 1000 - 1))).toThrow('not yet valid');
  });

  it('a certificate ends', async () => {
    const files = ['--out', `${name}.crt`, '--key-out', `${name}.key`, '--force'];
    const argv = ['issue', '--ca-dir', 'ca', '--cn', `${name}.example`, '--days', '1', ...files];
    await done(now - DAY + BACKDATE + 1000, ...argv);
    expect(timesIn(`${name}.crt`)).toEqual([encoded(now - DAY + 1000), encoded(now)]);
    // in its last second OpenSSL says that it has expired already
    expect(verified('-attime', String(now / 1000 - 1))).toBe(`${at(`${name}.crt`)}: OK\n`);
    expect(() => verified('-attime', String(now / 1000 + 1))).toThrow('has expired');
  });

  it('a CRL is made, with what was revoked long before and just now', async () => {
    await done(now, 'revoke', '--ca-dir', 'ca', `${name}.crt`, '--reason', 'superseded');
    await done(now, 'crl', '--ca-dir', 'ca', '--days', '1', '--out', `${name}.crl`);
    const [thisUpdate, nextUpdate, ...revoked] = timesIn(`${name}.crl`);
    expect([thisUpdate, nextUpdate]).toEqual([encoded(now), encoded(now + DAY)]);
    expect(revoked).toContain(encoded(BORDER - 10 * DAY));
    expect(revoked).toContain(encoded(now));
    const checked = ['-crl_check', '-CRLfile', at(`${name}.crl`), '-attime', String(now / 1000)];
    expect(() =>
      openssl('verify', '-CAfile', at('ca/ca.crt'), ...checked, at('early.crt')),
    ).toThrow('certificate revoked');
  });

  it('an OCSP response is made, all of whose times are GeneralizedTime', async () => {
    const files = ['--cert', `${name}.crt`, '--issuer', 'ca/ca.crt', '--out', `${name}.req`];
    await done(now, 'ocsp', 'request', ...files);
    const respond = ['ocsp', 'respond', '--ca-dir', 'ca', '--days', '1'];
    await done(now, ...respond, '--request', `${name}.req`, '--out', `${name}.resp`);
    const text = openssl('ocsp', '-respin', at(`${name}.resp`), '-resp_text', '-noverify');
    const shown = (time: number) =>
      new Date(time)
        .toUTCString()
        .replace(
          /^\w+, 0?(\d+) (\w+) (\d+) (.*) GMT$/,
          (_, day, month, year, clock) =>
            `${month} ${String(day).padStart(2)} ${clock} ${year} GMT`,
        );
    for (const [label, time] of [
      ['Produced At', now],
      ['Revocation Time', now],
      ['This Update', now],
      ['Next Update', now + DAY],
    ] as const) {
      expect(text).toContain(`${label}: ${shown(time)}\n`);
    }
  });
});
