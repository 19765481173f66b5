import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseSpki } from '../../../src/algorithms/spki.ts';
import { derFromFile } from '../../../src/der/pem.ts';
import { parseCsr } from '../../../src/x509/csr.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const inCwd = (...path: readonly string[]) => join(cwd, ...path);
const pki = world({ cwd });
const refused = refusals(cwd, 'ca');

const LABEL = 'CERTIFICATE REQUEST';
const HINT =
  'pki: hint: a line has the SHA-256 of a SubjectPublicKeyInfo in 64 hexadecimal digits, or 20 digits as in openssl-blacklist';

/** What OpenSSL alone says of the keys. */
const openssl = (...argv: readonly string[]) => execFileSync('openssl', argv, { cwd });
const sha = (hash: string, octets: Uint8Array) => createHash(hash).update(octets).digest('hex');

const spkiHash = (name: string) =>
  sha('sha256', openssl('pkey', '-in', `${name}.key`, '-pubout', '-outform', 'DER'));
const debian = (name: string) =>
  sha('sha1', openssl('rsa', '-in', `${name}.key`, '-noout', '-modulus')).slice(20);

const issue = (name: string, ...more: readonly string[]) =>
  ['issue', '--ca-dir', 'ca', '--csr', `${name}.csr`, '--profile', 'tls-client', ...more] as const;

const blocked = (where: string) => ({
  status: 3,
  stderr: [
    'pki: error: not signing a certificate for CN=Zoe',
    `pki: hint: the key is blocked: ${where} (key-not-blocked, TLS BR §6.1.1.3, CVE-2008-0166)`,
  ],
});

/** A list in the directory of the CA. */
const listed = (file: string, ...lines: readonly string[]) => {
  mkdirSync(inCwd('ca/blocked-keys'), { recursive: true });
  writeFileSync(inCwd('ca/blocked-keys', file), lines.join('\n'));
};

const KEYS = {
  rsa: 'rsa-2048',
  ec: 'ecdsa-p256',
  composite: 'MLDSA44-RSA2048-PSS-SHA256',
};

beforeAll(async () => {
  await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
  for (const [name, algorithm] of Object.entries(KEYS)) {
    const key = ['--algorithm', algorithm, '--out', `${name}.key`, '--no-passphrase'];
    await pki('key', 'generate', ...key);
    await pki('csr', 'create', '--key', `${name}.key`, '--cn', 'Zoe', '--out', `${name}.csr`);
  }
});

beforeEach(() => rmSync(inCwd('ca/blocked-keys'), { recursive: true, force: true }));

describe('a key in a list of blocked keys', () => {
  it.each(['rsa', 'ec'])(
    'is refused by the SHA-256 of its SubjectPublicKeyInfo: %s',
    async (name) => {
      const other = '00'.repeat(32);
      listed('keys.txt', '# two keys', '', other, `  ${spkiHash(name).toUpperCase()} # stolen`);
      expect(await refused(pki, ...issue(name))).toEqual(
        blocked('ca/blocked-keys/keys.txt, line 4'),
      );
      expect((await pki(...issue(name === 'rsa' ? 'ec' : 'rsa'))).status).toBe(0);
    },
  );

  it("is refused by its line in Debian's list, whatever that is called", async () => {
    listed('a.txt', '# none');
    listed('blacklist.RSA-2048', '# ', '00000000000000000000', debian('rsa'), '');
    listed('.hidden', 'this is not read');
    expect(await refused(pki, ...issue('rsa'))).toEqual(
      blocked('ca/blocked-keys/blacklist.RSA-2048, line 3'),
    );
    expect((await pki(...issue('ec'))).status).toBe(0);
  });

  it('is refused as half of a composite', async () => {
    const { publicKey } = parseCsr(
      derFromFile(readFileSync(inCwd('composite.csr')), [LABEL]) ?? new Uint8Array(),
    );
    // RSAPublicKey (RFC 8017) after the 1312 octets of the ML-DSA key
    writeFileSync(inCwd('half.der'), parseSpki(publicKey).publicKey.subarray(1312));
    const half = ['rsa', '-RSAPublicKey_in', '-inform', 'DER', '-in', 'half.der'];
    const modulus = sha('sha1', openssl(...half, '-noout', '-modulus')).slice(20);
    const spki = sha('sha256', openssl(...half, '-RSAPublicKey_in', '-pubout', '-outform', 'DER'));
    for (const fingerprint of [modulus, spki]) {
      listed('half.txt', fingerprint);
      expect(await refused(pki, ...issue('composite'))).toEqual(
        blocked('ca/blocked-keys/half.txt, line 1'),
      );
    }
  });

  it('is refused by a list of the command line, in a dry run as well', async () => {
    writeFileSync(inCwd('more.txt'), `${spkiHash('ec')}\r\n`);
    writeFileSync(inCwd('none.txt'), '');
    const lists = ['--blocked-keys', 'none.txt', '--blocked-keys', 'more.txt'];
    expect(await refused(pki, ...issue('ec', ...lists))).toEqual(blocked('more.txt, line 1'));
    expect((await pki(...issue('ec', ...lists, '--dry-run'))).status).toBe(3);
    expect((await pki(...issue('rsa', ...lists))).status).toBe(0);
  });

  it('is found in a list that is longer than what is read at a time', async () => {
    const lines = Array.from({ length: 40_000 }, (_, index) => sha('sha256', Buffer.of(index, 7)));
    listed('long.txt', ...lines, spkiHash('ec'), 'here');
    expect(await refused(pki, ...issue('ec'))).toEqual(
      blocked('ca/blocked-keys/long.txt, line 40001'),
    );
    const { stderr } = await refused(pki, ...issue('rsa'));
    expect(stderr).toEqual([
      'pki: error: ca/blocked-keys/long.txt:40002: it is no fingerprint of a key',
      HINT,
    ]);
  });
});

describe('a list of blocked keys', () => {
  it.each([
    ['a short line', '0123456789abcdef012'],
    ['a long one', `${'00'.repeat(32)}0`],
    ['other characters', 'g'.repeat(20)],
    ['two in a line', `${'0'.repeat(20)} ${'0'.repeat(20)}`],
    ['a line without end', 'a'.repeat(3 << 20)],
  ])('has only fingerprints and comments: %s', async (_, line) => {
    listed('wrong.txt', '# a comment', line);
    expect(await refused(pki, ...issue('ec'))).toEqual({
      status: 2,
      stderr: ['pki: error: ca/blocked-keys/wrong.txt:2: it is no fingerprint of a key', HINT],
    });
  });

  it('of the command line has to be there', async () => {
    expect(await refused(pki, ...issue('ec', '--blocked-keys', 'lost.txt'))).toEqual({
      status: 2,
      stderr: ['pki: error: cannot read lost.txt: no such file or directory'],
    });
  });

  it('is not a file in the place of the directory', async () => {
    writeFileSync(inCwd('ca/blocked-keys'), '');
    expect(await refused(pki, ...issue('ec'))).toEqual({
      status: 6,
      stderr: [
        `pki: error: cannot read ${inCwd('ca/blocked-keys')}: a part of the path is not a directory`,
      ],
    });
  });
});
