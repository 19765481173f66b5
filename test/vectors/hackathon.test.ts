import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ALGORITHMS } from '../../src/algorithms/registry.ts';
import { verifySignature } from '../../src/algorithms/verify.ts';
import { importPkcs8 } from '../../src/signers/software-key.ts';
import { preTbs } from '../../src/x509/alternative.ts';
import { parseCertificate } from '../../src/x509/certificate.ts';
import { EXTENSION_OID, knownExtensions } from '../../src/x509/extensions.ts';
import { vectors } from '../support/tools.ts';
import { selfSignatureVerdict } from './self-signature.ts';

const path = vectors('hackathon-r5');
const absent = path ? '' : ' (test vectors are not here: set PKI_TEST_VECTORS)';

const read = (provider: string, file: string) =>
  parseCertificate(Uint8Array.from(readFileSync(join(path ?? '', provider, file))));

const trustAnchors = (provider: string): readonly string[] =>
  path ? readdirSync(join(path, provider)).filter((file) => file.endsWith('_ta.der')) : [];

/** `NAME-OID_ta.der`, where composites are under 1.3.6.1.5.5.7.6. */
const composites = (provider: string) =>
  trustAnchors(provider).filter((file) => /-1\.3\.6\.1\.5\.5\.7\.6\.\d+_ta/.test(file));

const BC = trustAnchors('bc');
const of = (pattern: RegExp) => BC.filter((file) => pattern.test(file));

describe.skipIf(!path)(`certificates of the IETF hackathon${absent}`, () => {
  describe.each(['bc', 'openssl-composite'])('composites of %s', (provider) => {
    it('are there for all 18 algorithms', () => {
      const identifiers = composites(provider).map((file) => {
        const { signatureAlgorithm } = read(provider, file);
        return ALGORITHMS.find((row) => Buffer.compare(row.identifier, signatureAlgorithm) === 0);
      });
      expect(new Set(identifiers)).toEqual(
        new Set(ALGORITHMS.filter((row) => row.family === 'composite')),
      );
    });

    it.each(composites(provider))('%s verifies itself', async (file) => {
      expect(await selfSignatureVerdict(read(provider, file))).toBeUndefined();
    });
  });

  describe('ML-DSA of Bouncy Castle', () => {
    it.each(of(/^ml-dsa-\d\d-2\./))('%s verifies itself', async (file) => {
      expect(await selfSignatureVerdict(read('bc', file))).toBeUndefined();
    });

    it.each(of(/^ml-dsa-\d\d-2\./))('%s has a private key in three forms', async (file) => {
      const { publicKey } = read('bc', file).tbs;
      for (const form of ['seed', 'expandedkey', 'both']) {
        const name = file.replace('_ta', `_${form}_priv`);
        const key = await importPkcs8(readFileSync(join(path ?? '', 'bc', name)), name);
        expect(key.publicKey).toEqual(publicKey);
      }
    });

    it.each(of(/^ml-dsa-\d\d-with-sha512/))('%s is pre-hashed and refused', async (file) => {
      expect(await selfSignatureVerdict(read('bc', file))).toBe(
        'its signature algorithm is not supported',
      );
    });
  });

  describe('Catalyst of Bouncy Castle', () => {
    it.each(of(/^catalyst_/))('%s verifies itself with both keys', async (file) => {
      const certificate = read('bc', file);
      const known = knownExtensions(certificate.tbs.extensions);
      const alternative = {
        spki: known.subjectAltPublicKeyInfo ?? new Uint8Array(0),
        identifier: known.altSignatureAlgorithm ?? new Uint8Array(0),
        signature: known.altSignatureValue ?? new Uint8Array(0),
      };
      expect(await selfSignatureVerdict(certificate)).toBeUndefined();
      const message = preTbs(certificate.tbsDer);
      expect(await verifySignature({ ...alternative, message })).toBeUndefined();
      const whole = { ...alternative, message: certificate.tbsDer };
      expect(await verifySignature(whole)).toMatch(/^its ml-dsa-\d\d signature does not verify/);
    });

    it.each(of(/^catalyst_/))('%s has a critical extension, which is read so', (file) => {
      const found = read('bc', file).tbs.extensions.find(
        ({ oid }) => oid === EXTENSION_OID.subjectAltPublicKeyInfo,
      );
      expect(found?.critical).toBe(true);
    });
  });

  it('has a certificate of each kind, so that none of these tests is empty', () => {
    const kinds = [/^ml-dsa-\d\d-2\./, /^ml-dsa-\d\d-with-sha512/, /^catalyst_/];
    expect(kinds.map((kind) => of(kind).length)).toEqual([3, 3, 3]);
  });
});
