import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pemBlocks } from '../../../src/der/pem.ts';
import { chain, KeyRing } from '../../path/chain.ts';
import { pemOf } from '../../path/made-certificates.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { type Outcome, world } from '../../support/world.ts';

const cwd = temporaryDirectory();
const now = new Date('2030-01-01T12:00:00Z');
const pki = world({ cwd, now });
const read = (name: string) => readFileSync(join(cwd, name), 'utf8');
const write = (name: string, contents: string | Uint8Array) =>
  writeFileSync(join(cwd, name), contents);

const CAS: Readonly<Record<string, readonly string[]>> = {
  classical: ['--algorithm', 'ecdsa-p384'],
  'ml-dsa': ['--algorithm', 'ml-dsa-65'],
  composite: ['--hybrid', 'composite', '--algorithm', 'ecdsa-p384', '--ml-dsa', 'ml-dsa-65'],
  catalyst: ['--hybrid', 'catalyst', '--algorithm', 'ecdsa-p384', '--ml-dsa', 'ml-dsa-65'],
};

const must = ({ status, stderr }: Outcome): void => {
  if (status !== 0) throw new Error(stderr);
};

beforeAll(async () => {
  for (const [name, options] of Object.entries(CAS)) {
    const ca = ['--name', `${name} root`, '--dir', name, '--no-passphrase'];
    must(await pki('init-ca', ...ca, ...options));
    const files = ['--out', `${name}.crt`, '--key-out', `${name}.key`];
    must(await pki('issue', '--ca-dir', name, '--cn', 'server.example.com', ...files));
  }
});

describe('verify', () => {
  it('prints each certificate of a classical chain and its signature', async () => {
    expect(await pki('verify', 'classical.crt', '--trust', 'classical/ca.crt')).toEqual({
      status: 0,
      stdout: [
        'classical.crt: OK',
        '  CN=server.example.com',
        '    ecdsa-with-SHA384 by CN=classical root  verified (node:crypto)',
        '  CN=classical root (trusted)',
        '    ecdsa-with-SHA384 by itself             verified (node:crypto)',
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  it('prints the signatures of an ML-DSA chain', async () => {
    const { status, stdout } = await pki('verify', 'ml-dsa.crt', '--trust', 'ml-dsa/ca.crt');
    expect(stdout).toContain('    ml-dsa-65 by CN=ml-dsa root  verified (node:crypto)\n');
    expect(status).toBe(0);
  });

  it('prints both signatures of a Catalyst chain', async () => {
    const trust = ['--trust', 'catalyst/ca.crt', '--require-alt'];
    expect(await pki('verify', 'catalyst.crt', ...trust)).toEqual({
      status: 0,
      stdout: [
        'catalyst.crt: OK',
        '  CN=server.example.com',
        '    ecdsa-with-SHA384 by CN=catalyst root        verified (node:crypto)',
        '    ml-dsa-65, alternative, by CN=catalyst root  verified (node:crypto)',
        '  CN=catalyst root (trusted)',
        '    ecdsa-with-SHA384 by itself                  verified (node:crypto)',
        '    ml-dsa-65, alternative, by itself            verified (node:crypto)',
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  it('prints both halves of composite signatures', async () => {
    const { status, stdout } = await pki('verify', 'composite.crt', '--trust', 'composite/ca.crt');
    const composite = 'MLDSA65-ECDSA-P384-SHA512';
    expect(stdout).toBe(
      [
        'composite.crt: OK',
        '  CN=server.example.com',
        `    ml-dsa-65 of ${composite} by CN=composite root          verified (node:crypto)`,
        `    ecdsa-with-SHA384 of ${composite} by CN=composite root  verified (node:crypto)`,
        '  CN=composite root (trusted)',
        `    ml-dsa-65 of ${composite} by itself                     verified (node:crypto)`,
        `    ecdsa-with-SHA384 of ${composite} by itself             verified (node:crypto)`,
        '',
      ].join('\n'),
    );
    expect(status).toBe(0);
  });

  it('prints the same as JSON', async () => {
    const { status, stdout } = await pki(
      ...['verify', 'composite.crt', '--trust', 'composite/ca.crt', '--json'],
    );
    const certificate = new X509Certificate(read('composite.crt'));
    const result = JSON.parse(stdout);
    expect(status).toBe(0);
    expect(Object.keys(result)).toEqual([
      ...['valid', 'at', 'path', 'signatures', 'problems', 'warnings'],
    ]);
    expect(result).toMatchObject({ valid: true, at: '2030-01-01T12:00:00Z' });
    expect(result).toMatchObject({ problems: [], warnings: [] });
    expect(result.path[0]).toEqual({
      subject: 'CN=server.example.com',
      issuer: 'CN=composite root',
      serial: certificate.serialNumber.toLowerCase(),
      notBefore: '2030-01-01T11:55:00Z',
      notAfter: '2030-04-01T11:54:59Z',
      fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
      trusted: false,
      revocation: null,
    });
    expect(result.path[1]).toMatchObject({ subject: 'CN=composite root', trusted: true });
    expect(result.signatures.length).toBe(4);
    expect(result.signatures[1]).toEqual({
      certificate: 'CN=server.example.com',
      issuer: 'CN=composite root',
      what: 'signature',
      algorithm: 'ecdsa-with-SHA384',
      composite: 'MLDSA65-ECDSA-P384-SHA512',
      implementation: 'node:crypto',
      problem: null,
    });
  });

  it('takes several trusted files, in PEM and DER, and uses the right one', async () => {
    write('root.der', pemBlocks(read('classical/ca.crt'))[0]?.der ?? '');
    const trust = ['--trust', 'ml-dsa/ca.crt', '--trust', 'root.der'];
    expect((await pki('verify', 'classical.crt', ...trust)).status).toBe(0);
    write('all.pem', read('ml-dsa/ca.crt') + read('catalyst/ca.crt'));
    expect((await pki('verify', 'catalyst.crt', '--trust', 'all.pem')).status).toBe(0);
  });

  it('takes a trusted certificate for one that verifies', async () => {
    const root = 'classical/ca.crt';
    const { status, stdout } = await pki('verify', root, '--trust', root);
    expect(stdout).toContain('classical/ca.crt: OK\n  CN=classical root (trusted)\n');
    expect(status).toBe(0);
  });

  it('warns of a missing alternative signature', async () => {
    const made = await chain(
      new KeyRing('ecdsa-p256', 'ml-dsa-44'),
      {},
      { withoutAlternative: true },
    );
    write('down.pem', pemOf(made.leaf));
    write('down-root.pem', pemOf(made.root));
    const verify = ['verify', 'down.pem', '--trust', 'down-root.pem', '--at', '2026-06-01'];
    const warning =
      'the issuer has an alternative key, but CN=leaf has no alternative signature; --require-alt refuses that';
    expect(await pki(...verify)).toMatchObject({ status: 0, stderr: `pki: warning: ${warning}\n` });
    const { stdout, stderr } = await pki(...verify, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ valid: true, warnings: [warning] });
    expect(stderr).toBe('');
    expect(await pki(...verify, '--require-alt')).toMatchObject({
      status: 3,
      stderr: [
        'pki: error: down.pem does not verify',
        'pki: hint: CN=leaf: it has a classical signature, and no alternative one (alternative-signature, X.509 §9.8)',
        '',
      ].join('\n'),
    });
  });
});

describe('a chain with intermediates', async () => {
  const made = await chain(new KeyRing('ed25519'), {}, {}, {}, {});
  const at = ['--at', '2026-06-01T00:00:00Z'];

  beforeAll(() => {
    const [first, second] = made.intermediates;
    if (!first || !second) throw new Error('two intermediates');
    write('leaf.pem', pemOf(made.leaf));
    write('root.pem', pemOf(made.root));
    write('ca1.pem', pemOf(first));
    write('ca2.der', second.der);
    write('chain.pem', pemOf(made.leaf, ...made.intermediates));
    write('bundle.pem', pemOf(...made.intermediates));
  });

  it.each([
    ['as arguments, in any order', ['leaf.pem', 'ca1.pem', 'ca2.der']],
    ['as a bundle', ['leaf.pem', 'bundle.pem']],
    ['in the file of the certificate', ['chain.pem']],
  ])('verifies with them %s', async (_, files) => {
    const { status, stdout } = await pki('verify', ...files, '--trust', 'root.pem', ...at);
    expect(stdout.split('\n').filter((line) => /^ {2}\S/.test(line))).toEqual([
      '  CN=leaf',
      '  CN=CA 2',
      '  CN=CA 1',
      '  CN=Root (trusted)',
    ]);
    expect(status).toBe(0);
  });

  it('is read from standard input as "-"', async () => {
    const piped = world({ cwd, now, stdin: pemOf(made.leaf, ...made.intermediates) });
    const { status, stdout } = await piped('verify', '-', '--trust', 'root.pem', ...at);
    expect(stdout).toMatch(/^standard input: OK\n/);
    expect(status).toBe(0);
  });

  it.each([
    '2026-06-01',
    '2026-06-01T00:00Z',
    '2026-06-01T02:00:00+02:00',
    '2026-06-01T00:00:00.5Z',
  ])('is verified at %s', async (time) => {
    const verify = ['verify', 'chain.pem', '--trust', 'root.pem', '--json', '--at', time];
    const { status, stdout } = await pki(...verify);
    expect(JSON.parse(stdout).at).toMatch(/^2026-06-01T00:00:00(\.500)?Z$/);
    expect(status).toBe(0);
  });
});
