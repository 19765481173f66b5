import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { noOpenssl, openssl } from '../openssl.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const read = (name: string) => readFileSync(join(cwd, name), 'utf8');
const chained = (caDir: string, ...options: readonly string[]) =>
  pki('issue', '--ca-dir', caDir, '--full-chain', '--cn', 'a.example', ...options);

/** A CA below the root: the root's directory with a certificate and a key of its own. */
beforeAll(async () => {
  await pki('init-ca', '--name', 'Root', '--dir', 'root', '--no-passphrase');
  cpSync(join(cwd, 'root'), join(cwd, 'sub'), { recursive: true });
  const made = ['--out', 'sub/ca.crt', '--key-out', 'sub/keys/ca.key', '--force'];
  await pki(
    ...['issue', '--ca-dir', 'root', '--profile', 'issuing-ca', '--cn', 'Sub CA'],
    ...['--key-algorithm', 'ecdsa-p384', ...made],
  );
  writeFileSync(join(cwd, 'sub/chain.crt'), read('sub/ca.crt') + read('root/ca.crt'));
});

describe('issue --full-chain', () => {
  it("writes the CA's certificate behind the new one, and no root", async () => {
    const { status, stdout } = await chained('sub', '--key-out', 'a.key', '--out', 'a.crt');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^issued CN=a\.example\n/);
    const [first, ...rest] = read('a.crt').split(/(?<=-----END CERTIFICATE-----\n)/);
    expect(first).not.toBe(read('sub/ca.crt'));
    expect(rest).toEqual([read('sub/ca.crt')]);
  });

  it.skipIf(noOpenssl())('is what OpenSSL verifies with the root alone', () => {
    const [crt, root] = [join(cwd, 'a.crt'), join(cwd, 'root/ca.crt')];
    expect(openssl('verify', '-x509_strict', '-CAfile', root, '-untrusted', crt, crt)).toBe(
      `${crt}: OK\n`,
    );
  });

  it('prints it, and tells it in JSON', async () => {
    const { stdout } = await chained('sub', '--key-out', 'b.key');
    expect(stdout.endsWith(read('sub/ca.crt'))).toBe(true);
    const told = JSON.parse((await chained('sub', '--json', '--key-out', 'c.key')).stdout);
    expect(told.chain).toBe(read('sub/ca.crt'));
    expect(told.certificate).not.toContain(told.chain);
  });

  it('is the certificate alone under a root', async () => {
    const { stdout } = await chained('root', '--key-out', 'd.key');
    expect(stdout).toMatch(/^-----BEGIN CERTIFICATE-----\n[^-]+-----END CERTIFICATE-----\n$/);
  });

  it('refuses a chain that cannot be read, before anything is signed', async () => {
    cpSync(join(cwd, 'root'), join(cwd, 'damaged'), { recursive: true });
    const file = join(cwd, 'damaged/chain.crt');
    writeFileSync(file, '-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n');
    const argv = ['issue', '--ca-dir', 'damaged', '--full-chain', '--cn', 'a.example'];
    const refused = refusals(cwd, 'damaged');
    expect(await refused(pki, ...argv, '--key-out', 'e.key')).toEqual({
      status: 6,
      stderr: [`pki: error: ${file} is damaged: tag 30 expected, 02 found`],
    });
  });
});
