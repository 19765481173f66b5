import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { algorithmNamed } from '../../src/algorithms/registry.ts';
import { algorithmsOfKey, describeKey, describeSignature } from '../../src/algorithms/spki.ts';
import { DerError } from '../../src/der/reader.ts';
import {
  bitString,
  contextConstructed,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
} from '../../src/der/writer.ts';
import { encodeTbs, parseCertificate } from '../../src/x509/certificate.ts';
import { parseCsr } from '../../src/x509/csr.ts';
import { csrProofs } from '../../src/x509/csr-proofs.ts';
import { encodeExtension, knownExtensions } from '../../src/x509/extensions.ts';
import { encodeGeneralNames } from '../../src/x509/general-names.ts';
import { encodeName, nameText, parseName } from '../../src/x509/names.ts';
import { classicalNamed, signerFor } from '../signers/software-keys.ts';

const signer = await signerFor(classicalNamed('rsa-2048'));
const subject = encodeName([
  { type: 'O', value: 'Beispiel für alle' },
  { type: 'CN', value: 'a.example' },
]);
const extensions = [
  { oid: '2.5.29.19', critical: true, value: sequence() },
  { oid: '2.5.29.15', critical: true, value: Uint8Array.of(3, 2, 5, 0xa0) },
  { oid: '2.5.29.37', critical: false, value: sequence(objectIdentifier('1.3.6.1.5.5.7.3.1')) },
  { oid: '2.5.29.14', critical: false, value: octetString(new Uint8Array(20)) },
  {
    oid: '2.5.29.17',
    critical: false,
    value: encodeGeneralNames([
      { type: 'dns', value: 'a.example' },
      { type: 'ip', value: '2001:db8::1' },
    ]),
  },
];

const signed = async (tbs: Uint8Array) =>
  sequence(tbs, signer.algorithm.identifier, bitString(await signer.sign(tbs)));

const request = await signed(
  sequence(
    integer(0),
    subject,
    signer.publicKey,
    contextConstructed(
      0,
      sequence(
        objectIdentifier('1.2.840.113549.1.9.14'),
        setOf(sequence(...extensions.map(encodeExtension))),
      ),
    ),
  ),
);
const certificate = await signed(
  encodeTbs({
    serialNumber: 7n,
    signature: algorithmNamed('rsa-2048').identifier,
    issuer: subject,
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2026-12-31T23:59:59Z'),
    subject,
    publicKey: signer.publicKey,
    extensions,
  }),
);

/** The octets with one to three of them replaced. */
const damaged = (octets: Uint8Array) =>
  fc
    .array(fc.tuple(fc.nat(octets.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 })
    .map((changes) => {
      const copy = Uint8Array.from(octets);
      for (const [index, octet] of changes) copy[index] = octet;
      return copy;
    });

/** What `action` returns; undefined if it throws a DerError, which is all that it may throw. */
function read<Result>(action: () => Result): Result | undefined {
  try {
    return action();
  } catch (error) {
    expect(error).toBeInstanceOf(DerError);
    return undefined;
  }
}

/** Asks what is asked of every request and certificate that came from outside. */
function askAbout(name: Uint8Array, spki: Uint8Array): void {
  read(() => nameText(parseName(name)));
  read(() => describeKey(spki));
  read(() => algorithmsOfKey(spki));
}

describe('octets that somebody damaged are refused with a DerError and nothing else', () => {
  it('in a request, whose signature then does not hold', async () => {
    expect(await csrProofs(parseCsr(request), {})).toMatchObject([{ problem: undefined }]);
    await fc.assert(
      fc.asyncProperty(damaged(request), async (der) => {
        const csr = read(() => parseCsr(der));
        if (!csr) return;
        read(() => knownExtensions(csr.extensions));
        askAbout(csr.subject, csr.publicKey);
        if (!read(() => describeKey(csr.publicKey))) return;
        const [proof] = await csrProofs(csr, {});
        if (Buffer.compare(der, request) !== 0) expect(proof?.problem).toMatch(/^its /);
      }),
      { numRuns: 1500 },
    );
  });

  it('in a certificate', () => {
    expect(parseCertificate(certificate).tbs.serialNumber).toBe(7n);
    fc.assert(
      fc.property(damaged(certificate), (der) => {
        const parsed = read(() => parseCertificate(der));
        if (!parsed) return;
        askAbout(parsed.tbs.issuer, parsed.tbs.publicKey);
        read(() => knownExtensions(parsed.tbs.extensions));
        read(() => describeSignature(parsed.signatureAlgorithm));
      }),
      { numRuns: 1500 },
    );
  });
});
