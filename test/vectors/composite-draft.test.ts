import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CompositeAlgorithm } from '../../src/algorithms/algorithm.ts';
import { nobleEngine } from '../../src/algorithms/post-quantum.ts';
import { ALGORITHMS } from '../../src/algorithms/registry.ts';
import { encodeSpki } from '../../src/algorithms/spki.ts';
import { verifySignature } from '../../src/algorithms/verify.ts';
import { encodePkcs8, parsePkcs8 } from '../../src/signers/private-key.ts';
import { importPkcs8 } from '../../src/signers/software-key.ts';
import { parseCertificate } from '../../src/x509/certificate.ts';
import { vectors } from '../support/tools.ts';
import { selfSignatureVerdict } from './self-signature.ts';

/** One algorithm of `src/testvectors.json` of the draft; values in base64. */
interface Vector {
  readonly tcId: string;
  /** The octets of `subjectPublicKey`. */
  readonly pk: string;
  readonly x5c: string;
  /** Private key as PKCS #8. */
  readonly sk_pkcs8: string;
  /** Signature of `m` with an empty context, then with `ctx`. */
  readonly s: string;
  readonly sWithContext: string;
}

interface VectorFile {
  readonly m: string;
  readonly ctx: string;
  readonly tests: readonly Vector[];
}

const path = vectors('composite-mldsa-draft19.json');
const absent = path ? '' : ' (test vectors are not here: set PKI_TEST_VECTORS)';
const file: VectorFile = path
  ? JSON.parse(readFileSync(path, 'utf8'))
  : { m: '', ctx: '', tests: [] };

const bytes = (base64: string) => Buffer.from(base64, 'base64');
const COMPOSITES = ALGORITHMS.filter((row) => row.family === 'composite');

function vectorOf({ name }: CompositeAlgorithm): Vector {
  const found = file.tests.find(({ tcId }) => tcId === `id-${name}`);
  if (!found) throw new Error(`no vector for ${name}`);
  return found;
}

describe.skipIf(!path)(`the test vectors of the composite draft${absent}`, () => {
  const [message, context] = [bytes(file.m), bytes(file.ctx)];

  it('have one for each of our 18 composites, and no other', () => {
    const theirs = file.tests.map(({ tcId }) => tcId).filter((id) => !id.includes('ML-DSA-'));
    expect(COMPOSITES.map(({ name }) => `id-${name}`).toSorted()).toEqual(theirs.toSorted());
    expect(theirs.length).toBe(18);
  });

  describe.each(COMPOSITES)('$name', (algorithm) => {
    const vector = path ? vectorOf(algorithm) : undefined;
    const { pk = '', x5c = '', s = '', sWithContext = '' } = vector ?? {};
    const signed = {
      spki: encodeSpki(algorithm, bytes(pk)),
      identifier: algorithm.identifier,
      message,
      signature: bytes(s),
    };

    it('verifies with an empty context, by both engines', async () => {
      expect(await verifySignature(signed)).toBeUndefined();
      expect(await verifySignature(signed, await nobleEngine())).toBeUndefined();
    });

    it('verifies with the context that it was made with, and with no other', async () => {
      const signature = bytes(sWithContext);
      expect(await verifySignature({ ...signed, signature, context })).toBeUndefined();
      expect(await verifySignature({ ...signed, signature })).toBe(
        `its ${algorithm.mlDsa.name} signature does not verify (node:crypto)`,
      );
      expect(await verifySignature({ ...signed, context })).toBe(
        `its ${algorithm.mlDsa.name} signature does not verify (node:crypto)`,
      );
    });

    it('has a certificate of the same key that verifies itself', async () => {
      const certificate = parseCertificate(bytes(x5c));
      expect(Buffer.from(certificate.tbs.publicKey)).toEqual(Buffer.from(signed.spki));
      expect(await selfSignatureVerdict(certificate)).toBeUndefined();
    });

    it('has a private key that is read, written alike, and signs for the public one', async () => {
      const pkcs8 = bytes(vector?.sk_pkcs8 ?? '');
      expect(Buffer.from(encodePkcs8(parsePkcs8(pkcs8)))).toEqual(pkcs8);
      const key = await importPkcs8(pkcs8, 'vector', algorithm);
      expect(Buffer.from(key.publicKey)).toEqual(Buffer.from(signed.spki));
      const signature = await key.sign(message);
      expect(await verifySignature({ ...signed, signature })).toBeUndefined();
    });

    it('is refused when one bit of the ML-DSA half is flipped', async () => {
      const signature = flipped(bytes(s), 100);
      expect(await verifySignature({ ...signed, signature })).toBe(
        `its ${algorithm.mlDsa.name} signature does not verify (node:crypto)`,
      );
    });

    it('is refused when one bit of the classical half is flipped', async () => {
      const signature = flipped(bytes(s), bytes(s).length - 1);
      expect(await verifySignature({ ...signed, signature })).toBe(
        `its ${algorithm.classical.scheme.name} signature does not verify`,
      );
    });

    it('fits into the longest signature of its row', () => {
      expect(bytes(s).length).toBeLessThanOrEqual(algorithm.maxSignatureBytes);
    });
  });

  describe('the labels that draft 14 renamed', () => {
    const OLD_LABELS: Readonly<Record<string, string>> = {
      'MLDSA65-ECDSA-P256-SHA512': 'COMPSIG-MLDSA65-P256-SHA512',
      'MLDSA65-ECDSA-P384-SHA512': 'COMPSIG-MLDSA65-P384-SHA512',
      'MLDSA65-ECDSA-brainpoolP256r1-SHA512': 'COMPSIG-MLDSA65-BP256-SHA512',
      'MLDSA87-ECDSA-P384-SHA512': 'COMPSIG-MLDSA87-P384-SHA512',
      'MLDSA87-ECDSA-brainpoolP384r1-SHA512': 'COMPSIG-MLDSA87-BP384-SHA512',
      'MLDSA87-ECDSA-P521-SHA512': 'COMPSIG-MLDSA87-P521-SHA512',
    };
    const renamed = COMPOSITES.filter(({ name }) => name in OLD_LABELS);

    it.each(renamed)('$name: neither half verifies under the old one', async (algorithm) => {
      const oldLabel = Buffer.from(OLD_LABELS[algorithm.name] ?? '');
      const [pk, s] = [bytes(vectorOf(algorithm).pk), bytes(vectorOf(algorithm).s)];
      const { publicKeyBytes, maxSignatureBytes } = algorithm.mlDsa;
      const noble = await nobleEngine();
      const halves = (label: Uint8Array) => {
        const representative = Buffer.concat([
          Buffer.from('CompositeAlgorithmSignatures2025'),
          label,
          Buffer.of(0),
          createHash('sha512').update(message).digest(),
        ]);
        const key = pk.subarray(0, publicKeyBytes);
        const signature = s.subarray(0, maxSignatureBytes);
        return {
          mlDsa: noble.verify(algorithm.mlDsa, key, representative, signature, label),
          classical: verifySignature({
            spki: encodeSpki(algorithm.classical, pk.subarray(publicKeyBytes)),
            identifier: algorithm.classical.identifier,
            message: representative,
            signature: s.subarray(maxSignatureBytes),
          }),
        };
      };
      const [now, then] = [halves(algorithm.label), halves(oldLabel)];
      expect([now.mlDsa, await now.classical]).toEqual([true, undefined]);
      expect([then.mlDsa, await then.classical]).toEqual([
        false,
        `its ${algorithm.classical.scheme.name} signature does not verify`,
      ]);
    });
  });
});

function flipped(octets: Uint8Array, index: number): Uint8Array {
  const copy = Uint8Array.from(octets);
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
}
