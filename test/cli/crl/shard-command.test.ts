import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { pemBlocks } from '../../../src/der/pem.ts';
import { parseCrl } from '../../../src/x509/crl.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';
import { shardedCas, URLS } from '../sharded-cas.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const refused = refusals(cwd);
const { path, done, issue, sharded, make, fileOf } = shardedCas(pki, cwd);

beforeAll(async () => {
  await make('file', '--no-passphrase');
  await make('catalyst', '--no-passphrase', '--hybrid', 'catalyst');
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
