import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { CompositeAlgorithm } from '../../src/algorithms/algorithm.ts';
import {
  compositeMessage,
  splitPublicKey,
  splitSignature,
} from '../../src/algorithms/composite.ts';
import { algorithmNamed } from '../../src/algorithms/registry.ts';

function composite(name: string): CompositeAlgorithm {
  const row = algorithmNamed(name);
  if (row.family === 'composite') return row;
  throw new Error(`${name} is no composite`);
}

const p256 = composite('MLDSA65-ECDSA-P256-SHA512');
const message = Buffer.from('message');
const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex');
const PREFIX = '436f6d706f73697465416c676f726974686d5369676e61747572657332303235';

describe('the message representative', () => {
  it('is prefix, label, length of the context, context and hash', () => {
    const label = hex(Buffer.from('COMPSIG-MLDSA65-ECDSA-P256-SHA512'));
    const digest = createHash('sha512').update(message).digest('hex');
    expect(hex(compositeMessage(p256, message))).toBe(`${PREFIX}${label}00${digest}`);
    const context = Buffer.from('0a0b', 'hex');
    expect(hex(compositeMessage(p256, message, context))).toBe(`${PREFIX}${label}020a0b${digest}`);
  });

  it('is of 389 octets at the most, as the longest context makes it', () => {
    const longest = composite('MLDSA65-RSA3072-PKCS15-SHA512');
    expect(compositeMessage(longest, message, Buffer.alloc(255)).length).toBe(389);
  });

  it('hashes with SHAKE256 to 64 octets where Ed448 is the other half', () => {
    const representative = compositeMessage(composite('MLDSA87-Ed448-SHAKE256'), message);
    const digest = createHash('shake256', { outputLength: 64 }).update(message).digest('hex');
    expect(hex(representative.subarray(-64))).toBe(digest);
  });

  it('is another one for each algorithm, so that no half serves for two', () => {
    const other = composite('MLDSA65-ECDSA-P384-SHA512');
    expect(compositeMessage(p256, message)).not.toEqual(compositeMessage(other, message));
  });
});

describe('splitting', () => {
  it('gives ML-DSA its fixed length and the other half the rest', () => {
    const key = Buffer.concat([Buffer.alloc(1952, 1), Buffer.alloc(65, 2)]);
    const halves = splitPublicKey(p256, key);
    expect(halves?.mlDsa).toEqual(Buffer.alloc(1952, 1));
    expect(hex(halves?.classical ?? Buffer.alloc(0))).toBe(
      `3059301306072a8648ce3d020106082a8648ce3d030107034200${'02'.repeat(65)}`,
    );
    const signature = Buffer.concat([Buffer.alloc(3309, 1), Buffer.alloc(70, 2)]);
    expect(splitSignature(p256, signature)).toEqual({
      mlDsa: Buffer.alloc(3309, 1),
      classical: Buffer.alloc(70, 2),
    });
  });

  it('gives nothing where nothing is left for the other half', () => {
    expect(splitPublicKey(p256, Buffer.alloc(1952))).toBeUndefined();
    expect(splitSignature(p256, Buffer.alloc(3309))).toBeUndefined();
    expect(splitSignature(p256, Buffer.alloc(0))).toBeUndefined();
  });
});
