import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pemBlocks } from '../../src/der/pem.ts';
import { parseCertificate } from '../../src/x509/certificate.ts';
import { parseCrl } from '../../src/x509/crl.ts';
import { EXTENSION_OID } from '../../src/x509/extensions.ts';
import { crlUrls, parseIssuingDistributionPoint } from '../../src/x509/pointers.ts';
import { countRevoked } from '../../src/x509/revoked-list.ts';
import { noSoftHsm, PIN, softHsm } from '../support/softhsm.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { runTool, tool, tryTool } from '../support/tools.ts';
import { world } from '../support/world.ts';
import { refusals } from './refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd, env: { PKCS11_PIN: PIN } });
const refused = refusals(cwd);
const path = (...parts: readonly string[]) => join(cwd, ...parts);
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
const URLS = [0, 1].map((shard) => `http://pki.example.com/${shard}.crl`);

const PROFILE = `extends: tls-server
crl: ["http://pki.example.com/{crl-shard}.crl"]
freshest-crl: ["http://pki.example.com/{crl-shard}-delta.crl"]
crl-shards: 2
`;

async function done(...argv: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await pki(...argv);
  if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
  return stdout;
}

const certificate = (file: string) =>
  parseCertificate(pemBlocks(readFileSync(path(file), 'latin1'))[0]?.der ?? new Uint8Array(0));

async function issue(dir: string, file: string, profile = 'web'): Promise<string> {
  const files = ['--key-out', `${file}.key`, '--out', `${file}.crt`, '--force'];
  await done('issue', '--ca-dir', dir, '--profile', profile, '--cn', 'a.example', ...files);
  return crlUrls(certificate(`${file}.crt`).tbs.extensions)[0] ?? '';
}

/** Two certificates of each shard, `DIR-SHARD-good.crt` and `DIR-SHARD-bad.crt`. */
async function issuePairs(dir: string): Promise<void> {
  for (const shard of [0, 1]) {
    for (const name of ['good', 'bad']) {
      // serial numbers are random, and with them the shards
      for (let tries = 0; tries < 60; tries++) {
        if ((await issue(dir, `${dir}-${shard}-${name}`)) === URLS[shard]) break;
      }
    }
  }
}

const sharded = (dir: string, ...options: readonly string[]) =>
  done('crl', '--ca-dir', dir, '--shard', ...options);

beforeAll(async () => {
  hsm?.token('CA Token');
  for (const [dir, options] of Object.entries(WORLDS)) {
    await done('init-ca', '--name', `Root ${dir}`, '--dir', dir, ...options);
    mkdirSync(path(dir, 'profiles'), { recursive: true });
    writeFileSync(path(dir, 'profiles/web.yaml'), PROFILE);
    await issuePairs(dir);
    await issue(dir, `${dir}-plain`, 'tls-server');
    for (const name of ['0-bad', 'plain']) {
      await done('revoke', '--ca-dir', dir, `${dir}-${name}.crt`, '--reason', 'superseded');
    }
    await sharded(dir, 'all');
    await done('crl', '--ca-dir', dir, '--out', `${dir}.crl`);
    await done('revoke', '--ca-dir', dir, `${dir}-1-bad.crt`, '--reason', 'keyCompromise');
    await sharded(dir, 'all', '--delta');
  }
});

const current = (dir: string, name: string) => parseCrl(readFileSync(path(dir, 'crl', name)));
const fileOf = (dir: string, url: string, kind = ''): string => {
  const names = readdirSync(path(dir, 'crl')).filter((name) =>
    new RegExp(`^shard-\\d+${kind}\\.crl$`).test(name),
  );
  const found = names.find((name) => pointOf(dir, name)?.includes(url));
  if (!found) throw new Error(`no CRL of ${url}`);
  return found;
};
const pointOf = (dir: string, name: string) => {
  const extension = current(dir, name).tbs.extensions.find(({ oid }) => oid === '2.5.29.28');
  return extension && parseIssuingDistributionPoint(extension.value);
};

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

describe('pki crl --shard', () => {
  it('makes that of a URL', async () => {
    const [url = ''] = URLS;
    const stdout = await sharded('file', url, '--out', 'one.crl', '--days', '7');
    expect(stdout).toMatch(
      /^made CRL \d+\n {2}CRL {10}one\.crl\n {2}of {11}http:\/\/pki\.example\.com\/0\.crl\n {2}revoked {6}1\n/,
    );
    const [read] = pemBlocks(readFileSync(path('one.crl'), 'latin1'));
    expect(read?.der).toEqual(Uint8Array.from(readFileSync(path('file/crl', fileOf('file', url)))));
  });

  it('makes all, and tells where they are', async () => {
    const stdout = await sharded('file', 'all', '--json');
    const { crls } = JSON.parse(stdout) as { crls: { urls: string[]; file: string }[] };
    expect(crls.map(({ urls }) => urls).toSorted()).toEqual(URLS.map((url) => [url]));
    expect(crls.every(({ file }) => existsSync(path(file)))).toBe(true);
    expect(await sharded('file', 'all')).toMatch(
      /^(?:made CRL \d+ of http:\/\/pki\.example\.com\/[01]\.crl: [01] in file\/crl\/shard-\d+\.crl\n){2}$/,
    );
  });

  it('counts numbers up over all of them', async () => {
    const numbers = async () => {
      const { crls } = JSON.parse(await sharded('file', 'all', '--json')) as {
        crls: { number: string }[];
      };
      return crls.map(({ number }) => Number(number));
    };
    const [first, second] = [await numbers(), await numbers()];
    expect(Math.min(...second)).toBe(Math.max(...first) + 1);
  });

  it('says where deltas are, of all certificates or of some', async () => {
    const delta = 'http://pki.example.com/delta.crl';
    const stdout = await done('crl', '--ca-dir', 'file', '--freshest-crl', delta, '--json');
    const { crl } = JSON.parse(stdout) as { crl: string };
    const { tbs } = parseCrl(pemBlocks(crl)[0]?.der ?? new Uint8Array(0));
    const found = tbs.extensions.find(({ oid }) => oid === '2.5.29.46');
    expect(Buffer.from(found?.value ?? []).toString('latin1')).toContain(delta);
  });

  it.each([
    [
      2,
      ['--shard', 'http://pki.example.com/2.crl'],
      'no certificate of this CA says that its CRL is at http://pki.example.com/2.crl',
      '"--shard all" means all that certificates name',
    ],
    [
      2,
      ['--shard', 'all', '--out', 'all.crl'],
      '--out is for one CRL, not for --shard all',
      'name one by its URL',
    ],
    [
      2,
      ['--shard', 'all', '--freshest-crl', 'http://pki.example.com/d.crl'],
      '--freshest-crl is for one CRL, not for --shard all',
      'name one by its URL',
    ],
    [
      3,
      ['--delta', '--freshest-crl', 'http://pki.example.com/d.crl'],
      'not signing a CRL of CN=Root file',
      'freshestCRL must not be in a delta CRL (crl-freshest-crl, RFC 5280 §5.2.6)',
    ],
    [
      3,
      ['--freshest-crl', 'https://pki.example.com/d.crl'],
      'not signing a CRL of CN=Root file',
      'delta CRLs should be at http or ldap URLs, not at "https://pki.example.com/d.crl" (crl-freshest-crl-urls, RFC 5280 §4.2.1.13, §5.2.6, §8)',
    ],
  ])('refuses with %i: %j', async (status, options, message, hint) => {
    expect(await refused(pki, 'crl', '--ca-dir', 'file', ...options)).toEqual({
      status,
      stderr: [`pki: error: ${message}`, `pki: hint: ${hint}`],
    });
  });

  it('needs certificates that name one, and for a delta its full CRL', async () => {
    await done('init-ca', '--name', 'Root', '--dir', 'none', '--no-passphrase');
    expect(await refused(pki, 'crl', '--ca-dir', 'none', '--shard', 'all')).toEqual({
      status: 2,
      stderr: [
        'pki: error: no certificate of this CA says where its CRL is',
        'pki: hint: the key crl of a profile makes those say it that are issued from then on',
      ],
    });
    mkdirSync(path('none/profiles'), { recursive: true });
    writeFileSync(
      path('none/profiles/web.yaml'),
      'extends: tls-server\ncrl: ["http://pki.example.com/c"]\n',
    );
    const url = await issue('none', 'none');
    await done('crl', '--ca-dir', 'none'); // that of all certificates is no base for it
    expect(await refused(pki, 'crl', '--ca-dir', 'none', '--shard', url, '--delta')).toEqual({
      status: 2,
      stderr: [
        'pki: error: there is no full CRL of http://pki.example.com/c that a delta CRL could build on',
        'pki: hint: make one first, without --delta',
      ],
    });
  });
});

describe('pki crl --check --shard', () => {
  const check = (...options: readonly string[]) =>
    pki('crl', '--ca-dir', 'catalyst', '--check', '--shard', ...options);

  it('looks at all that have to be there', async () => {
    const { status, stdout } = await check('all');
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^(?:CRL \d of http:\/\/pki\.example\.com\/[01]\.crl is current until \S+, (?:29|30) days from now\n){2}$/,
    );
    const { crls } = JSON.parse((await check('all', '--json')).stdout) as { crls: unknown[] };
    expect(crls).toHaveLength(2);
  });

  it('fails with 8 and names those that have to be made', async () => {
    const { status, stderr } = await check('all', '--within', '60');
    expect(status).toBe(8);
    expect(stderr).toMatch(
      /^pki: error: 2 of 2 CRLs have to be made\n(?:pki: hint: CRL \d of \S+ runs out at \S+\n){2}pki: hint: make the next one with "pki crl --shard all"\n$/,
    );
    const [url = ''] = URLS;
    const file = fileOf('catalyst', url);
    rmSync(path('catalyst/crl', file));
    expect(await check('all')).toEqual({
      status: 8,
      stdout: '',
      stderr: `pki: error: there is no ${path('catalyst/crl', file)}\npki: hint: make the next one with "pki crl --shard all"\n`,
    });
    await sharded('catalyst', url, '--out', 'again.crl');
    expect((await check(url)).status).toBe(0);
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
