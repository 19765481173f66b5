import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nobleEngine } from '../../src/algorithms/post-quantum.ts';
import { ALGORITHMS } from '../../src/algorithms/registry.ts';
import { verifySignature } from '../../src/algorithms/verify.ts';
import { importPkcs8 } from '../../src/signers/software-key.ts';
import { preTbs } from '../../src/x509/alternative.ts';
import { type Certificate, parseCertificate } from '../../src/x509/certificate.ts';
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

const PURE_SLH_DSA = /^slh-dsa-\w+-\d+[sf]-2\./;
const HASH_SLH_DSA = /^slh-dsa-\w+-\d+[sf]-with-/;

/** The private key signs a message, and the certificate's key verifies it. */
async function mustSignFor(provider: string, name: string, certificate: Certificate) {
  const key = await importPkcs8(readFileSync(join(path ?? '', provider, name)), name);
  expect(Buffer.from(key.publicKey)).toEqual(Buffer.from(certificate.tbs.publicKey));
  const message = Buffer.from('message');
  const signature = await key.sign(message);
  const { signatureAlgorithm: identifier } = certificate;
  const signed = { spki: certificate.tbs.publicKey, identifier, message, signature };
  expect(await verifySignature(signed)).toBeUndefined();
}

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

    it.each(composites(provider))('%s has a private key that signs for it', async (file) => {
      await mustSignFor(provider, file.replace('_ta', '_priv'), read(provider, file));
    });
  });

  describe('ML-DSA of Bouncy Castle', () => {
    it.each(of(/^ml-dsa-\d\d-2\./))('%s verifies itself', async (file) => {
      expect(await selfSignatureVerdict(read('bc', file))).toBeUndefined();
    });

    it.each(of(/^ml-dsa-\d\d-2\./))('%s has a private key in three forms', async (file) => {
      for (const form of ['seed', 'expandedkey', 'both']) {
        await mustSignFor('bc', file.replace('_ta', `_${form}_priv`), read('bc', file));
      }
    });

    it.each(of(/^ml-dsa-\d\d-with-sha512/))('%s is pre-hashed and refused', async (file) => {
      expect(await selfSignatureVerdict(read('bc', file))).toBe(
        'its signature algorithm is not supported',
      );
      const key = readFileSync(join(path ?? '', 'bc', file.replace('_ta', '_seed_priv')));
      const [, oid] = /-(2\.16[\d.]+)_/.exec(file) ?? [];
      await expect(importPkcs8(key, 'a.key')).rejects.toMatchObject({
        code: 'KEY_UNAVAILABLE',
        message: `a.key cannot be used: its algorithm ${oid} is HashML-DSA, which is not allowed in certificates (RFC 9881 §8.3)`,
      });
    });
  });

  describe('SLH-DSA of Bouncy Castle', () => {
    it.each(of(PURE_SLH_DSA))('%s verifies itself, by both engines', async (file) => {
      const certificate = read('bc', file);
      expect(await selfSignatureVerdict(certificate)).toBeUndefined();
      expect(await selfSignatureVerdict(certificate, await nobleEngine())).toBeUndefined();
    });

    it.each(of(PURE_SLH_DSA))(
      '%s has a private key that signs for it',
      { timeout: 30_000 },
      async (file) => {
        await mustSignFor('bc', file.replace('_ta', '_priv'), read('bc', file));
      },
    );

    it.each(of(HASH_SLH_DSA))('%s is pre-hashed, which is not supported', async (file) => {
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
    const mlDsa = [/^ml-dsa-\d\d-2\./, /^ml-dsa-\d\d-with-sha512/];
    const kinds = [...mlDsa, PURE_SLH_DSA, HASH_SLH_DSA, /^catalyst_/];
    expect(kinds.map((kind) => of(kind).length)).toEqual([3, 3, 12, 12, 3]);
  });
});
