import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ALGORITHMS, algorithmNamed, KEY_ALGORITHMS } from '../../src/algorithms/registry.ts';
import { integer, octetString, sequence } from '../../src/der/writer.ts';
import { generatePkcs8 } from '../../src/signers/generate-key.ts';
import { provenPublicKey } from '../../src/signers/key-pair.ts';
import { encodePkcs8, parsePkcs8 } from '../../src/signers/private-key.ts';
import { publicKeyOfPkcs8 } from '../../src/signers/software-key.ts';
import { pkcs8For } from './software-keys.ts';

/** The small sets of SLH-DSA take seconds to sign. */
const FAST = KEY_ALGORITHMS.filter(
  ({ family, name }) => family !== 'slh-dsa' || name.endsWith('128f'),
);

describe.each(FAST)('a key for $name', (algorithm) => {
  it('is proven to be what it says', async () => {
    const pkcs8 = await pkcs8For(algorithm);
    expect(await provenPublicKey(pkcs8, 'a.key')).toEqual(await publicKeyOfPkcs8(pkcs8, 'a.key'));
  });
});

describe('a key whose parts disagree', () => {
  const refused = {
    code: 'KEY_UNAVAILABLE',
    message: 'the parts of the private key in a.key disagree',
    hints: ['the file is damaged, or was put together from two keys'],
  };

  const rsa = () =>
    generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  const exported = (jwk: ReturnType<typeof rsa>): Uint8Array =>
    createPrivateKey({ key: jwk, format: 'jwk' }).export({ format: 'der', type: 'pkcs8' });

  it.each(['d', 'dp', 'dq', 'qi'] as const)('is refused: RSA, by its %s', async (part) => {
    const [one, other] = [rsa(), rsa()];
    const mixed = exported({ ...one, [part]: other[part] });
    await expect(provenPublicKey(mixed, 'a.key')).rejects.toMatchObject(refused);
  });

  it('is refused: EC, with the public key of another', async () => {
    const [one, other] = [await generatePkcs8(p256), await generatePkcs8(p256)];
    const mixed = Buffer.concat([one.subarray(0, -65), other.subarray(-65)]);
    await expect(provenPublicKey(mixed, 'a.key')).rejects.toMatchObject(refused);
  });

  it('is refused: SLH-DSA, with a PK.root that does not follow', async () => {
    const pkcs8 = Uint8Array.from(await pkcs8For('slh-dsa-shake-128f'));
    pkcs8[pkcs8.length - 1] = (pkcs8.at(-1) ?? 0) ^ 1;
    await expect(provenPublicKey(pkcs8, 'a.key')).rejects.toMatchObject(refused);
  });

  it('is refused: a composite with an RSA half that disagrees', async () => {
    const [one, other] = [rsa(), rsa()];
    const algorithm = algorithmNamed('MLDSA44-RSA2048-PSS-SHA256');
    if (algorithm.family !== 'composite') throw new Error('not a composite');
    const classical = exported({ ...one, d: String(other.d) });
    const key = { kind: 'composite', algorithm, mlDsaSeed: randomBytes(32), classical } as const;
    await expect(provenPublicKey(encodePkcs8(key), 'a.key')).rejects.toMatchObject(refused);
  });

  it('is refused when it is opened: ML-KEM', async () => {
    const parsed = parsePkcs8(await pkcs8For('ml-kem-512'));
    if (parsed.kind !== 'raw') throw new Error('not a raw key');
    const { algorithm } = parsed;
    const both = sequence(octetString(randomBytes(64)), octetString(randomBytes(1632)));
    const pkcs8 = sequence(integer(0), algorithm.keyIdentifier, octetString(both));
    await expect(provenPublicKey(pkcs8, 'a.key')).rejects.toMatchObject({
      code: 'KEY_UNAVAILABLE',
      message: 'a.key is not a private key that can be used',
    });
  });

  const p256 = algorithmNamed('ecdsa-p256');

  it('leaves none of our algorithms out', () => {
    const families = new Set(FAST.map(({ family }) => family));
    expect(families).toEqual(new Set(['classical', 'ml-dsa', 'slh-dsa', 'composite', 'ml-kem']));
    expect(FAST.length).toBeGreaterThan(ALGORITHMS.length - 11);
  });
});
