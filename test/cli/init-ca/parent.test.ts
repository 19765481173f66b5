import { cpSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { pemBlocks } from '../../../src/der/pem.ts';
import { BOUNCY_CASTLE, OPENSSL_3_0, OPENSSL_3_5 } from '../../interop/judges.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { tool, tryTool } from '../../support/tools.ts';
import { world } from '../../support/world.ts';
import { childWorld } from '../child-world.ts';
import { noOpenssl, openssl } from '../openssl.ts';
import { pathsIn, refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const { now, secrets, pki, asRoot, at, sub, issue } = childWorld(cwd);
const read = (...names: readonly string[]) => readFileSync(at(...names), 'latin1');
const rows = async (ca: string) =>
  (JSON.parse((await pki('list', '--ca-dir', ca, '--json')).stdout) as Row[]).map(
    ({ profile, status, subject }) => `${status} ${profile} ${subject}`,
  );

/** At the time of these tests. */
const STRICT = ['-x509_strict', '-attime', String(now.getTime() / 1000)];

interface Row {
  readonly profile: string;
  readonly status: string;
  readonly subject: string;
}

beforeAll(async () => {
  await asRoot('init-ca', '--name', 'Root CA', '--dir', 'root');
});

describe('init-ca --parent', () => {
  it('tells what it made, as for a root', async () => {
    const { status, stdout, stderr } = await pki(...sub('sub'));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(
      /^made the CA CN=Issuing CA 1\n {2}directory {4}sub\n {2}key {10}ecdsa-p384 in file:keys\/ca.key\n {2}valid until {2}2035-01-01T11:54:59Z\n {2}serial {7}[0-9a-f]+\n {2}SHA-256 {6}[0-9a-f]{64}\n$/,
    );
  });

  it('writes the certificate, and the chain from it to the root', () => {
    expect(pathsIn(at('sub'))).toEqual([
      ...['ca.crt', 'ca.db', 'ca.yaml', 'chain.crt', 'keys', 'keys/ca.key'],
    ]);
    expect(read('sub/chain.crt')).toBe(read('sub/ca.crt') + read('root/ca.crt'));
  });

  it('records the certificate at the parent, which issued it, and at the CA, whose it is', async () => {
    expect(await rows('root')).toEqual([
      'issued root-ca CN=Root CA',
      'issued issuing-ca CN=Issuing CA 1',
    ]);
    expect(await rows('sub')).toEqual(['issued issuing-ca CN=Issuing CA 1']);
    const recorded = await pki('show', '--json', 'sub/ca.crt');
    const certificate = JSON.parse(recorded.stdout) as { serial: string };
    for (const ca of ['root', 'sub']) {
      const { stdout } = await pki('show', '--ca-dir', ca, '--json', certificate.serial);
      expect(JSON.parse(stdout)).toMatchObject(certificate);
    }
  });

  it('makes a CA that issues, with its own passphrase alone', async () => {
    expect((await issue('sub', 'leaf')).status).toBe(0);
    const trust = ['--trust', 'root/ca.crt'];
    expect(await pki('verify', 'leaf.crt', 'sub/ca.crt', ...trust)).toMatchObject({ status: 0 });
    expect(await pki('verify', 'leaf.crt', ...trust)).toMatchObject({ status: 3 });
  });

  for (const [judge, program] of [
    [OPENSSL_3_0, 'openssl-3.0'],
    [OPENSSL_3_5, 'openssl-3.5'],
  ] as const) {
    it.skipIf(judge.missing)(`makes a CA whose certificates hold for ${judge.name}`, () => {
      const verify = (...files: readonly string[]) =>
        tryTool(tool(program) ?? '', 'verify', ...STRICT, ...files, at('leaf.crt')).output;
      const root = ['-CAfile', at('root/ca.crt')];
      expect(verify(...root, '-untrusted', at('sub/ca.crt'))).toBe(`${at('leaf.crt')}: OK\n`);
      expect(verify('-CAfile', at('sub/chain.crt'))).toBe(`${at('leaf.crt')}: OK\n`);
      expect(verify(...root)).toContain('unable to get local issuer certificate');
    });
  }

  it('takes profile, path length and validity from the options, and goes deeper', async () => {
    const options = ['--profile', 'cross-ca', '--path-length', '1', '--days', '30', '--json'];
    const upper = await pki(...sub('upper', ...options, '--no-passphrase'));
    expect(JSON.parse(upper.stdout)).toMatchObject({
      directory: 'upper',
      issuer: 'CN=Root CA',
      notAfter: '2030-01-31T11:54:59Z',
    });
    const below = ['--name', 'CA 2', '--dir', 'lower', '--parent', 'upper', '--clamp'];
    const { status, stderr } = await pki('init-ca', ...below, '--no-passphrase');
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: [
        'pki: warning: --no-passphrase leaves the CA key unencrypted on the disk',
        "pki: note: validity shortened to the issuer's, until 2030-01-31T11:54:59Z",
        '',
      ].join('\n'),
    });
    expect(read('lower/chain.crt')).toBe(read('lower/ca.crt') + read('upper/chain.crt'));
    await issue('lower', 'deep', '--clamp');
    const chain = ['deep.crt', 'lower/chain.crt', '--trust', 'root/ca.crt'];
    expect(await pki('verify', ...chain)).toMatchObject({ status: 0 });
  });

  it('follows the policy of the parent, unless another one is named', async () => {
    await asRoot('init-ca', '--name', 'Root', '--dir', 'bsi', '--policy', 'bsi');
    const below = ['--parent', 'bsi', '--no-passphrase'];
    const { stdout } = await pki('init-ca', '--name', 'A', '--dir', 'bsi-a', ...below);
    expect(stdout).toMatch(/\n {2}policy {7}bsi\n/);
    expect(read('bsi-a/ca.yaml')).toContain('\npolicy: bsi\n');
    const weak = ['--policy', 'none', '--algorithm', 'ml-dsa-65'];
    const refusal = refusals(cwd, 'bsi');
    expect(
      await refusal(pki, 'init-ca', '--name', 'B', '--dir', 'bsi-b', ...below, ...weak),
    ).toEqual({
      status: 3,
      stderr: [
        'pki: error: not signing a certificate for CN=B',
        'pki: hint: key: ml-dsa-65 alone, and not in a hybrid with a classical algorithm (bsi-ml-dsa-hybrid, BSI TR-02102-1 2026-01 §5.3.4)',
      ],
    });
  });
});

describe('a hybrid hierarchy', () => {
  const plain = world({ cwd, now });
  const KINDS = {
    catalyst: ['--hybrid', 'catalyst'],
    composite: ['--hybrid', 'composite'],
    classical: [],
  } as const;
  const combinations = (['catalyst', 'composite', 'classical'] as const).flatMap((above) =>
    (['catalyst', 'composite', 'classical'] as const).map((below) => [above, below] as const),
  );

  beforeAll(async () => {
    for (const kind of ['catalyst', 'composite', 'classical'] as const) {
      const options = ['--no-passphrase', ...KINDS[kind]];
      await plain('init-ca', '--name', `${kind} root`, '--dir', `root-${kind}`, ...options);
    }
  });

  it.each(combinations)('of a %s root and a %s CA holds', async (above, below) => {
    const dir = `${below}-under-${above}`;
    const parent = ['--parent', `root-${above}`, '--no-passphrase', ...KINDS[below]];
    const made = await plain('init-ca', '--name', dir, '--dir', dir, ...parent);
    expect(made.status).toBe(0);
    expect((await issue(dir, dir)).status).toBe(0);
    const strict = above === 'classical' || below === 'classical' ? [] : ['--require-alt'];
    const chain = [`${dir}.crt`, `${dir}/ca.crt`, '--trust', `root-${above}/ca.crt`, ...strict];
    const { status, stdout } = await plain('verify', ...chain);
    expect(status).toBe(0);
    const alternatives = stdout.match(/ml-dsa-65, alternative, by \S+ .*verified/g) ?? [];
    expect(alternatives).toHaveLength(
      (above === 'catalyst' ? 2 : 0) + (below === 'catalyst' ? 1 : 0),
    );
    if (BOUNCY_CASTLE.missing) return;
    const pairs = [
      [`${dir}.crt`, `${dir}/ca.crt`],
      [`${dir}/ca.crt`, `root-${above}/ca.crt`],
    ] as const;
    for (const [certificate, issuer] of pairs) {
      const { accepted, output } = BOUNCY_CASTLE.judge(at(certificate), at(issuer));
      expect(accepted, output).toBe(true);
    }
  });
});

describe('a key of the parent and one of the CA', () => {
  it('are asked for by their own questions, the parent first', async () => {
    const typed = ['of the parent', 'of the child', 'of the child'];
    const asking = world({ cwd, now, answers: typed });
    const { status, stderr } = await asking(...sub('asked'));
    expect({ status, stderr: stderr.split('\n') }).toEqual({
      status: 0,
      stderr: [
        'passphrase of the parent CA key: ',
        'new passphrase for the CA key: ',
        'new passphrase for the CA key, again: ',
        '',
      ],
    });
  });

  it('leave a warning where the certificate is recorded and the directory cannot be made', async () => {
    const taking = world({
      cwd,
      now,
      env: {
        ...secrets,
        get PKI_PASSPHRASE() {
          cpSync(at('root/keys'), at('taken'), { recursive: true });
          return 'of the child';
        },
      },
    });
    const { status, stderr } = await taking(...sub('taken'));
    expect(status).toBe(6);
    expect(stderr).toMatch(
      /^pki: warning: the parent has recorded the certificate [0-9a-f]+, whose key is gone; revoke it there\npki: error: cannot make the CA directory .*taken: the directory is not empty\n$/,
    );
  });
});

describe.skipIf(noOpenssl())('name constraints', () => {
  it('of the parent, and of the CAs above it, hold for what is issued', async () => {
    const constraints = 'critical,permitted;DNS:example.com,excluded;DNS:secret.example.com';
    const cert = (...args: readonly string[]) =>
      openssl('req', '-x509', '-new', '-subj', '/CN=Constrained', '-days', '3650', ...args);
    await world({ cwd })('init-ca', '--name', 'Constrained', '--dir', 'named', '--no-passphrase');
    cert(
      ...['-key', at('named/keys/ca.key'), '-out', at('named/ca.crt'), '-sha384'],
      ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
      ...['-addext', `nameConstraints=${constraints}`],
    );
    const today = world({ cwd });
    const below = ['--parent', 'named', '--no-passphrase', '--path-length', '0'];
    expect(await today('init-ca', '--name', 'Below', '--dir', 'below', ...below)).toMatchObject({
      status: 0,
    });
    expect(pemBlocks(read('below/chain.crt'))).toHaveLength(2);
    for (const ca of ['named', 'below']) {
      const server = (name: string) =>
        ['issue', '--ca-dir', ca, '--cn', name, '--key-out', `${ca}.${name}.key`] as const;
      expect(await today(...server('www.example.com'))).toMatchObject({ status: 0 });
      for (const [name, problem] of [
        ['www.example.org', 'not permitted'],
        ['a.secret.example.com', 'excluded'],
      ] as const) {
        expect(await refusals(cwd, ca)(today, ...server(name))).toEqual({
          status: 3,
          stderr: [
            `pki: error: not signing a certificate for CN=${name}`,
            `pki: hint: the DNS name ${name} is ${problem} by its name constraints, those of CN=Constrained (issuer-name-constraints, RFC 5280 §4.2.1.10, §6.1.3)`,
          ],
        });
      }
    }
  });
});
