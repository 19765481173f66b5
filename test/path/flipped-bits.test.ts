import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DerError } from '../../src/der/reader.ts';
import { validatePath } from '../../src/path/validate-path.ts';
import { encodeCertificate, parseCertificate } from '../../src/x509/certificate.ts';
import { knownExtensions } from '../../src/x509/extensions.ts';
import { type Chain, chain, inputOf, KeyRing, withFlippedBit } from './chain.ts';
import { cn, dns, san } from './made-certificates.ts';

const LEAF = { extensions: [san(dns('server.example.com'))] };

const KINDS = [
  { name: 'classical', keys: new KeyRing('ecdsa-p256') },
  { name: 'RSA', keys: new KeyRing('rsa-2048') },
  { name: 'ML-DSA', keys: new KeyRing('ml-dsa-44') },
  { name: 'composite', keys: new KeyRing('MLDSA44-ECDSA-P256-SHA256') },
  { name: 'Catalyst', keys: new KeyRing('ecdsa-p256', 'ml-dsa-44'), alternative: true },
];

/** Whether the chain is refused when it has these octets for its leaf. */
async function refused(made: Chain, der: Uint8Array): Promise<boolean> {
  try {
    const { problems } = await validatePath(inputOf({ ...made, leaf: parseCertificate(der) }));
    return problems.length > 0;
  } catch (error) {
    if (error instanceof DerError) return true; // the command line refuses the file
    throw error;
  }
}

describe.each(KINDS)('a $name certificate', ({ keys, alternative = false }) => {
  const made = chain(keys, {}, LEAF);

  it('is accepted as it was made', async () => {
    expect(await refused(await made, (await made).leaf.der)).toBe(false);
  });

  it('is refused with any bit turned over', async () => {
    const { leaf } = await made;
    const bit = fc.nat({ max: leaf.der.length * 8 - 1 });
    await fc.assert(
      fc.asyncProperty(bit, async (at) => {
        expect(await refused(await made, withFlippedBit(leaf.der, at))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('is refused with any bit of its signature turned over', async () => {
    const { leaf } = await made;
    const first = (leaf.der.length - leaf.signature.length) * 8;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: first, max: leaf.der.length * 8 - 1 }), async (at) => {
        expect(await refused(await made, withFlippedBit(leaf.der, at))).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  if (!alternative) return;

  it('is refused with any bit of its alternative signature turned over', async () => {
    const { leaf } = await made;
    const value = knownExtensions(leaf.tbs.extensions).altSignatureValue ?? new Uint8Array(0);
    const first = Buffer.from(leaf.der).indexOf(Buffer.from(value)) * 8;
    expect(first).toBeGreaterThan(0);
    const bit = fc.integer({ min: first, max: first + value.length * 8 - 1 });
    await fc.assert(
      fc.asyncProperty(bit, async (at) => {
        expect(await refused(await made, withFlippedBit(leaf.der, at))).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a Catalyst certificate whose first signature was forged', () => {
  const keys = new KeyRing('ecdsa-p256', 'ml-dsa-44');
  const made = chain(keys, {}, LEAF);

  /** The ECDSA key signs whatever the octets became, as who has broken it could. */
  async function resigned(tbs: Uint8Array): Promise<Uint8Array> {
    const { signer } = await keys.party('Root', cn('Root'));
    return encodeCertificate(tbs, signer.algorithm.identifier, await signer.sign(tbs));
  }

  it('is refused with any bit turned over that the alternative signature covers', async () => {
    const { leaf } = await made;
    const bit = fc.nat({ max: leaf.tbsDer.length * 8 - 1 });
    await fc.assert(
      fc.asyncProperty(bit, async (at) => {
        const der = await resigned(withFlippedBit(leaf.tbsDer, at));
        expect(await refused(await made, der)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
