import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { tool, tryTool } from '../../support/tools.ts';
import { PASSPHRASE, world } from '../../support/world.ts';
import { keyFile } from '../key/files.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const create = (...options: readonly string[]) => ['csr', 'create', ...options];
const path = (name: string) => join(cwd, name);

beforeAll(async () => {
  for (const [name, algorithm] of [
    ['ec', 'ecdsa-p256'],
    ['rsa', 'rsa-2048'],
    ['ed', 'ed25519'],
    ['ml-dsa', 'ml-dsa-65'],
    ['slh-dsa', 'slh-dsa-sha2-128f'],
    ['composite', 'MLDSA44-ECDSA-P256-SHA256'],
  ] as const) {
    await keyFile(cwd, name, algorithm);
  }
  await keyFile(cwd, 'locked', 'ecdsa-p256', PASSPHRASE);
});

describe('csr create', () => {
  it('tells what it made, and where', async () => {
    const { status, stdout, stderr } = await pki(
      ...create('--key', 'ec.key', '--cn', 'a.example', '--organization', 'Example'),
      ...['--country', 'DE', '--dns', 'www.a.example', '--ip', '2001:db8::1', '--out', 'told.csr'],
    );
    expect(stdout).toBe(
      [
        'made a request for C=DE, O=Example, CN=a.example',
        '  request    told.csr',
        '  name       dns:www.a.example',
        '  name       ip:2001:db8::1',
        '  key        ecdsa-p256',
        '  signature  ecdsa-with-SHA256',
        '',
      ].join('\n'),
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(readFileSync(path('told.csr'), 'utf8')).toMatch(
      /^-----BEGIN CERTIFICATE REQUEST-----\n[^-]+-----END CERTIFICATE REQUEST-----\n$/,
    );
    expect(statSync(path('told.csr')).mode & 0o777).toBe(0o644);
  });

  it('prints the request alone where no file is named for it', async () => {
    const { status, stdout, stderr } = await pki(...create('--key', 'file:ec.key', '--cn', 'a'));
    expect(stdout).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----\n[^-]+-----END [^-]+-----\n$/);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('tells the same as JSON, with the request', async () => {
    const { stdout } = await pki(
      ...create('--json', '--key', 'ec.key', '--cn', 'a', '--email', 'a@a.example'),
      ...['--out', 'json.csr'],
    );
    expect(JSON.parse(stdout)).toMatchObject({
      subject: 'CN=a',
      names: ['email:a@a.example'],
      key: 'ecdsa-p256',
      signature: 'ecdsa-with-SHA256',
      extensions: [],
      attributes: ['extensionRequest'],
      proofs: [
        {
          what: 'signature',
          holds: true,
          checks: [{ algorithm: 'ecdsa-with-SHA256', implementation: 'node:crypto', holds: true }],
          problem: null,
        },
      ],
      file: 'json.csr',
      request: readFileSync(path('json.csr'), 'utf8'),
    });
  });

  it('asks for the passphrase of the key file, by its path', async () => {
    const typing = world({ cwd, answers: [PASSPHRASE] });
    const { status, stderr } = await typing(...create('--key', 'locked.key', '--cn', 'a'));
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: `passphrase of ${path('locked.key')}: \n`,
    });
    const given = world({ cwd, env: { PKI_PASSPHRASE: PASSPHRASE } });
    expect((await given(...create('--key', 'locked.key', '--cn', 'a'))).status).toBe(0);
    writeFileSync(path('passphrase.txt'), PASSPHRASE);
    const file = ['--passphrase-file', 'passphrase.txt'];
    expect((await pki(...create('--key', 'locked.key', '--cn', 'a', ...file))).status).toBe(0);
  });
});

const openssl = tool('openssl-3.5');

describe.skipIf(!openssl)(
  `OpenSSL ≥ 3.5${openssl ? '' : ' (not installed: run scripts/install-tools)'}`,
  () => {
    it.each([
      ['ec'],
      ['rsa'],
      ['rsa', '--algorithm', 'rsa-2048-pss'],
      ['ed'],
      ['ml-dsa'],
      ['slh-dsa'],
      ['ec', '--hybrid', 'catalyst', '--ml-dsa-key', 'ml-dsa.key'],
    ])('verifies a request with the key %s %s %s', async (key, ...options) => {
      const names = ['--cn', 'a.example', '--dns', 'b.example', '--uri', 'https://a.example/'];
      const out = ['--out', 'judged.csr', '--force'];
      await pki(...create('--key', `${key}.key`, ...options, ...names, ...out));
      const args = ['req', '-verify', '-noout', '-subject', '-text', '-in', path('judged.csr')];
      const { status, output } = tryTool(openssl ?? '', ...args);
      expect(output).toContain('self-signature verify OK');
      expect(output).toContain('DNS:b.example, URI:https://a.example/');
      expect(output.includes('rsassaPss')).toBe(options.includes('rsa-2048-pss'));
      expect(status).toBe(0);
    });
  },
);

const judge = tool('bc-judge');

describe.skipIf(!judge)(
  `Bouncy Castle${judge ? '' : ' (not installed: run scripts/install-tools --judges)'}`,
  () => {
    const verdict = (csr: string): unknown => {
      const { output } = tryTool(judge ?? '', 'csr', path(csr));
      return JSON.parse(output.trim().split('\n').at(-1) ?? '');
    };

    it.each(['ec', 'rsa', 'ml-dsa', 'slh-dsa', 'composite'])(
      'verifies a request with the key %s',
      async (key) => {
        await pki(...create('--key', `${key}.key`, '--cn', 'a', '--out', `bc-${key}.csr`));
        expect(verdict(`bc-${key}.csr`)).toMatchObject({ signature: true, alternative: 'absent' });
      },
    );

    it('verifies both signatures of a Catalyst request', async () => {
      const hybrid = ['--hybrid', 'catalyst', '--ml-dsa-key', 'ml-dsa.key'];
      await pki(...create('--key', 'rsa.key', ...hybrid, '--cn', 'a', '--out', 'bc-catalyst.csr'));
      expect(verdict('bc-catalyst.csr')).toMatchObject({ signature: true, alternative: 'true' });
    });

    it('verifies a composite of two files', async () => {
      const hybrid = ['--hybrid', 'composite', '--ml-dsa-key', 'file:ml-dsa.key'];
      await pki(...create('--key', 'ec.key', ...hybrid, '--cn', 'a', '--out', 'bc-pair.csr'));
      expect(verdict('bc-pair.csr')).toMatchObject({
        signature: true,
        key: 'MLDSA65-ECDSA-P256-SHA512',
      });
    });
  },
);
