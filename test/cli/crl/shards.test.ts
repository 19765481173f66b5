import { beforeAll, describe, expect, it } from 'vitest';
import { EXTENSION_OID } from '../../../src/x509/extensions.ts';
import { countRevoked } from '../../../src/x509/revoked-list.ts';
import { noSoftHsm, PIN, softHsm } from '../../support/softhsm.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { runTool, tool, tryTool } from '../../support/tools.ts';
import { world } from '../../support/world.ts';
import { shardedCas, URLS } from '../sharded-cas.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd, env: { PKCS11_PIN: PIN } });
const { path, make, current, fileOf } = shardedCas(pki, cwd);
const hsm = noSoftHsm() ? undefined : softHsm();
const inToken = hsm && [
  ...['--pkcs11-lib', hsm.module, '--pkcs11-token', 'CA Token', '--pkcs11-key-label', 'ca'],
  '--pkcs11-generate-key',
];

/** Where the keys are. */
const WORLDS: Readonly<Record<string, readonly string[]>> = {
  file: ['--no-passphrase'],
  ...(inToken && { token: inToken }),
  catalyst: ['--no-passphrase', '--hybrid', 'catalyst'],
};
const NAMES = Object.keys(WORLDS);

beforeAll(async () => {
  hsm?.token('CA Token');
  for (const [dir, options] of Object.entries(WORLDS)) await make(dir, ...options);
});

describe('a CRL of a distribution point', () => {
  it.each(NAMES)('tells of the certificates of %s that name it, and of no other', (dir) => {
    const counts = URLS.map((url) => countRevoked(current(dir, fileOf(dir, url)).tbs.revoked));
    expect(counts).toEqual([1, 0]);
    const deltas = URLS.map((url) =>
      countRevoked(current(dir, fileOf(dir, url, '-delta')).tbs.revoked),
    );
    expect(deltas).toEqual([0, 1]);
    expect(countRevoked(current(dir, 'ca.crl').tbs.revoked)).toBe(2); // of all
  });

  it('is bound to it by a critical extension', () => {
    const { tbs } = current('file', fileOf('file', URLS[0] ?? ''));
    expect(tbs.extensions.map(({ oid, critical }) => [oid, critical])).toEqual([
      ['2.5.29.35', false],
      ['2.5.29.20', false],
      ['2.5.29.28', true],
      [EXTENSION_OID.auditHead, false],
    ]);
    expect(current('file', 'ca.crl').tbs.extensions.map(({ oid }) => oid)).not.toContain(
      '2.5.29.28',
    );
  });
});

const openssl = tool('openssl-3.5');

describe.skipIf(!openssl)('OpenSSL ≥ 3.5', () => {
  const verify = (
    dir: string,
    crls: readonly string[],
    name: string,
    ...options: readonly string[]
  ) =>
    tryTool(
      ...([openssl ?? '', 'verify', '-x509_strict', '-crl_check', ...options] as const),
      ...crls.flatMap((crl) => ['-CRLfile', path(dir, 'crl', crl.replace('.crl', '.pem'))]),
      ...['-CAfile', path(dir, 'ca.crt'), path(`${dir}-${name}.crt`)],
    );

  it.each(NAMES)('takes a CRL of %s for the certificates that name it alone', (dir) => {
    const [zero = '', one = ''] = URLS.map((url) => fileOf(dir, url));
    expect(verify(dir, [zero], '0-good')).toMatchObject({ status: 0 });
    expect(verify(dir, [zero], '0-bad').output).toContain('certificate revoked');
    expect(verify(dir, [zero], '1-good').output).toContain('ifferent CRL scope');
    expect(verify(dir, [zero, one], '1-good')).toMatchObject({ status: 0 });
    expect(verify(dir, ['ca.crl'], '1-good')).toMatchObject({ status: 0 });
    expect(verify(dir, ['ca.crl'], 'plain').output).toContain('certificate revoked');
  });

  it.each(NAMES)('takes a delta of %s for what has changed', (dir) => {
    const one = URLS[1] ?? '';
    const crls = [fileOf(dir, one), fileOf(dir, one, '-delta')];
    const options = ['-extended_crl', '-use_deltas'];
    expect(verify(dir, crls, '1-good', ...options)).toMatchObject({ status: 0 });
    expect(verify(dir, crls, '1-bad', ...options).output).toContain('certificate revoked');
  });
});

const bouncyCastle = tool('bc-judge');

describe.skipIf(!bouncyCastle)('Bouncy Castle', () => {
  it('verifies both signatures of those of a hybrid CA', () => {
    const crls = URLS.flatMap((url) => [
      fileOf('catalyst', url),
      fileOf('catalyst', url, '-delta'),
    ]);
    const pairs = crls.flatMap((crl) => [path('catalyst/crl', crl), path('catalyst/ca.crt')]);
    const lines = runTool(bouncyCastle ?? '', 'crl', ...pairs)
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      crls.map(() => expect.objectContaining({ signature: true, alternative: 'true' })),
    );
  });
});
