import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { runTool, tool, tryTool } from '../../support/tools.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';

/** With characters of one, two, three and four octets in UTF-8. */
const PASSPHRASE = 'p\u00e4ss \u20ac \u{1f511} phrase';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const refused = refusals(cwd, 'ca');
const read = (name: string) => readFileSync(join(cwd, name), 'utf8');
const issue = (...options: readonly string[]) => [
  ...['issue', '--ca-dir', 'ca', '--cn', 'a.example', ...options],
];
const FILE = ['--p12-passphrase-file', 'p12.txt'];

beforeAll(async () => {
  await pki('init-ca', '--name', 'Example Root CA', '--dir', 'ca', '--no-passphrase');
  writeFileSync(join(cwd, 'p12.txt'), `${PASSPHRASE}\n`);
  writeFileSync(join(cwd, 'ascii.txt'), 'changeit\n');
});

describe.each(['openssl-3.0', 'openssl-3.5'] as const)('a PKCS #12 file, by %s', (name) => {
  const openssl = tool(name) ?? '';
  const algorithms = name === 'openssl-3.5' ? ['ml-dsa-65'] : ['ecdsa-p256', 'rsa-2048'];

  it.skipIf(!openssl).each(algorithms)(
    'holds key, certificate and chain: %s',
    async (algorithm) => {
      const stem = `${name}-${algorithm}`;
      const files = [
        '--out',
        `${stem}.crt`,
        '--key-out',
        `${stem}.key`,
        '--p12-out',
        `${stem}.p12`,
      ];
      const { status, stdout, stderr } = await pki(
        ...issue(...files, '--key-algorithm', algorithm, ...FILE, '--p12-name', 'My server'),
      );
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toContain(`\n  PKCS #12     ${stem}.p12\n`);
      const p12 = join(cwd, `${stem}.p12`);
      expect(statSync(p12).mode & 0o777).toBe(0o600);
      const opened = runTool(
        openssl,
        ...['pkcs12', '-in', p12, '-nodes', '-passin', `file:${join(cwd, 'p12.txt')}`],
      );
      const pems = opened.match(/-----BEGIN CERTIFICATE-----\n[^-]+-----END CERTIFICATE-----\n/g);
      expect(pems).toEqual([read(`${stem}.crt`), read('ca/ca.crt')]);
      expect(opened.match(/friendlyName: My server\n/g)).toHaveLength(2);
      const key = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n/.exec(opened)?.[0];
      const own = new X509Certificate(read(`${stem}.crt`));
      expect(own.checkPrivateKey(createPrivateKey(key ?? ''))).toBe(true);
    },
  );

  it.skipIf(!openssl)('is encrypted by AES-256, under a MAC of SHA-256', async () => {
    const made = `${name}.p12`;
    expect((await pki(...issue('--p12-out', made, ...FILE, '--out', `${name}.pem`))).status).toBe(
      0,
    );
    const argv = ['pkcs12', '-in', join(cwd, made), '-info', '-noout', '-passin'];
    const { output } = tryTool(openssl, ...argv, `file:${join(cwd, 'p12.txt')}`);
    expect(output).toMatch(/^MAC: sha256, Iteration 100000\nMAC length: 32, salt length: 16\n/);
    expect(
      output.match(/PBES2, PBKDF2, AES-256-CBC, Iteration 600000, PRF hmacWithSHA256/g),
    ).toHaveLength(2);
    expect(tryTool(openssl, ...argv, 'pass:wrong').output).toContain('invalid password');
  });
});

describe('a PKCS #12 file', () => {
  const keytool = ['/usr/bin/keytool'].find((path) => existsSync(path)) ?? '';

  it.skipIf(!keytool)('is read by Java, by its friendly name', async () => {
    await pki(...issue('--p12-out', 'java.p12', '--p12-passphrase-file', 'ascii.txt'));
    const listed = runTool(
      keytool,
      ...['-list', '-v', '-storetype', 'PKCS12', '-keystore', join(cwd, 'java.p12')],
      ...['-storepass:file', join(cwd, 'ascii.txt')],
    );
    expect(listed).toContain('Alias name: cn=a.example');
    expect(listed).toContain('Entry type: PrivateKeyEntry');
    expect(listed).toContain('Certificate chain length: 2');
  });

  it('is told in JSON, and made without another file for the key', async () => {
    const { stdout } = await pki(...issue('--json', '--p12-out', 'json.p12', ...FILE));
    const told = JSON.parse(stdout);
    expect(told).toHaveProperty('p12File', 'json.p12');
    expect(told).not.toHaveProperty('keyFile');
    expect(stdout).not.toContain('PRIVATE KEY');
  });

  it('takes its passphrase from the environment, or typed twice', async () => {
    const fromVariable = world({ cwd, env: { PKI_P12_PASSPHRASE: 'changeit' } });
    expect((await fromVariable(...issue('--p12-out', 'env.p12'))).status).toBe(0);
    const typing = world({ cwd, answers: ['changeit', 'changeit'] });
    const { status, stderr } = await typing(...issue('--p12-out', 'typed.p12'));
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr:
        'new passphrase for the PKCS #12 file: \nnew passphrase for the PKCS #12 file, again: \n',
    });
  });

  it('needs a passphrase, which is told before anything is signed', async () => {
    expect(await refused(pki, ...issue('--p12-out', 'a.p12'))).toEqual({
      status: 5,
      stderr: [
        'pki: error: the new passphrase for the PKCS #12 file is needed, and there is no terminal to ask at',
        'pki: hint: give it with --p12-passphrase-file, or in the environment variable PKI_P12_PASSPHRASE',
      ],
    });
    const slip = world({ cwd, answers: ['changeit', 'changeti'] });
    expect((await refused(slip, ...issue('--p12-out', 'a.p12'))).stderr.at(-1)).toBe(
      'pki: error: the two entries of the PKCS #12 passphrase differ',
    );
  });

  it.each([
    [
      ['--csr', 'a.csr', '--p12-out', 'a.p12'],
      ['give either --csr or --p12-out: a request has a key already'],
    ],
    [['--key-out', 'a.key', ...FILE], ['--p12-passphrase-file needs --p12-out']],
    [['--key-out', 'a.key', '--p12-name', 'a'], ['--p12-name needs --p12-out']],
    [
      ['--p12-out', 'a.p12', '--key-passphrase-file', 'p12.txt'],
      ['--key-passphrase-file needs --key-out'],
    ],
    [
      ['--p12-out', 'a.p12', '--key-out', './a.p12'],
      ['--key-out and --p12-out name the same file'],
    ],
    [['--p12-out', 'a.p12', '--out', 'a.p12'], ['--out and --p12-out name the same file']],
    [
      ['--p12-out', '-'],
      ['private keys are not written to standard output', 'give --p12-out a file'],
    ],
  ])('is asked for without contradiction: %j', async (options, [message, hint]) => {
    expect(await refused(pki, ...issue(...options))).toEqual({
      status: 2,
      stderr: [`pki: error: ${message}`, ...(hint === undefined ? [] : [`pki: hint: ${hint}`])],
    });
  });
});
