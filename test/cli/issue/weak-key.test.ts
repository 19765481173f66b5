import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.ts';
import { type Primes, rsaPrivateKey, WEAK_PRIMES } from '../../support/weak-rsa.ts';
import { world } from '../../support/world.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const refused = refusals(cwd, 'ca');

beforeAll(async () => {
  await pki('init-ca', '--name', 'Root', '--dir', 'ca', '--no-passphrase');
});

async function requestWith(name: string, primes: Primes): Promise<string> {
  writeFileSync(join(cwd, `${name}.key`), rsaPrivateKey(primes));
  const files = ['--key', `${name}.key`, '--out', `${name}.csr`];
  const { status, stderr } = await pki('csr', 'create', '--cn', 'weak.example', ...files);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return `${name}.csr`;
}

describe('a request for a weak RSA key', () => {
  it.each([
    [
      'smallFactor',
      'the RSA key is broken: its modulus is divisible by 751 (rsa-small-factor, TLS BR §6.1.6, SP 800-89 §5.3.3)',
    ],
    [
      'closePrimes',
      "the RSA key is broken: its primes are so close that Fermat's method finds them (rsa-close-primes, TLS BR §6.1.1.3)",
    ],
    [
      'roca',
      'the RSA key is weak: it has the fingerprint of ROCA, of keys that Infineon chips made (rsa-roca, TLS BR §6.1.1.3, CVE-2017-15361)',
    ],
  ] as const)('is refused: %s', async (name, hint) => {
    const csr = await requestWith(name, WEAK_PRIMES[name]());
    expect(await refused(pki, 'issue', '--ca-dir', 'ca', '--csr', csr)).toEqual({
      status: 3,
      stderr: ['pki: error: not signing a certificate for CN=weak.example', `pki: hint: ${hint}`],
    });
  });
});
