import { describe, expect, it } from 'vitest';
import {
  ALGORITHMS,
  algorithmNamed,
  compositeOf,
  KEY_ALGORITHMS,
  keyAlgorithmNamed,
  mlDsaNamed,
  TOKEN_ALGORITHMS,
  tokenAlgorithmNamed,
} from '../../src/algorithms/registry.ts';
import { SCHEMES } from '../../src/algorithms/schemes.ts';
import { classicalNamed } from '../signers/software-keys.ts';

const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex');
const COMPOSITES = ALGORITHMS.filter((row) => row.family === 'composite');

/** Section 6 of draft-ietf-lamps-pq-composite-sigs-19: the last arc of the OID, and the label. */
// biome-ignore format: a table
const DRAFT: readonly (readonly [number, string, string])[] = [
  [37, 'MLDSA44-RSA2048-PSS-SHA256', 'COMPSIG-MLDSA44-RSA2048-PSS-SHA256'],
  [38, 'MLDSA44-RSA2048-PKCS15-SHA256', 'COMPSIG-MLDSA44-RSA2048-PKCS15-SHA256'],
  [39, 'MLDSA44-Ed25519-SHA512', 'COMPSIG-MLDSA44-Ed25519-SHA512'],
  [40, 'MLDSA44-ECDSA-P256-SHA256', 'COMPSIG-MLDSA44-ECDSA-P256-SHA256'],
  [41, 'MLDSA65-RSA3072-PSS-SHA512', 'COMPSIG-MLDSA65-RSA3072-PSS-SHA512'],
  [42, 'MLDSA65-RSA3072-PKCS15-SHA512', 'COMPSIG-MLDSA65-RSA3072-PKCS15-SHA512'],
  [43, 'MLDSA65-RSA4096-PSS-SHA512', 'COMPSIG-MLDSA65-RSA4096-PSS-SHA512'],
  [44, 'MLDSA65-RSA4096-PKCS15-SHA512', 'COMPSIG-MLDSA65-RSA4096-PKCS15-SHA512'],
  [45, 'MLDSA65-ECDSA-P256-SHA512', 'COMPSIG-MLDSA65-ECDSA-P256-SHA512'],
  [46, 'MLDSA65-ECDSA-P384-SHA512', 'COMPSIG-MLDSA65-ECDSA-P384-SHA512'],
  [47, 'MLDSA65-ECDSA-brainpoolP256r1-SHA512', 'COMPSIG-MLDSA65-ECDSA-BP256-SHA512'],
  [48, 'MLDSA65-Ed25519-SHA512', 'COMPSIG-MLDSA65-Ed25519-SHA512'],
  [49, 'MLDSA87-ECDSA-P384-SHA512', 'COMPSIG-MLDSA87-ECDSA-P384-SHA512'],
  [50, 'MLDSA87-ECDSA-brainpoolP384r1-SHA512', 'COMPSIG-MLDSA87-ECDSA-BP384-SHA512'],
  [51, 'MLDSA87-Ed448-SHAKE256', 'COMPSIG-MLDSA87-Ed448-SHAKE256'],
  [52, 'MLDSA87-RSA3072-PSS-SHA512', 'COMPSIG-MLDSA87-RSA3072-PSS-SHA512'],
  [53, 'MLDSA87-RSA4096-PSS-SHA512', 'COMPSIG-MLDSA87-RSA4096-PSS-SHA512'],
  [54, 'MLDSA87-ECDSA-P521-SHA512', 'COMPSIG-MLDSA87-ECDSA-P521-SHA512'],
];

/** The longest signatures of the same draft, table 4, in the same order. */
// biome-ignore format: a table
const MAX_SIGNATURE_BYTES = [
  2676, 2676, 2484, 2492, 3693, 3693, 3821, 3821, 3381, 3413, 3381, 3373, 4731, 4731, 4741, 5011, 5139, 4766,
];

describe('the names of algorithms', () => {
  it('are unique, whatever their case', () => {
    const names = KEY_ALGORITHMS.map(({ name }) => name.toLowerCase());
    expect(new Set(names).size).toBe(names.length);
  });

  it('are found in any case', () => {
    expect(algorithmNamed('ECDSA-P384').name).toBe('ecdsa-p384');
    expect(algorithmNamed('mldsa65-ecdsa-p256-sha512').name).toBe('MLDSA65-ECDSA-P256-SHA512');
    expect(mlDsaNamed('ML-DSA-65').name).toBe('ml-dsa-65');
  });

  it('are listed when one is unknown', () => {
    expect(() => algorithmNamed('rsa-1024')).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: 'unknown algorithm "rsa-1024"',
        hints: [
          'use one of: rsa-2048, rsa-3072, rsa-4096, rsa-2048-pss, rsa-3072-pss, rsa-4096-pss, ecdsa-p256, ecdsa-p384, ecdsa-p521, ecdsa-brainpoolp256r1, ecdsa-brainpoolp384r1, ed25519, ed448, ml-dsa-44, ml-dsa-65, ml-dsa-87, or another one that "pki algorithms" lists',
        ],
      }),
    );
    expect(() => tokenAlgorithmNamed('mldsa44-ed25519-sha512')).toThrow(
      expect.objectContaining({
        message: 'MLDSA44-Ed25519-SHA512 cannot be used here',
        hints: [`use one of: ${TOKEN_ALGORITHMS.map(({ name }) => name).join(', ')}`],
      }),
    );
    expect(() => algorithmNamed('ml-kem-768')).toThrow('ml-kem-768 cannot be used here');
    expect(() => mlDsaNamed('ml-dsa-55')).toThrow(
      expect.objectContaining({ hints: ['use one of: ml-dsa-44, ml-dsa-65, ml-dsa-87'] }),
    );
  });
});

describe('AlgorithmIdentifiers', () => {
  it.each([
    ['ml-dsa-44', '300b0609608648016503040311'],
    ['ml-dsa-65', '300b0609608648016503040312'],
    ['ml-dsa-87', '300b0609608648016503040313'],
    ['rsa-3072', '300d06092a864886f70d01010b0500'],
    ['rsa-4096', '300d06092a864886f70d01010c0500'],
    ['ecdsa-p256', '300a06082a8648ce3d040302'],
    ['ecdsa-p384', '300a06082a8648ce3d040303'],
    ['ecdsa-p521', '300a06082a8648ce3d040304'],
    ['ed25519', '300506032b6570'],
    ['ed448', '300506032b6571'],
  ])('of %s signatures have no other parameters than their specification', (name, expected) => {
    expect(hex(algorithmNamed(name).identifier)).toBe(expected);
  });

  it.each([
    ['rsa-3072-pss', '300d06092a864886f70d0101010500'],
    ['ecdsa-p256', '301306072a8648ce3d020106082a8648ce3d030107'],
    ['ecdsa-brainpoolp384r1', '301406072a8648ce3d020106092b240303020801010b'],
    ['ml-dsa-65', '300b0609608648016503040312'],
    ['slh-dsa-sha2-128s', '300b0609608648016503040314'],
    ['slh-dsa-shake-256f', '300b060960864801650304031f'],
    ['ml-kem-512', '300b0609608648016503040401'],
    ['ml-kem-1024', '300b0609608648016503040403'],
  ])('of %s keys tell the kind of key', (name, expected) => {
    expect(hex(keyAlgorithmNamed(name).keyIdentifier)).toBe(expected);
  });

  it('of RSASSA-PSS spell out hash, mask and salt length (RFC 4055 §3.1)', () => {
    expect(hex(SCHEMES['rsa-pss-sha256'].identifier)).toBe(
      '304106092a864886f70d01010a3034' +
        'a00f300d06096086480165030402010500' +
        'a11c301a06092a864886f70d010108300d06096086480165030402010500' +
        'a203020120',
    );
  });
});

describe('composites', () => {
  it('are the 18 of the draft, with its OIDs and labels', () => {
    const rows = COMPOSITES.map(({ identifier, name, label }) => [
      identifier.at(-1),
      name,
      Buffer.from(label).toString('ascii'),
    ]);
    expect(rows).toEqual(DRAFT);
  });

  it.each(COMPOSITES)('$name has one identifier for keys and signatures', (row) => {
    const arc = (row.identifier.at(-1) ?? 0).toString(16);
    expect(hex(row.identifier)).toBe(`300a06082b060105050706${arc}`);
    expect(row.keyIdentifier).toEqual(row.identifier);
  });

  it('have signatures no longer than the draft says', () => {
    expect(COMPOSITES.map((row) => row.maxSignatureBytes)).toEqual(MAX_SIGNATURE_BYTES);
  });

  it('take the classical half with the hash of the draft, not that of the name', () => {
    const hashes = COMPOSITES.map(({ name, classical }) => [name, classical.scheme.name]);
    expect(Object.fromEntries(hashes)).toMatchObject({
      'MLDSA65-RSA3072-PSS-SHA512': 'RSASSA-PSS-SHA256',
      'MLDSA65-RSA4096-PSS-SHA512': 'RSASSA-PSS-SHA384',
      'MLDSA65-RSA4096-PKCS15-SHA512': 'sha384WithRSAEncryption',
      'MLDSA65-ECDSA-P256-SHA512': 'ecdsa-with-SHA256',
      'MLDSA65-ECDSA-P384-SHA512': 'ecdsa-with-SHA384',
    });
  });

  it('are found by their halves', () => {
    const found = compositeOf(classicalNamed('ecdsa-p384'), mlDsaNamed('ml-dsa-87'));
    expect(found.name).toBe('MLDSA87-ECDSA-P384-SHA512');
    for (const row of COMPOSITES) expect(compositeOf(row.classical, row.mlDsa)).toBe(row);
  });

  it('that the draft does not have are refused with those that it has', () => {
    const pairs = COMPOSITES.map((row) => `${row.classical.name} with ${row.mlDsa.name}`);
    expect(() => compositeOf(classicalNamed('ecdsa-p521'), mlDsaNamed('ml-dsa-44'))).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: 'there is no composite of ecdsa-p521 with ml-dsa-44',
        hints: [`the composites are: ${pairs.join(', ')}`],
      }),
    );
  });
});
