import { describe, expect, it } from 'vitest';
import { algorithmsOfKey } from '../../src/algorithms/spki.ts';
import { type Verdict, verifySignature } from '../../src/algorithms/verify.ts';
import type { Signer } from '../../src/signers/signer.ts';

/** What every Signer owes its callers. Each implementation's test file is calls of this. */
export function describeSignerContract(name: string, open: () => Promise<Signer>): void {
  describe(`${name} keeps the Signer contract`, () => {
    it('signs the message itself, not a digest of it', async () => {
      await using signer = await open();
      const message = Buffer.from('tbsCertificate octets');
      expect(await verdict(signer, message, await signer.sign(message))).toBeUndefined();
    });

    it('signs one octet, and a hundred thousand', async () => {
      await using signer = await open();
      for (const message of [Uint8Array.of(0), new Uint8Array(100_000).fill(0x5a)]) {
        expect(await verdict(signer, message, await signer.sign(message))).toBeUndefined();
      }
    });

    it('stays within maxSignatureBytes', async () => {
      await using signer = await open();
      for (let round = 0; round < 8; round++) {
        const signature = await signer.sign(Uint8Array.of(round));
        expect(signature.length).toBeLessThanOrEqual(signer.algorithm.maxSignatureBytes);
      }
    });

    it('tells a public key that its algorithm can be used with', async () => {
      await using signer = await open();
      expect(algorithmsOfKey(signer.publicKey)).toContain(signer.algorithm);
    });

    it('binds a signature to its message', async () => {
      await using signer = await open();
      const [one, other] = [Buffer.from('one'), Buffer.from('other')];
      const signature = await signer.sign(one);
      expect(await verdict(signer, other, signature)).toMatch(/ signature does not verify/);
    });

    it('signs several messages at once', async () => {
      await using signer = await open();
      const messages = ['first', 'second', 'third', 'fourth'].map((text) => Buffer.from(text));
      const signatures = await Promise.all(messages.map((message) => signer.sign(message)));
      const verdicts = messages.map((message, index) =>
        verdict(signer, message, signatures[index] ?? new Uint8Array(0)),
      );
      expect(await Promise.all(verdicts)).toEqual(messages.map(() => undefined));
    });

    it('can be disposed of twice', async () => {
      const signer = await open();
      await signer[Symbol.asyncDispose]();
      await expect(signer[Symbol.asyncDispose]()).resolves.toBeUndefined();
    });
  });
}

/** Whether `signature` holds under the key and the algorithm that the signer says it has. */
export const verdict = (
  { publicKey, algorithm: { identifier } }: Signer,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<Verdict> => verifySignature({ spki: publicKey, identifier, message, signature });
