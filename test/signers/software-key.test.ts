import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { nobleEngine } from '../../src/algorithms/post-quantum.ts';
import {
  ALGORITHMS,
  algorithmNamed,
  keyAlgorithmNamed,
  mlDsaNamed,
} from '../../src/algorithms/registry.ts';
import { algorithmsOfKey } from '../../src/algorithms/spki.ts';
import { verifySignature } from '../../src/algorithms/verify.ts';
import {
  contextPrimitive,
  integer,
  NULL,
  objectIdentifier,
  octetString,
  sequence,
} from '../../src/der/writer.ts';
import { generatePkcs8 } from '../../src/signers/generate-key.ts';
import { encodePkcs8, parsePkcs8 } from '../../src/signers/private-key.ts';
import { importPkcs8, publicKeyOfPkcs8 } from '../../src/signers/software-key.ts';
import { pkcs8For } from './software-keys.ts';

const NAMES = ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const;

/** The expanded key of a seed, which only JavaScript gives away. */
async function expandedKey(name: (typeof NAMES)[number], seed: Uint8Array): Promise<Uint8Array> {
  const { ml_dsa44, ml_dsa65, ml_dsa87 } = await import('@noble/post-quantum/ml-dsa.js');
  const set = { 'ml-dsa-44': ml_dsa44, 'ml-dsa-65': ml_dsa65, 'ml-dsa-87': ml_dsa87 }[name];
  return set.keygen(seed).secretKey;
}

const mlDsaFile = (name: (typeof NAMES)[number], choice: Uint8Array, version = 0) =>
  sequence(integer(version), mlDsaNamed(name).identifier, octetString(choice));

describe.each(NAMES)('an %s key', (name) => {
  const seed = randomBytes(32);
  const message = Buffer.from('message');

  it('is generated as 54 octets of PKCS #8 with the seed alone', async () => {
    const pkcs8 = Buffer.from(await generatePkcs8(mlDsaNamed(name)));
    expect(pkcs8.length).toBe(54);
    const arc = { 'ml-dsa-44': '11', 'ml-dsa-65': '12', 'ml-dsa-87': '13' }[name];
    expect(pkcs8.toString('hex')).toMatch(
      new RegExp(`^3034020100300b06096086480165030403${arc}04228020`),
    );
  });

  it('is the same key as seed, as expanded key and as both', async () => {
    const { publicKey } = (await nobleEngine()).open(mlDsaNamed(name), { seed });
    const expanded = await expandedKey(name, seed);
    const forms = [
      contextPrimitive(0, seed),
      octetString(expanded),
      sequence(octetString(seed), octetString(expanded)),
    ];
    for (const form of forms) {
      const key = await importPkcs8(mlDsaFile(name, form), 'ca.key');
      const signed = { spki: key.publicKey, identifier: key.algorithm.identifier, message };
      const signature = await key.sign(message);
      expect(key.algorithm.name).toBe(name);
      expect(Buffer.from(key.publicKey.subarray(22))).toEqual(Buffer.from(publicKey));
      expect(await verifySignature({ ...signed, signature })).toBeUndefined();
    }
  });

  it('may come with its public key behind, as version 2', async () => {
    const choice = contextPrimitive(0, seed);
    const plain = await importPkcs8(mlDsaFile(name, choice), 'ca.key');
    const publicKey = contextPrimitive(
      1,
      Buffer.concat([Buffer.of(0), plain.publicKey.subarray(22)]),
    );
    const identifier = mlDsaNamed(name).identifier;
    const version2 = sequence(integer(1), identifier, octetString(choice), publicKey);
    expect((await importPkcs8(version2, 'ca.key')).publicKey).toEqual(plain.publicKey);
  });
});

describe.each(['ml-kem-512', 'ml-kem-768', 'ml-kem-1024'] as const)('an %s key', (name) => {
  const algorithm = keyAlgorithmNamed(name);

  it('is generated as PKCS #8 with its seed of 64 octets alone, as OpenSSL reads it', async () => {
    const pkcs8 = Buffer.from(await generatePkcs8(algorithm));
    expect(pkcs8.length).toBe(86);
    expect(pkcs8.subarray(20, 22).toString('hex')).toBe('8040');
    const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
    const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
    expect(Buffer.from(await publicKeyOfPkcs8(pkcs8, 'kem.key'))).toEqual(spki);
  });

  it('cannot sign', async () => {
    await expect(importPkcs8(await generatePkcs8(algorithm), 'kem.key')).rejects.toMatchObject({
      code: 'KEY_UNAVAILABLE',
      message: `kem.key holds a key for ${name}, which cannot sign`,
    });
  });
});

describe('a composite key', () => {
  const compositeFile = (octets: Uint8Array) =>
    sequence(integer(0), algorithmNamed('MLDSA44-Ed25519-SHA512').identifier, octetString(octets));

  it.each(ALGORITHMS.filter(({ family }) => family === 'composite'))(
    '$name is generated as PKCS #8 that reads as it was written, halves and all',
    async (algorithm) => {
      const pkcs8 = await pkcs8For(algorithm);
      expect(Buffer.from(encodePkcs8(parsePkcs8(pkcs8)))).toEqual(Buffer.from(pkcs8));
      const { publicKey } = await importPkcs8(pkcs8, 'ca.key', algorithm);
      expect(algorithmsOfKey(publicKey)).toEqual([algorithm]);
    },
  );

  it('is never the same twice, in either half', async () => {
    const algorithm = algorithmNamed('MLDSA44-Ed25519-SHA512');
    const [one, other] = [await generatePkcs8(algorithm), await generatePkcs8(algorithm)];
    const halves = (pkcs8: Uint8Array) => [pkcs8.slice(-64, -32), pkcs8.slice(-32)];
    for (const [index, half] of halves(one).entries())
      expect(half).not.toEqual(halves(other)[index]);
  });

  it.each([
    ['with the seed alone', compositeFile(randomBytes(32))],
    ['with half a seed', compositeFile(randomBytes(16))],
    ['with a classical half that is too short', compositeFile(randomBytes(63))],
    ['with a classical half that is too long', compositeFile(randomBytes(65))],
  ])('%s is refused', async (_, pkcs8) => {
    await expect(importPkcs8(pkcs8, 'ca.key')).rejects.toMatchObject({
      code: 'KEY_UNAVAILABLE',
      message: 'ca.key is not a private key that can be used',
    });
  });

  it('with an RSA half of another size is refused', async () => {
    const rsa = parsePkcs8(await pkcs8For('rsa-3072'));
    const algorithm = algorithmNamed('MLDSA44-RSA2048-PSS-SHA256');
    if (rsa.kind !== 'classical' || algorithm.family !== 'composite') throw new Error('no RSA key');
    const parts = { algorithm, mlDsaSeed: randomBytes(32), classical: rsa.pkcs8 };
    const pkcs8 = encodePkcs8({ kind: 'composite', ...parts });
    await expect(importPkcs8(pkcs8, 'ca.key')).rejects.toMatchObject({
      code: 'KEY_UNAVAILABLE',
      message: 'MLDSA44-RSA2048-PSS-SHA256 needs keys for ml-dsa-44 and rsa-2048-pss',
      hints: ['these are keys for ml-dsa-44 and rsa-3072'],
    });
  });
});

describe('a private key that cannot be used', () => {
  const refused = {
    code: 'KEY_UNAVAILABLE',
    message: 'ca.key is not a private key that can be used',
    hints: ['it has to be PKCS #8 with an RSA, EC, EdDSA, ML-DSA, SLH-DSA or composite key'],
  };
  const der = (type: 'dsa' | 'x25519' | 'x448' | 'secp256k1' | 'rsa-1024'): Uint8Array => {
    const options = { format: 'der', type: 'pkcs8' } as const;
    if (type === 'dsa') {
      const sizes = { modulusLength: 1024, divisorLength: 160 };
      return generateKeyPairSync(type, sizes).privateKey.export(options);
    }
    if (type === 'secp256k1') {
      return generateKeyPairSync('ec', { namedCurve: type }).privateKey.export(options);
    }
    if (type === 'rsa-1024') {
      return generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export(options);
    }
    return generateKeyPairSync(type as 'x25519').privateKey.export(options);
  };

  it.each(['dsa', 'x25519', 'x448', 'secp256k1', 'rsa-1024'] as const)(
    'is one of %s',
    async (type) => {
      await expect(importPkcs8(der(type), 'ca.key')).rejects.toMatchObject(refused);
    },
  );

  it.each([
    ['empty', new Uint8Array(0)],
    ['no DER', Buffer.from('not a key')],
    ['of a version that does not exist', sequence(integer(-1), sequence(), octetString(NULL))],
    ['without a key', sequence(integer(0), mlDsaNamed('ml-dsa-44').identifier)],
    [
      'of an unknown algorithm',
      sequence(integer(0), sequence(objectIdentifier('1.2.3')), octetString(NULL)),
    ],
    ['an ML-DSA seed of 31 octets', mlDsaFile('ml-dsa-44', contextPrimitive(0, Buffer.alloc(31)))],
    ['an ML-DSA seed of 33 octets', mlDsaFile('ml-dsa-44', contextPrimitive(0, Buffer.alloc(33)))],
    ['an ML-DSA seed in no tag', mlDsaFile('ml-dsa-44', Buffer.alloc(32))],
    ['an expanded key of another level', mlDsaFile('ml-dsa-44', octetString(Buffer.alloc(4032)))],
    [
      'a seed with something behind it',
      mlDsaFile('ml-dsa-44', Buffer.concat([contextPrimitive(0, Buffer.alloc(32)), NULL])),
    ],
  ])('is %s', async (_, pkcs8) => {
    await expect(importPkcs8(pkcs8, 'ca.key')).rejects.toMatchObject(refused);
  });

  it('has a seed and an expanded key that are not the same key', async () => {
    const expanded = await expandedKey('ml-dsa-44', randomBytes(32));
    const both = sequence(octetString(randomBytes(32)), octetString(expanded));
    await expect(importPkcs8(mlDsaFile('ml-dsa-44', both), 'ca.key')).rejects.toMatchObject({
      ...refused,
      cause: expect.objectContaining({
        message: expect.stringContaining('invalid key'),
      }),
    });
  });

  it('is of another kind than wanted', async () => {
    const rsa = await pkcs8For('rsa-2048');
    await expect(importPkcs8(rsa, 'ca.key', algorithmNamed('ml-dsa-65'))).rejects.toMatchObject({
      code: 'KEY_UNAVAILABLE',
      message: 'ca.key holds a key for rsa-2048, not for ml-dsa-65',
    });
    await expect(importPkcs8(rsa, 'ca.key', algorithmNamed('rsa-3072-pss'))).rejects.toMatchObject({
      message: 'ca.key holds a key for rsa-2048, not for rsa-3072-pss',
    });
  });
});
