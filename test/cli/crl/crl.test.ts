import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { runTool, tool, tryTool } from '../../support/tools.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd, now: new Date('2030-01-01T00:00:00Z') });
const crl = (...options: readonly string[]) => pki('crl', '--ca-dir', 'ca', ...options);

const CAS = {
  ca: ['--algorithm', 'ecdsa-p384'],
  'ml-dsa': ['--algorithm', 'ml-dsa-65'],
  'slh-dsa': ['--algorithm', 'slh-dsa-sha2-128f'],
  catalyst: ['--hybrid', 'catalyst'],
  composite: ['--algorithm', 'MLDSA65-ECDSA-P384-SHA512'],
};

beforeAll(async () => {
  for (const [dir, options] of Object.entries(CAS)) {
    await pki('init-ca', '--name', `Root ${dir}`, '--dir', dir, '--no-passphrase', ...options);
    await pki('crl', '--ca-dir', dir, '--out', `${dir}.crl`);
  }
});

describe('pki crl', () => {
  it('writes a CRL, and tells its number', async () => {
    expect(await crl('--out', 'second.crl')).toEqual({
      status: 0,
      stdout:
        'made CRL 2\n  CRL          second.crl\n  revoked      0\n  next update  2030-01-31T00:00:00Z\n',
      stderr: '',
    });
    expect(readFileSync(join(cwd, 'second.crl'), 'latin1')).toMatch(/^-----BEGIN X509 CRL-----\n/);
  });

  it('prints it, or JSON about it', async () => {
    expect((await crl()).stdout).toMatch(
      /^-----BEGIN X509 CRL-----\n[\s\S]*-----END X509 CRL-----\n$/,
    );
    const { stdout } = await crl('--json', '--days', '7');
    expect(JSON.parse(stdout)).toEqual({
      number: '4',
      revoked: 0,
      thisUpdate: '2030-01-01T00:00:00Z',
      nextUpdate: '2030-01-08T00:00:00Z',
      crl: expect.stringMatching(/^-----BEGIN X509 CRL-----\n/),
    });
  });

  it('refuses one that would outlive the CA', async () => {
    const { status, stderr } = await refusals(cwd)(pki, 'crl', '--ca-dir', 'ca', '--days', '9000');
    expect(status).toBe(3);
    expect(stderr[0]).toBe('pki: error: not signing a CRL of CN=Root ca');
    expect(stderr[1]).toMatch(
      /^pki: hint: the CRL must be within the issuer's validity, until 2049-12-31T\S+; it would last until 2054-08-23T00:00:00Z \(crl-within-issuer, RFC 5280 §6.3.3\)$/,
    );
  });

  it('does not replace a file without --force', async () => {
    expect(await refusals(cwd)(pki, 'crl', '--ca-dir', 'ca', '--out', 'ca.crl')).toEqual({
      status: 6,
      stderr: [
        `pki: error: ${join(cwd, 'ca.crl')} exists already`,
        'pki: hint: --force replaces it',
      ],
    });
  });
});

const openssl = tool('openssl-3.5');

describe.skipIf(!openssl)('OpenSSL ≥ 3.5', () => {
  it.each(['ca', 'ml-dsa', 'slh-dsa', 'catalyst'])('verifies the CRL of %s', (dir) => {
    const options = ['-in', join(cwd, `${dir}.crl`), '-CAfile', join(cwd, dir, 'ca.crt'), '-noout'];
    const { output } = tryTool(openssl ?? '', 'crl', ...options, '-verify');
    expect(output).toBe('verify OK\n');
  });
});

const bouncyCastle = tool('bc-judge');

describe.skipIf(!bouncyCastle)('Bouncy Castle', () => {
  it('verifies the CRL of each CA, and the alternative signature where there is one', () => {
    const dirs = Object.keys(CAS);
    const pairs = dirs.flatMap((dir) => [join(cwd, `${dir}.crl`), join(cwd, dir, 'ca.crt')]);
    const lines = runTool(bouncyCastle ?? '', 'crl', ...pairs)
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      dirs.map((dir) =>
        expect.objectContaining({
          signature: true,
          alternative: dir === 'catalyst' ? 'true' : 'absent',
        }),
      ),
    );
  });
});
