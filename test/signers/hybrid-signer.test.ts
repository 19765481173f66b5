import { describe, expect, it } from 'vitest';
import { splitSignature } from '../../src/algorithms/composite.ts';
import { ALGORITHMS, compositeOf, mlDsaNamed } from '../../src/algorithms/registry.ts';
import { parseSpki } from '../../src/algorithms/spki.ts';
import { HybridSigner } from '../../src/signers/hybrid-signer.ts';
import type { Signer } from '../../src/signers/signer.ts';
import { describeSignerContract } from './signer-contract.ts';
import { classicalNamed, signerFor } from './software-keys.ts';

const COMPOSITES = ALGORITHMS.filter((row) => row.family === 'composite');

describe.each(COMPOSITES)('$name', (algorithm) => {
  describeSignerContract(`the hybrid signer (${algorithm.name})`, async () => {
    const mlDsa = await signerFor(algorithm.mlDsa);
    return new HybridSigner(algorithm, mlDsa, await signerFor(algorithm.classical));
  });
});

describe('the hybrid signer', () => {
  const [mlDsa65, p256] = [mlDsaNamed('ml-dsa-65'), classicalNamed('ecdsa-p256')];
  const composite = compositeOf(p256, mlDsa65);

  it('puts the ML-DSA half first, in the key and in the signature', async () => {
    const [mlDsa, classical] = [await signerFor(mlDsa65), await signerFor(p256)];
    await using signer = new HybridSigner(composite, mlDsa, classical);
    const keys = [mlDsa, classical].map((half) => parseSpki(half.publicKey).publicKey);
    expect(parseSpki(signer.publicKey).publicKey).toEqual(Uint8Array.from(Buffer.concat(keys)));
    const halves = splitSignature(composite, await signer.sign(Buffer.from('message')));
    expect(halves?.mlDsa.length).toBe(3309);
    expect(halves?.classical[0]).toBe(0x30); // Ecdsa-Sig-Value is a SEQUENCE
  });

  it('refuses halves that are keys for something else, and says for what', async () => {
    const [mlDsa, classical] = [await signerFor(mlDsaNamed('ml-dsa-44')), await signerFor(p256)];
    expect(() => new HybridSigner(composite, mlDsa, classical)).toThrow(
      expect.objectContaining({
        code: 'KEY_UNAVAILABLE',
        message: 'MLDSA65-ECDSA-P256-SHA512 needs keys for ml-dsa-65 and ecdsa-p256',
        hints: ['these are keys for ml-dsa-44 and ecdsa-p256'],
      }),
    );
  });

  it('refuses an RSA half that is opened for the other kind of padding', async () => {
    const rsa = compositeOf(classicalNamed('rsa-3072-pss'), mlDsa65);
    const [mlDsa, pkcs1] = [await signerFor(mlDsa65), await signerFor(classicalNamed('rsa-3072'))];
    expect(() => new HybridSigner(rsa, mlDsa, pkcs1)).toThrow(
      'MLDSA65-RSA3072-PSS-SHA512 needs keys for ml-dsa-65 and rsa-3072-pss',
    );
  });

  it('refuses an ML-DSA half that cannot sign under a context', async () => {
    const withoutContext = recorded(await signerFor(mlDsa65), []);
    const classical = await signerFor(p256);
    expect(() => new HybridSigner(composite, withoutContext, classical)).toThrow(
      expect.objectContaining({
        code: 'KEY_UNAVAILABLE',
        message:
          'the ML-DSA key cannot sign with the context string that MLDSA65-ECDSA-P256-SHA512 needs',
        hints: ['keep the ML-DSA half of a composite in a file'],
      }),
    );
  });

  it('disposes of both halves', async () => {
    const disposed: string[] = [];
    const mlDsa = recorded(await signerFor(mlDsa65), disposed);
    const classical = recorded(await signerFor(p256), disposed);
    const withContext = Object.assign(mlDsa, { takesContext: true as const });
    await new HybridSigner(composite, withContext, classical)[Symbol.asyncDispose]();
    expect(disposed).toEqual(['ml-dsa-65', 'ecdsa-p256']);
  });
});

/** The signer with nothing but the contract's members, noting when it is disposed of. */
function recorded(signer: Signer, disposed: string[]): Signer {
  return {
    algorithm: signer.algorithm,
    publicKey: signer.publicKey,
    sign: (message) => signer.sign(message),
    async [Symbol.asyncDispose]() {
      disposed.push(signer.algorithm.name);
    },
  };
}
