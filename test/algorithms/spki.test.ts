import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { algorithmNamed, SINGLE_ALGORITHMS } from '../../src/algorithms/registry.ts';
import {
  algorithmsOfKey,
  describeKey,
  describeSignature,
  encodeSpki,
  keyUse,
  parseSpki,
  rsaParameters,
} from '../../src/algorithms/spki.ts';
import { DerError } from '../../src/der/reader.ts';
import { NULL, objectIdentifier, sequence } from '../../src/der/writer.ts';
import { signerFor } from '../signers/software-keys.ts';

const spkiOf = (key: ReturnType<typeof createPublicKey>): Uint8Array =>
  Uint8Array.from(key.export({ format: 'der', type: 'spki' }));

const rsa = spkiOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey);
const p256 = spkiOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);
const secp256k1 = spkiOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey);
const odd = spkiOf(generateKeyPairSync('rsa', { modulusLength: 1536 }).publicKey);

describe('a SubjectPublicKeyInfo', () => {
  it('is taken apart and put together again', () => {
    const { publicKey } = parseSpki(p256);
    expect(publicKey.length).toBe(65);
    expect(encodeSpki(algorithmNamed('ecdsa-p256'), publicKey)).toEqual(p256);
  });

  it('may not have anything behind it', () => {
    expect(() => parseSpki(Buffer.concat([p256, NULL]))).toThrow(DerError);
    expect(() => parseSpki(sequence(sequence(), Buffer.of(0x03, 1, 0), NULL))).toThrow(DerError);
  });

  it.each(SINGLE_ALGORITHMS.filter(({ name }) => !name.includes('4096')))(
    'of $name is recognised as a key for it',
    async (row) => {
      await using signer = await signerFor(row);
      expect(algorithmsOfKey(signer.publicKey)).toContain(row);
      expect(describeKey(signer.publicKey)).toBe(row.name.replace('-pss', ''));
    },
  );

  it('of RSA can be used with both paddings, PKCS #1 v1.5 first', () => {
    expect(algorithmsOfKey(rsa).map(({ name }) => name)).toEqual(['rsa-2048', 'rsa-2048-pss']);
  });

  it.each([
    ['an RSA key of an odd size', odd, 'rsa-1536'],
    ['a key on another curve', secp256k1, '1.2.840.10045.2.1'],
    ['a key for agreement', spkiOf(generateKeyPairSync('x25519').publicKey), '1.3.101.110'],
  ])('of %s is for no algorithm, and still has a name', (_, spki, name) => {
    expect(algorithmsOfKey(spki)).toEqual([]);
    expect(describeKey(spki)).toBe(name);
  });

  it('tells what it can do, whatever its size', () => {
    expect([rsa, odd, p256, secp256k1].map(keyUse)).toEqual([
      'both',
      'both',
      'signature',
      'signature',
    ]);
  });

  it('of RSA tells the length of the modulus, and the exponent', () => {
    expect(rsaParameters(parseSpki(rsa).publicKey)).toMatchObject({ bits: 2048, exponent: 65537n });
    const numbers = createPublicKey({ key: Buffer.from(odd), format: 'der', type: 'spki' });
    expect(rsaParameters(parseSpki(odd).publicKey).bits).toBe(
      numbers.asymmetricKeyDetails?.modulusLength,
    );
  });
});

describe('the name of a signature algorithm', () => {
  it.each([
    ['rsa-4096', 'sha384WithRSAEncryption'],
    ['rsa-3072-pss', 'RSASSA-PSS-SHA256'],
    ['ecdsa-p521', 'ecdsa-with-SHA512'],
    ['ed448', 'id-Ed448'],
    ['ml-dsa-44', 'ml-dsa-44'],
    ['MLDSA87-Ed448-SHAKE256', 'MLDSA87-Ed448-SHAKE256'],
  ])('of %s is %s', (name, expected) => {
    expect(describeSignature(algorithmNamed(name).identifier)).toBe(expected);
  });

  it('of an unknown one is its OID', () => {
    const sha1WithRsa = sequence(objectIdentifier('1.2.840.113549.1.1.5'), NULL);
    expect(describeSignature(sha1WithRsa)).toBe('1.2.840.113549.1.1.5');
  });
});
