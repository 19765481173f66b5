import { describe, expect, it } from 'vitest';
import type { CompositeAlgorithm } from '../../src/algorithms/algorithm.ts';
import { splitPublicKey, splitSignature } from '../../src/algorithms/composite.ts';
import { obsoleteAlgorithm, obsoleteSignature } from '../../src/algorithms/obsolete.ts';
import { ALGORITHMS, algorithmNamed } from '../../src/algorithms/registry.ts';
import { encodeSpki, parseSpki } from '../../src/algorithms/spki.ts';
import { verifySignature } from '../../src/algorithms/verify.ts';
import { enterDer } from '../../src/der/reader.ts';
import { bitString, NULL, sequence } from '../../src/der/writer.ts';
import { HybridSigner } from '../../src/signers/hybrid-signer.ts';
import { newSigner } from '../support/authority.ts';

const message = Buffer.from('message');

describe('an OID', () => {
  const PROTOTYPE =
    'is a composite of an old draft (prototype OID, until draft 12); draft 19 is what is supported';
  const HASH_ML_DSA = 'is HashML-DSA, which is not allowed in certificates (RFC 9881 §8.3)';
  const HASH_SLH_DSA =
    'is HashSLH-DSA, which is not supported; SLH-DSA without pre-hash is (RFC 9909)';

  it.each([
    ['2.16.840.1.114027.80.8.1.28', PROTOTYPE],
    ['2.16.840.1.114027.80.9.1.0', PROTOTYPE],
    ['2.16.840.1.114027.80.9.1.37', PROTOTYPE],
    ['2.16.840.1.101.3.4.3.32', HASH_ML_DSA],
    ['2.16.840.1.101.3.4.3.34', HASH_ML_DSA],
    ['2.16.840.1.101.3.4.3.35', HASH_SLH_DSA],
    ['2.16.840.1.101.3.4.3.46', HASH_SLH_DSA],
    ['2.16.840.1.101.3.4.3.31', undefined],
    ['2.16.840.1.101.3.4.3.47', undefined],
    ['2.16.840.1.114027.80.8.10', undefined],
    ['2.16.840.1.114027.80.9.1', undefined],
    ['1.3.6.1.5.5.7.6.45', undefined],
  ])('%s: %s', (oid, text) => {
    expect(obsoleteAlgorithm(oid)).toBe(text);
  });

  it('of an algorithm that is supported is none of these', () => {
    expect(ALGORITHMS.length).toBeGreaterThan(0);
    for (const { identifier } of ALGORITHMS) {
      expect(obsoleteAlgorithm(enterDer(identifier).objectIdentifier())).toBeUndefined();
    }
  });
});

describe('a composite signature of an old draft', () => {
  const composite = (name: string): CompositeAlgorithm => {
    const row = algorithmNamed(name);
    if (row.family !== 'composite') throw new Error(`${name} is no composite`);
    return row;
  };

  async function signed(row: CompositeAlgorithm) {
    const halves = [await newSigner(row.mlDsa.name), await newSigner(row.classical.name)] as const;
    const signer = new HybridSigner(row, ...halves);
    const { identifier } = row;
    return { spki: signer.publicKey, identifier, message, signature: await signer.sign(message) };
  }

  it.each([
    ['MLDSA65-ECDSA-P256-SHA512', 'COMPSIG-MLDSA65-P256-SHA512'],
    ['MLDSA65-ECDSA-P384-SHA512', 'COMPSIG-MLDSA65-P384-SHA512'],
    ['MLDSA65-ECDSA-brainpoolP256r1-SHA512', 'COMPSIG-MLDSA65-BP256-SHA512'],
    ['MLDSA87-ECDSA-P384-SHA512', 'COMPSIG-MLDSA87-P384-SHA512'],
    ['MLDSA87-ECDSA-brainpoolP384r1-SHA512', 'COMPSIG-MLDSA87-BP384-SHA512'],
    ['MLDSA87-ECDSA-P521-SHA512', 'COMPSIG-MLDSA87-P521-SHA512'],
  ])('under the old label of %s is named', async (name, label) => {
    const old = await signed({ ...composite(name), label: Buffer.from(label) });
    expect(await verifySignature(old)).toMatch(/does not verify/);
    expect(await obsoleteSignature(old)).toBe(
      `its ${name} signature is of an old draft (label ${label}, until draft 13); draft 19 is what is supported`,
    );
  });

  const row = composite('MLDSA65-ECDSA-P256-SHA512');
  const wrapped = (halves: { mlDsa: Uint8Array; classical: Uint8Array } | undefined) =>
    sequence(...Object.values(halves ?? {}).map(bitString));

  it('with its halves in a SEQUENCE is named', async () => {
    const now = await signed(row);
    const signature = wrapped(splitSignature(row, now.signature));
    expect(await obsoleteSignature({ ...now, signature })).toBe(
      'its MLDSA65-ECDSA-P256-SHA512 signature is of an old draft (two halves in a SEQUENCE, until draft 04); draft 19 is what is supported',
    );
  });

  it('with the halves of its key in a SEQUENCE is named', async () => {
    const now = await signed(row);
    const key = wrapped(splitPublicKey(row, parseSpki(now.spki).publicKey));
    expect(await obsoleteSignature({ ...now, spki: encodeSpki(row, key) })).toBe(
      'its MLDSA65-ECDSA-P256-SHA512 key is of an old draft (two halves in a SEQUENCE, until draft 04); draft 19 is what is supported',
    );
  });

  it('is not what is simply wrong', async () => {
    const now = await signed(row);
    const others = [
      { ...now, message: Buffer.from('another') },
      { ...now, signature: now.signature.subarray(0, 100) },
      { ...now, signature: Buffer.concat([Buffer.of(0x30), now.signature]) },
      { ...now, spki: NULL },
      { ...now, identifier: algorithmNamed('ml-dsa-65').identifier },
    ];
    for (const other of others) expect(await obsoleteSignature(other)).toBeUndefined();
  });
});
