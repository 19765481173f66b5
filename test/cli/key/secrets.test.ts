import { createPrivateKey } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { decryptPkcs8 } from '../../../src/signers/pkcs8.ts';
import { parsePkcs8 } from '../../../src/signers/private-key.ts';
import { Secret } from '../../../src/signers/secret.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { type WorldOptions, world } from '../../support/world.ts';

/** Strings that occur nowhere by chance. */
const SECRETS = {
  passphrase: 'passphrase-Xk3mT9',
  newPassphrase: 'passphrase-Nw7pL2',
  wrongPassphrase: 'passphrase-Wr5nG1',
};

const KEYS = ['ecdsa-p256', 'ed25519', 'ml-dsa-44', 'slh-dsa-sha2-128f', 'ml-kem-512'].concat(
  'MLDSA44-ECDSA-P256-SHA256',
);

const cwd = temporaryDirectory();
const outputs: string[] = [];
const statuses = new Set<number>();
const env = {
  PKI_PASSPHRASE: SECRETS.passphrase,
  PKI_NEW_PASSPHRASE: SECRETS.newPassphrase,
};
const wrong = { ...env, PKI_PASSPHRASE: SECRETS.wrongPassphrase };

/** Runs a command line, for people and as JSON, and keeps what it printed. */
async function session(options: Omit<WorldOptions, 'cwd'>, ...argv: readonly string[]) {
  for (const json of [[], ['--json']]) {
    const { status, stdout, stderr } = await world({ cwd, ...options })(...argv, ...json);
    statuses.add(status);
    outputs.push(stdout, stderr);
  }
}

beforeAll(async () => {
  await session({ env }, 'init-ca', '--name', 'Secret', '--dir', 'ca');
  for (const name of KEYS) {
    const key = `${name}.key`;
    await session({ env }, 'key', 'generate', '--algorithm', name, '--out', key);
    const typed = { answers: [SECRETS.passphrase, SECRETS.wrongPassphrase] };
    await session(typed, 'key', 'generate', '--out', `typed-${key}`);
    for (const world of [env, wrong]) {
      await session({ env: world }, 'key', 'show', key);
      await session({ env: world }, 'key', 'public', key);
      await session({ env: world }, 'key', 'convert', key, '--out', `converted-${key}`, '--force');
      const csr = ['csr', 'create', '--key', key, '--cn', 'a.example', '--force'];
      await session({ env: world }, ...csr, '--out', `${name}.csr`);
    }
    await session({ env }, 'csr', 'show', `${name}.csr`);
    await session({ env }, 'csr', 'verify', key);
  }
  await session({ env: wrong }, 'crl', '--ca-dir', 'ca');
  await session({ env }, 'crl', '--ca-dir', 'ca');
});

/** The octets that make a key, of each half of a composite. */
function secretParts(name: string): readonly Uint8Array[] {
  const key = readFileSync(join(cwd, `${name}.key`), 'utf8');
  const opened = openedKey(key);
  if (opened.kind === 'composite') return [opened.mlDsaSeed, scalar(opened.classical)];
  if (opened.kind === 'classical') return [scalar(opened.pkcs8)];
  const { seed, expanded } = opened.forms;
  return [seed ?? expanded?.subarray(0, 32) ?? new Uint8Array(0)];
}

/** OpenSSL opens no composite. */
function openedKey(pem: string) {
  const der = Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ''), 'base64');
  return parsePkcs8(decryptPkcs8(der, new Secret(SECRETS.passphrase), 'key'));
}

function scalar(pkcs8Der: Uint8Array): Uint8Array {
  const jwk = createPrivateKey({ key: Buffer.from(pkcs8Der), format: 'der', type: 'pkcs8' }).export(
    {
      format: 'jwk',
    },
  );
  return Buffer.from(jwk.d ?? '', 'base64url');
}

const spellings = (octets: Uint8Array): readonly Buffer[] => [
  Buffer.from(octets),
  ...(['hex', 'base64', 'base64url'] as const).map((encoding) =>
    Buffer.from(Buffer.from(octets).toString(encoding).replace(/=+$/, '')),
  ),
];

function holders(octets: Uint8Array): readonly string[] {
  const files = readdirSync(cwd, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((path) => ({ path, contents: readFileSync(path) }));
  const printed = outputs.map((text) => ({ path: 'output', contents: Buffer.from(text) }));
  return [...files, ...printed]
    .filter(({ contents }) => spellings(octets).some((spelling) => contents.includes(spelling)))
    .map(({ path }) => path);
}

describe('over a session of commands about keys and requests, some of which fail,', () => {
  it('commands succeed and fail', () => {
    expect(statuses).toEqual(new Set([0, 2, 4, 5, 6]));
    expect(holders(Buffer.from('a.example'))).not.toEqual([]);
  });

  it.each(Object.entries(SECRETS))('the %s is neither printed nor kept', (_, secret) => {
    expect(holders(Buffer.from(secret))).toEqual([]);
  });

  it.each(KEYS)('what makes the key for %s is neither printed nor kept in the clear', (name) => {
    for (const part of secretParts(name)) {
      expect(part.length).toBeGreaterThan(16);
      expect(holders(part)).toEqual([]);
    }
  });
});
