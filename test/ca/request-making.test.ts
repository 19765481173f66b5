import 'reflect-metadata'; // @peculiar/x509 needs it to be there first
import * as x509 from '@peculiar/x509';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ALGORITHMS } from '../../src/algorithms/registry.ts';
import { readRequest } from '../../src/ca/asked-request.ts';
import { makeRequest, type RequestInput } from '../../src/ca/make-request.ts';
import { verifyRequest } from '../../src/ca/request.ts';
import { cryptoOf } from '../../src/ca/signer-crypto.ts';
import { PkiError } from '../../src/errors.ts';
import type { Signer } from '../../src/signers/signer.ts';
import { EXTENSION_OID, encodeExtension } from '../../src/x509/extensions.ts';
import { encodeGeneralNames, type GeneralName } from '../../src/x509/general-names.ts';
import { ATTRIBUTES, type NameAttribute } from '../../src/x509/names.ts';
import { newSigner } from '../support/authority.ts';

let ed25519: Signer;
let mlDsa: Signer;

beforeAll(async () => {
  ed25519 = await newSigner('ed25519');
  mlDsa = await newSigner('ml-dsa-44');
});

const SUBJECT = [{ type: 'CN', value: 'a.example' }];
const NAMES: readonly GeneralName[] = [
  { type: 'dns', value: 'a.example' },
  { type: 'ip', value: '192.0.2.1' },
];

const made = (input: Partial<RequestInput> = {}) =>
  makeRequest({
    subject: SUBJECT,
    subjectAltName: NAMES,
    keys: { kind: 'own', signer: ed25519 },
    now: new Date(0),
    ...input,
  });

describe('a request', () => {
  it('is, octet by octet, what @peculiar/x509 makes', async () => {
    const { crypto, signingKey } = cryptoOf(ed25519);
    const value = encodeGeneralNames(NAMES);
    const san = { oid: EXTENSION_OID.subjectAltName, critical: false, value };
    const theirs = await x509.Pkcs10CertificateRequestGenerator.create(
      {
        name: 'CN=a.example',
        keys: { privateKey: signingKey, publicKey: signingKey },
        signingAlgorithm: { name: '' }, // that of the key is what counts
        extensions: [new x509.Extension(Uint8Array.from(encodeExtension(san)))],
      },
      crypto,
    );
    const { der } = await made();
    expect(Buffer.from(der).toString('hex')).toBe(Buffer.from(theirs.rawData).toString('hex'));
  });

  it('has no extensionRequest where there is nothing to ask for', async () => {
    const { der } = await made({ subjectAltName: [] });
    expect(readRequest(der, 'it').csr.attributes).toEqual([]);
  });

  it('has a critical subjectAltName where that alone names it', async () => {
    const { der } = await made({ subject: [] });
    expect(readRequest(der, 'it').csr.extensions).toMatchObject([{ critical: true }]);
  });

  it('is read as it was written, whatever the names', async () => {
    const type = fc.constantFrom(...Object.keys(ATTRIBUTES));
    const value = fc.string({ unit: 'grapheme', maxLength: 30 });
    const subject: fc.Arbitrary<NameAttribute[]> = fc.array(fc.record({ type, value }), {
      maxLength: 5,
    });
    const name: fc.Arbitrary<GeneralName> = fc.oneof(
      fc.record({ type: fc.constant('dns' as const), value: fc.domain() }),
      fc.record({ type: fc.constant('email' as const), value: fc.emailAddress() }),
      fc.record({ type: fc.constant('ip' as const), value: fc.ipV4() }),
      fc.record({ type: fc.constant('uri' as const), value: fc.webUrl() }),
    );
    const names = fc.array(name, { maxLength: 5 });
    const property = fc.asyncProperty(subject, names, async (wanted, alternative) => {
      const { der } = await made({ subject: wanted, subjectAltName: alternative });
      const request = await verifyRequest(der, 'it');
      expect(request.subject).toEqual(wanted);
      expect(request.subjectAltName).toEqual(alternative);
      expect(request.publicKey).toEqual(ed25519.publicKey);
    });
    await fc.assert(property, { numRuns: 60 });
  });

  const slow = /rsa-4096|RSA4096|slh-dsa-.*s$|slh-dsa-.*(192|256)/;
  it.each(ALGORITHMS.map(({ name }) => name).filter((name) => !slow.test(name)))(
    'is made and verified with a key for %s',
    async (name) => {
      const signer = await newSigner(name);
      const { der, proofs } = await made({ keys: { kind: 'own', signer } });
      expect((await verifyRequest(der, 'it')).publicKey).toEqual(signer.publicKey);
      expect(proofs.map(({ what, checks }) => [what, checks.length])).toEqual([
        ['signature', signer.algorithm.family === 'composite' ? 2 : 1],
      ]);
    },
    30_000,
  );

  it('has the attributes of an alternative key in the order of DER', async () => {
    const { der } = await made({ keys: { kind: 'own', signer: ed25519, alternative: mlDsa } });
    const { attributes } = readRequest(der, 'it').csr;
    const octets = attributes.map((attribute) => attribute.octets);
    expect(octets).toHaveLength(4);
    expect(octets).toEqual(octets.toSorted(Buffer.compare));
    expect((await verifyRequest(der, 'it')).alternativeKey).toEqual(mlDsa.publicKey);
  });

  it.each(['signer', 'alternative'] as const)(
    'is discarded when the %s returns something else than a signature',
    async (which) => {
      const broken = (signer: Signer): Signer => ({
        algorithm: signer.algorithm,
        publicKey: signer.publicKey,
        sign: async (message) => (await signer.sign(message)).fill(0, 0, 8),
        async [Symbol.asyncDispose]() {},
      });
      const keys = { signer: ed25519, alternative: mlDsa };
      const spoilt = { kind: 'own' as const, ...keys, [which]: broken(keys[which]) };
      const why = {
        signer: 'its id-Ed25519 signature does not verify',
        alternative: 'its ml-dsa-44 signature does not verify (node:crypto)',
      };
      await expect(made({ keys: spoilt })).rejects.toThrow(
        new PkiError('INTEGRITY', `the request that was made was discarded: ${why[which]}`, {
          hints: ['the key or the token returned something else than a signature over the request'],
        }),
      );
    },
  );
});
