import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  nativeEngine,
  nobleEngine,
  type PostQuantumEngine,
} from '../../src/algorithms/post-quantum.ts';
import { parsePrivateKey, type RawPrivateKey } from '../../src/algorithms/private-key-forms.ts';
import { mlDsaNamed } from '../../src/algorithms/registry.ts';
import { verifySignature } from '../../src/algorithms/verify.ts';
import { derFromFile } from '../../src/der/pem.ts';
import { enterDer } from '../../src/der/reader.ts';
import { importPkcs8 } from '../../src/signers/software-key.ts';
import { parseCertificate } from '../../src/x509/certificate.ts';
import { vectors } from '../support/tools.ts';
import { selfSignatureVerdict } from './self-signature.ts';

const path = vectors('rfc9881');
const absent = path ? '' : ' (test vectors are not here: set PKI_TEST_VECTORS)';

function read(name: string, label: string): Uint8Array {
  const der = derFromFile(readFileSync(join(path ?? '', name)), [label]);
  if (!der) throw new Error(`${name} has no block ${label}`);
  return der;
}

const LEVELS = [
  { file: 'ML-DSA-44', name: 'ml-dsa-44' },
  { file: 'ML-DSA-65', name: 'ml-dsa-65' },
  { file: 'ML-DSA-87', name: 'ml-dsa-87' },
] as const;

describe.skipIf(!path)(`the examples of RFC 9881${absent}`, () => {
  describe.each(LEVELS)('$file', ({ file, name }) => {
    it('has a certificate that verifies itself and is made for the public key', async () => {
      const certificate = parseCertificate(read(`${file}.crt`, 'CERTIFICATE'));
      expect(await selfSignatureVerdict(certificate)).toBeUndefined();
      expect(certificate.tbs.publicKey).toEqual(read(`${file}.pub`, 'PUBLIC KEY'));
    });

    it.each(['seed', 'expanded', 'both'])(
      'has a private key as %s, which signs what the certificate verifies',
      async (form) => {
        const key = await importPkcs8(read(`${file}-${form}.priv`, 'PRIVATE KEY'), file);
        const { publicKey: spki } = parseCertificate(read(`${file}.crt`, 'CERTIFICATE')).tbs;
        const { identifier } = mlDsaNamed(name);
        const message = Buffer.from('message');
        const signature = await key.sign(message);
        expect(key.algorithm.name).toBe(name);
        expect(key.publicKey).toEqual(spki);
        expect(await verifySignature({ spki, identifier, message, signature })).toBeUndefined();
      },
    );
  });

  describe('the keys whose parts disagree', () => {
    it.each([1, 2, 3])('bad-ML-DSA-44-%i.priv cannot be opened', async (number) => {
      const key = read(`bad-ML-DSA-44-${number}.priv`, 'PRIVATE KEY');
      await expect(importPkcs8(key, 'bad.priv')).rejects.toMatchObject({
        code: 'KEY_UNAVAILABLE',
        message: 'bad.priv is not a private key that can be used',
        hints: ['it has to be PKCS #8 with an RSA, EC, EdDSA, ML-DSA, SLH-DSA or composite key'],
      });
    });

    const open = (number: number, engine: PostQuantumEngine) => () =>
      engine.open(
        mlDsaNamed('ml-dsa-44'),
        formsOf(read(`bad-ML-DSA-44-${number}.priv`, 'PRIVATE KEY')),
      );

    it.each([1, 2, 3])('bad-ML-DSA-44-%i.priv is refused by the native engine', (number) => {
      expect(open(number, nativeEngine)).toThrow('invalid key');
    });

    it.each([1, 2, 3])('bad-ML-DSA-44-%i.priv is refused by the other engine', async (number) => {
      expect(open(number, await nobleEngine())).toThrow(
        /^the parts of the private key disagree$|^without its seed, /,
      );
    });
  });
});

/** The forms in a PKCS #8 file: the expanded key, alone or after the seed. */
function formsOf(pkcs8: Uint8Array): RawPrivateKey {
  const reader = enterDer(pkcs8);
  reader.integer();
  reader.read();
  return parsePrivateKey(mlDsaNamed('ml-dsa-44'), reader.octetString());
}
