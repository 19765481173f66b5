import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ALGORITHMS, algorithmNamed } from '../../src/algorithms/registry.ts';
import { enterDer } from '../../src/der/reader.ts';
import { openFileSigner } from '../../src/signers/file-signer.ts';
import { keyFileText } from '../../src/signers/key-file.ts';
import { openSigner } from '../../src/signers/open-signer.ts';
import { Secret } from '../../src/signers/secret.ts';
import { takesContext } from '../../src/signers/signer.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { tokenAccess } from './on-softhsm.ts';
import { describeSignerContract, verdict } from './signer-contract.ts';
import { pkcs8For } from './software-keys.ts';

const directory = temporaryDirectory();

const passphrase = async () => new Secret('correct horse battery staple');

const notAsked = async (): Promise<Secret> => {
  throw new Error('no passphrase was expected to be asked for');
};

function file(name: string, contents: string | Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, contents);
  return path;
}

/** Of SLH-DSA the fast sets: the small ones take seconds to sign, and are in other tests. */
const FAST = ALGORITHMS.filter(({ family, name }) => family !== 'slh-dsa' || name.endsWith('128f'));

describe.each(FAST)('$name', (algorithm) => {
  describeSignerContract(`the file signer (${algorithm.name})`, async () => {
    const path = file(`${algorithm.name}.key`, keyFileText(await pkcs8For(algorithm)));
    return openFileSigner(path, { algorithm, passphrase: notAsked });
  });
});

describe('opening a key file', () => {
  const ed25519 = pkcs8For('ed25519');

  it('asks for the passphrase of an encrypted file, once and with its path', async () => {
    const path = file('encrypted.key', keyFileText(await ed25519, await passphrase()));
    const asked: string[] = [];
    await using signer = await openFileSigner(path, {
      passphrase: (which) => {
        asked.push(which);
        return passphrase();
      },
    });
    const message = Buffer.from('message');
    expect(await verdict(signer, message, await signer.sign(message))).toBeUndefined();
    expect(asked).toEqual([path]);
  });

  it('takes DER as well as PEM, and PEM with text around it', async () => {
    const der = file('key.der', await ed25519);
    const chatty = file('chatty.pem', `Bag Attributes\n${keyFileText(await ed25519)}the end\n`);
    for (const path of [der, chatty]) {
      await using signer = await openFileSigner(path, { passphrase: notAsked });
      expect(signer.algorithm.name).toBe('ed25519');
    }
  });

  it('writes PKCS #8 under the label that says whether it is encrypted', async () => {
    expect(keyFileText(await ed25519)).toMatch(/^-----BEGIN PRIVATE KEY-----\n[^-]+\n-----END/);
    expect(keyFileText(await ed25519, await passphrase())).toMatch(
      /^-----BEGIN ENCRYPTED PRIVATE KEY-----\n[^-]+\n-----END/,
    );
  });

  it('uses an RSA key with PKCS #1 v1.5 unless PSS is wanted', async () => {
    const path = file('rsa.key', keyFileText(await pkcs8For('rsa-2048')));
    await using usual = await openFileSigner(path, { passphrase: notAsked });
    const wanted = { algorithm: algorithmNamed('rsa-2048-pss'), passphrase: notAsked };
    await using pss = await openFileSigner(path, wanted);
    expect(usual.algorithm.name).toBe('rsa-2048');
    expect(pss.algorithm.name).toBe('rsa-2048-pss');
    expect(pss.publicKey).toEqual(usual.publicKey);
  });

  it('starts relative paths at the directory it is given', async () => {
    file('relative.key', keyFileText(await ed25519));
    const access = { ...tokenAccess(), directory };
    await using signer = await openSigner({ kind: 'file', path: 'relative.key' }, access);
    expect(signer.algorithm.name).toBe('ed25519');
  });

  it('signs under a context with ML-DSA keys only', async () => {
    for (const [name, does] of [['ed25519', false] as const, ['ml-dsa-44', true] as const]) {
      const path = file('context.key', keyFileText(await pkcs8For(name)));
      await using signer = await openFileSigner(path, { passphrase: notAsked });
      expect(takesContext(signer)).toBe(does);
    }
  });
});

describe('a key file that cannot be used', () => {
  const open = (path: string) => openFileSigner(path, { passphrase });

  it('is named when it is missing', async () => {
    const path = join(directory, 'missing.key');
    await expect(open(path)).rejects.toMatchObject({
      code: 'KEY_UNAVAILABLE',
      message: `cannot read the key file ${path}: no such file or directory`,
    });
  });

  it('is named when it holds something else, with what it has to hold', async () => {
    const path = file('traditional.key', '-----BEGIN RSA PRIVATE KEY-----\nAA==\n');
    await expect(open(path)).rejects.toMatchObject({
      code: 'KEY_UNAVAILABLE',
      message: `${path} holds no private key`,
      hints: ['it has to be PKCS #8: a PEM block "PRIVATE KEY" or "ENCRYPTED PRIVATE KEY"'],
    });
  });

  it('is called damaged when it is cut off', async () => {
    const path = file('cut.key', (await pkcs8For('ed25519')).subarray(0, 20));
    await expect(open(path)).rejects.toMatchObject({
      code: 'KEY_UNAVAILABLE',
      message: `${path} is damaged: a length exceeds what is there`,
    });
  });

  it('is called damaged when an encrypted one lacks parts', async () => {
    const text = keyFileText(await pkcs8For('ed25519'), await passphrase());
    const der = Buffer.from(text.split('\n').slice(1, -2).join(''), 'base64');
    const scheme = enterDer(der).read().octets;
    const path = file('parts.key', Buffer.concat([Buffer.of(0x30, scheme.length), scheme]));
    await expect(open(path)).rejects.toMatchObject({
      code: 'KEY_UNAVAILABLE',
      message: `${path} is damaged: a value is missing`,
    });
  });

  it('is refused when its key is of another kind than wanted', async () => {
    const path = file('ed25519.key', keyFileText(await pkcs8For('ed25519')));
    const wanted = { algorithm: algorithmNamed('ecdsa-p256'), passphrase };
    await expect(openFileSigner(path, wanted)).rejects.toMatchObject({
      code: 'KEY_UNAVAILABLE',
      message: `${path} holds a key for ed25519, not for ecdsa-p256`,
    });
  });
});
