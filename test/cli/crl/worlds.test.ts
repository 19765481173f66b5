import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseCrl } from '../../../src/x509/crl.ts';
import { revokedCertificates } from '../../../src/x509/revoked-list.ts';
import { noSoftHsm, PIN, softHsm } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { runTool, tool, tryTool } from '../../support/tools.ts';
import { world } from '../../support/world.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd, env: { PKCS11_PIN: PIN } });
const hsm = noSoftHsm() ? undefined : softHsm();
const inToken = hsm && [
  ...['--pkcs11-lib', hsm.module, '--pkcs11-token', 'CA Token', '--pkcs11-key-label', 'ca'],
  '--pkcs11-generate-key',
];

/** Where the keys are, and who can judge what they sign. */
const WORLDS: Readonly<Record<string, { options: readonly string[]; openssl: boolean }>> = {
  file: { options: ['--no-passphrase'], openssl: true },
  ...(inToken && { token: { options: inToken, openssl: true } }),
  catalyst: { options: ['--no-passphrase', '--hybrid', 'catalyst'], openssl: true },
  composite: {
    options: ['--no-passphrase', '--algorithm', 'MLDSA65-ECDSA-P384-SHA512'],
    openssl: false,
  },
};
const NAMES = Object.keys(WORLDS);
const OPENSSL_NAMES = NAMES.filter((name) => WORLDS[name]?.openssl);
const path = (...parts: readonly string[]) => join(cwd, ...parts);

async function done(...argv: readonly string[]): Promise<void> {
  const { status, stderr } = await pki(...argv);
  if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
}

beforeAll(async () => {
  hsm?.token('CA Token');
  for (const [dir, { options }] of Object.entries(WORLDS)) {
    await done('init-ca', '--name', `Root ${dir}`, '--dir', dir, ...options);
    for (const name of ['good', 'revoked', 'held']) {
      const files = ['--key-out', `${dir}-${name}.key`, '--out', `${dir}-${name}.crt`];
      await done('issue', '--ca-dir', dir, '--cn', `${name}.example`, ...files);
    }
    const revoke = ['revoke', '--ca-dir', dir];
    await done(
      ...revoke,
      `${dir}-revoked.crt`,
      '--reason',
      'keyCompromise',
      '--invalidity-date',
      '2026-01-01',
    );
    await done(...revoke, `${dir}-held.crt`, '--reason', 'certificateHold');
    await done('crl', '--ca-dir', dir, '--out', `${dir}.crl`);
    await done(...revoke, `${dir}-held.crt`, '--release');
    await done('crl', '--ca-dir', dir, '--delta', '--out', `${dir}-delta.crl`);
    await done('crl', '--ca-dir', dir, '--out', `${dir}-next.crl`);
  }
}, 60_000);

describe.each(NAMES)('the CRLs of a CA with its key in the world "%s"', (dir) => {
  const current = (name: string) => parseCrl(readFileSync(path(dir, 'crl', name)));
  const listed = (name: string) =>
    [...revokedCertificates(current(name).tbs.revoked)].map(({ extensions }) =>
      extensions.map(({ oid, value }) => `${oid} ${Buffer.from(value).toString('hex')}`),
    );

  it('list what is revoked in full, and in deltas what has changed', () => {
    expect(listed('ca.crl')).toEqual([
      ['2.5.29.21 0a0101', '2.5.29.24 180f32303236303130313030303030305a'],
    ]);
    expect(listed('delta.crl')).toEqual([['2.5.29.21 0a0108']]);
  });
});

const openssl = tool('openssl-3.5');

describe.skipIf(!openssl)('OpenSSL ≥ 3.5', () => {
  const verify = (dir: string, crl: string, name: string) =>
    tryTool(
      ...([openssl ?? '', 'verify', '-x509_strict', '-crl_check'] as const),
      ...['-CRLfile', path(crl), '-CAfile', path(dir, 'ca.crt'), path(`${dir}-${name}.crt`)],
    );

  it.each(OPENSSL_NAMES)('verifies the CRLs of %s', (dir) => {
    const crls = [
      ...[`${dir}.crl`, `${dir}-delta.crl`, `${dir}-next.crl`].map((name) => path(name)),
      ...['ca.crl', 'ca.pem', 'delta.crl', 'delta.pem'].map((name) => path(dir, 'crl', name)),
    ];
    for (const crl of crls) {
      const options = ['-in', crl, '-CAfile', path(dir, 'ca.crt'), '-noout', '-verify'];
      expect(tryTool(openssl ?? '', 'crl', ...options).output).toBe('verify OK\n');
    }
  });

  it.each(OPENSSL_NAMES)('refuses what %s has revoked, and nothing else', (dir) => {
    const first = `${dir}.crl`;
    expect(verify(dir, first, 'good')).toMatchObject({ status: 0 });
    for (const name of ['revoked', 'held']) {
      const { status, output } = verify(dir, first, name);
      expect(status).not.toBe(0);
      expect(output).toContain('certificate revoked');
    }
    expect(verify(dir, `${dir}-next.crl`, 'held')).toMatchObject({ status: 0 });
    expect(verify(dir, `${dir}-next.crl`, 'revoked').output).toContain('certificate revoked');
  });

  it('reads reasons, dates and the indicator of a delta', () => {
    const text = (crl: string) =>
      runTool(openssl ?? '', 'crl', '-in', path(crl), '-noout', '-text').replaceAll(/\s+/g, ' ');
    expect(text('file.crl')).toMatch(
      /X509v3 CRL Reason Code: Key Compromise Invalidity Date: Jan 1 00:00:00 2026 GMT .*Reason Code: Certificate Hold/,
    );
    expect(text('file-delta.crl')).toMatch(
      /X509v3 CRL Number: 2 X509v3 Delta CRL Indicator: critical 1 .*Reason Code: Remove From CRL/,
    );
  });
});

const bouncyCastle = tool('bc-judge');

describe.skipIf(!bouncyCastle)('Bouncy Castle', () => {
  const SUFFIXES = ['', '-delta', '-next'];
  const serialOf = (dir: string, name: string): string => {
    const { serialNumber } = new X509Certificate(readFileSync(path(`${dir}-${name}.crt`)));
    return serialNumber.replace(/^0+/, '').toLowerCase();
  };

  it('verifies all of them, and the alternative signatures, and reads what we wrote', () => {
    const pairs = NAMES.flatMap((dir) =>
      SUFFIXES.flatMap((suffix) => [path(`${dir}${suffix}.crl`), path(dir, 'ca.crt')]),
    );
    const lines = runTool(bouncyCastle ?? '', 'crl', ...pairs)
      .trimEnd()
      .split('\n');
    const expected = NAMES.flatMap((dir) => {
      const alternative = dir === 'catalyst' ? 'true' : 'absent';
      const [revoked, held] = [serialOf(dir, 'revoked'), serialOf(dir, 'held')];
      return [
        {
          number: '1',
          base: null,
          entries: [`${revoked} keyCompromise`, `${held} certificateHold`],
        },
        { number: '2', base: '1', entries: [`${held} removeFromCRL`] },
        { number: '3', base: null, entries: [`${revoked} keyCompromise`] },
      ].map((contents) => expect.objectContaining({ signature: true, alternative, ...contents }));
    });
    expect(lines.map((line) => JSON.parse(line))).toEqual(expected);
  });

  it.each(NAMES)('has our verdict on certificates of %s, with CRLs in the path', async (dir) => {
    const questions = [
      ...['good', 'revoked', 'held'].map((name) => ({ name, crls: [''] })),
      ...['good', 'revoked', 'held'].map((name) => ({ name, crls: ['', '-delta'] })),
      ...['good', 'revoked', 'held'].map((name) => ({ name, crls: ['-next'] })),
    ];
    const ours: boolean[] = [];
    const files: string[] = [];
    for (const [number, { name, crls }] of questions.entries()) {
      const given = crls.flatMap((suffix) => ['--crl', `${dir}${suffix}.crl`]);
      const trust = ['--trust', path(dir, 'ca.crt')];
      ours.push((await pki('verify', `${dir}-${name}.crt`, ...trust, ...given)).status === 0);
      const parts = [`${dir}-${name}.crt`, ...crls.map((suffix) => `${dir}${suffix}.crl`)];
      const chain = path(`${dir}-${number}.pem`);
      writeFileSync(chain, parts.map((part) => readFileSync(path(part), 'utf8')).join(''));
      files.push(chain, path(dir, 'ca.crt'), new Date().toISOString());
    }
    const { output } = tryTool(bouncyCastle ?? '', 'path', ...files);
    const theirs = output.trimEnd().split('\n');
    expect(theirs.map((line) => JSON.parse(line).path)).toEqual(ours);
    expect(ours).toEqual([true, false, false, true, false, true, true, false, true]);
  });
});
