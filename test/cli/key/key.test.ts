import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { KEY_ALGORITHMS } from '../../../src/algorithms/registry.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { runTool, tool, vectors } from '../../support/tools.ts';
import { PASSPHRASE, world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const withPassphrase = world({ cwd, env: { PKI_PASSPHRASE: PASSPHRASE } });
const refused = refusals(cwd);
const read = (name: string) => readFileSync(join(cwd, name), 'utf8');
const generate = (...options: readonly string[]) => pki('key', 'generate', ...options);

const WARNING = 'pki: warning: --no-passphrase leaves the key unencrypted on the disk\n';

describe('pki key generate', () => {
  it('makes an encrypted key and tells what identifies it', async () => {
    const { status, stdout, stderr } = await withPassphrase(
      ...['key', 'generate', '--out', 'server.key', '--public-out', 'server.pub'],
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(
      /^made a key for ecdsa-p256\n {2}private key {5}server.key\n {2}public key {6}server.pub\n {2}algorithm {7}ecdsa-p256\n {2}key identifier {2}[0-9a-f]{40}\n {2}SHA-256 {9}[0-9a-f]{64} of its public key\n$/,
    );
    expect(statSync(join(cwd, 'server.key')).mode & 0o777).toBe(0o600);
    expect(read('server.key')).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/);
    const key = createPrivateKey({ key: read('server.key'), passphrase: PASSPHRASE });
    const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
    expect(createPublicKey(read('server.pub')).export({ format: 'der', type: 'spki' })).toEqual(
      spki,
    );
    expect(stdout).toContain(createHash('sha256').update(spki).digest('hex'));
  });

  it.each(KEY_ALGORITHMS.filter(({ name }) => !/rsa-?[34]|\d[s]$/i.test(name)))(
    'makes a key for $name, which show and convert read',
    async ({ name }) => {
      const options = ['--algorithm', name, '--no-passphrase', '--force'];
      expect(await generate('--out', 'any.key', ...options)).toMatchObject({
        status: 0,
        stderr: WARNING,
      });
      const shown = JSON.parse((await pki('key', 'show', 'any.key', '--json')).stdout);
      expect(shown).toMatchObject({ file: 'any.key', algorithm: name.replace('-pss', '') });
      expect(shown.encryption).toBe('none');
      await pki('key', 'convert', 'any.key', '--out', 'again.key', '--no-passphrase', '--force');
      expect(read('again.key')).toBe(read('any.key'));
    },
  );

  it('prints JSON with the public key', async () => {
    const { stdout } = await generate('--out', 'json.key', '--no-passphrase', '--json');
    expect(JSON.parse(stdout)).toEqual({
      algorithm: 'ecdsa-p256',
      keyIdentifier: expect.stringMatching(/^[0-9a-f]{40}$/),
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      file: 'json.key',
      publicKey: expect.stringMatching(/^-----BEGIN PUBLIC KEY-----\n/),
    });
  });

  it('shows how long it takes, at a terminal', async () => {
    const lines: (string | undefined)[] = [];
    const slow = world({ cwd, progress: (text) => lines.push(text) });
    const options = ['--algorithm', 'slh-dsa-shake-192s', '--no-passphrase'];
    await slow('key', 'generate', '--out', 'slow.key', ...options);
    await slow('key', 'show', 'slow.key'); // signs, for seconds
    expect(lines.find((line) => line?.includes('signing'))).toMatch(/^pki: signing: 0\.\d s$/);
    expect(lines.at(-1)).toBeUndefined();
  });

  describe('refuses', () => {
    it.each([
      [['--out', '-'], 'private keys are not written to standard output', 'give --out a file'],
      [['--out', 'x', '--public-out', './x'], '--out and --public-out name the same file'],
      [
        ['--out', 'x', '--no-passphrase', '--passphrase-file', 'y'],
        'give either --no-passphrase or --passphrase-file',
      ],
    ])('%j', async (options, message, ...hints) => {
      expect(await refused(pki, 'key', 'generate', ...options)).toEqual({
        status: 2,
        stderr: [`pki: error: ${message}`, ...hints.map((hint) => `pki: hint: ${hint}`)],
      });
    });

    it('an algorithm that it does not know', async () => {
      const { status, stderr } = await refused(
        ...([pki, 'key', 'generate', '--out', 'x', '--algorithm', 'dsa'] as const),
      );
      expect(status).toBe(2);
      expect(stderr[0]).toBe('pki: error: unknown algorithm "dsa"');
      expect(stderr[1]).toMatch(/, or another one that "pki algorithms" lists$/);
    });

    it('to replace a file without --force', async () => {
      writeFileSync(join(cwd, 'there.key'), 'there');
      expect(
        await refused(pki, 'key', 'generate', '--out', 'there.key', '--no-passphrase'),
      ).toEqual({
        status: 6,
        stderr: [
          `pki: error: ${join(cwd, 'there.key')} exists already`,
          'pki: hint: --force replaces it',
        ],
      });
    });

    it('to guess a passphrase', async () => {
      expect(await refused(pki, 'key', 'generate', '--out', 'x')).toEqual({
        status: 5,
        stderr: [
          'pki: error: the new passphrase for the key is needed, and there is no terminal to ask at',
          'pki: hint: give it with --passphrase-file, or in the environment variable PKI_PASSPHRASE',
        ],
      });
    });
  });
});

describe('pki key show', () => {
  it('prints how a key is encrypted, and none of its secrets', async () => {
    const algorithm = 'MLDSA44-ECDSA-P256-SHA256';
    const options = ['--algorithm', algorithm, '--out', 'hybrid.key'];
    await withPassphrase('key', 'generate', ...options);
    const { stdout } = await withPassphrase('key', 'show', 'hybrid.key');
    expect(stdout).toMatch(
      /^hybrid.key\n {2}algorithm {7}MLDSA44-ECDSA-P256-SHA256\n {2}form {12}ml-dsa-44 as seed, and ecdsa-p256\n {2}key identifier {2}[0-9a-f]{40}\n {2}SHA-256 {9}[0-9a-f]{64} of its public key\n {2}encryption {6}aes-256-cbc, PBKDF2-HMAC-SHA256 with 600000 iterations\n$/,
    );
  });

  it('refuses a wrong passphrase', async () => {
    await withPassphrase('key', 'generate', '--out', 'locked.key');
    const wrong = world({ cwd, env: { PKI_PASSPHRASE: 'wrong' } });
    expect(await refused(wrong, 'key', 'show', 'locked.key')).toEqual({
      status: 5,
      stderr: [`pki: error: wrong passphrase for ${join(cwd, 'locked.key')}`],
    });
  });
});

const examples = vectors('rfc9881');

describe.skipIf(!examples)(
  `pki key convert${examples ? '' : ' (test vectors are not here: set PKI_TEST_VECTORS)'}`,
  () => {
    const example = (name: string) => join(examples ?? '', name);
    const convert = (from: string, to: string, ...options: readonly string[]) =>
      pki('key', 'convert', example(from), '--out', to, '--force', ...options);

    it.each(['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'])('writes %s as its seed', async (name) => {
      for (const form of ['seed', 'both']) {
        const { status } = await convert(`${name}-${form}.priv`, 'seed.key', '--no-passphrase');
        expect(status).toBe(0);
        const [begin, ...base64] = read('seed.key').trim().split('\n').slice(0, -1);
        expect(begin).toBe('-----BEGIN PRIVATE KEY-----');
        expect(Buffer.from(base64.join(''), 'base64').length).toBe(54);
        expect(createPrivateKey(read('seed.key')).asymmetricKeyType).toBe(name.toLowerCase());
      }
    });

    it('leaves an expanded key as it is, and says so', async () => {
      const { stderr, stdout } = await convert(
        ...(['ML-DSA-44-expanded.priv', 'expanded.key', '--no-passphrase'] as const),
      );
      expect(stderr).toBe(
        `${WARNING}pki: note: the key has no seed, and stays in its expanded form\n`,
      );
      expect(stdout).toMatch(
        /^wrote expanded.key, not encrypted\n {2}algorithm {7}ml-dsa-44\n {2}form {12}expanded, without its seed\n/,
      );
    });

    it.each([1, 2, 3])('refuses bad-ML-DSA-44-%i.priv, whose parts disagree', async (number) => {
      const path = example(`bad-ML-DSA-44-${number}.priv`);
      const options = ['--out', 'bad.key', '--no-passphrase'];
      expect(await refused(pki, 'key', 'convert', path, ...options)).toEqual({
        status: 4,
        stderr: [
          `pki: error: ${path} is not a private key that can be used`,
          'pki: hint: it has to be PKCS #8 with an RSA, EC, EdDSA, ML-DSA, SLH-DSA or composite key',
        ],
      });
    });
  },
);

describe('pki key convert', () => {
  beforeAll(() => withPassphrase('key', 'generate', '--out', 'old.key', '--algorithm', 'ed25519'));

  it('changes the passphrase', async () => {
    const both = world({ cwd, env: { PKI_PASSPHRASE: PASSPHRASE, PKI_NEW_PASSPHRASE: 'another' } });
    const { status, stdout } = await both('key', 'convert', 'old.key', '--out', 'new.key');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^wrote new.key\n/);
    const open = (name: string, passphrase: string) =>
      createPrivateKey({ key: read(name), passphrase }).export({ format: 'jwk' });
    expect(open('new.key', 'another')).toEqual(open('old.key', PASSPHRASE));
  });

  it('asks for both passphrases at a terminal, the new one twice', async () => {
    const typing = world({ cwd, answers: [PASSPHRASE, 'another', 'another'] });
    const { stderr } = await typing('key', 'convert', 'old.key', '--out', 'typed.key');
    expect(stderr).toBe(
      'passphrase of old.key: \npassphrase of the new file: \npassphrase of the new file, again: \n',
    );
  });

  it('refuses both a new passphrase and none', async () => {
    const options = ['--out', 'x', '--no-passphrase', '--new-passphrase-file', 'y'];
    expect(await refused(withPassphrase, 'key', 'convert', 'old.key', ...options)).toEqual({
      status: 2,
      stderr: ['pki: error: give either --no-passphrase or --new-passphrase-file'],
    });
  });
});

describe('pki key public', () => {
  it('prints the public key, or writes it to a file', async () => {
    await generate('--out', 'pair.key', '--public-out', 'pair.pub', '--no-passphrase');
    expect(await pki('key', 'public', 'pair.key')).toEqual({
      status: 0,
      stdout: read('pair.pub'),
      stderr: '',
    });
    await pki('key', 'public', 'pair.key', '--out', 'other.pub');
    expect(read('other.pub')).toBe(read('pair.pub'));
  });

  it.each([
    ['--pkcs11-lib', 'module.so'],
    ['--key', 'pkcs11:object=x'],
    ['--pkcs11-key-label', 'x'],
  ])('refuses both a file and %s', async (...option) => {
    expect(await refused(pki, 'key', 'public', 'pair.key', ...option)).toEqual({
      status: 2,
      stderr: [`pki: error: give either a file or ${option[0]}`],
    });
  });

  it('needs a file or a token', async () => {
    expect(await refused(pki, 'key', 'public')).toEqual({
      status: 2,
      stderr: ['pki: error: name the PKCS#11 library with --pkcs11-lib, --hsm-config or --key'],
    });
  });
});

const openssl = tool('openssl-3.5');

describe.skipIf(!openssl)('keys for OpenSSL ≥ 3.5', () => {
  const parts = ['ml-dsa-44', 'ml-kem-768', 'slh-dsa-sha2-128f', 'ed448', 'ecdsa-p521', 'rsa-2048'];

  it.each(parts)('%s is read, with its passphrase, and has the same public key', async (name) => {
    const files = ['--out', 'theirs.key', '--public-out', 'theirs.pub', '--force'];
    await withPassphrase('key', 'generate', '--algorithm', name, ...files);
    const options = ['-passin', `pass:${PASSPHRASE}`, '-pubout'];
    const publicKey = runTool(openssl ?? '', 'pkey', '-in', join(cwd, 'theirs.key'), ...options);
    expect(publicKey).toBe(read('theirs.pub'));
  });

  it.each(['ML-DSA-65', 'ML-KEM-1024', 'SLH-DSA-SHAKE-128f'])(
    '%s that OpenSSL made is read',
    async (name) => {
      const path = join(cwd, 'openssl.key');
      runTool(openssl ?? '', 'genpkey', '-algorithm', name, '-out', path);
      const { stdout } = await pki('key', 'public', 'openssl.key');
      expect(stdout).toBe(runTool(openssl ?? '', 'pkey', '-in', path, '-pubout'));
    },
  );
});
