import { beforeAll, describe, expect, it } from 'vitest';
import { makeRequest } from '../../src/ca/make-request.ts';
import { DerError } from '../../src/der/reader.ts';
import { bitString, NULL, objectIdentifier, sequence, setOf } from '../../src/der/writer.ts';
import type { Signer } from '../../src/signers/signer.ts';
import {
  type CertificationRequest,
  encodeCsr,
  encodeRequestInfo,
  inThisOrder,
  parseCsr,
} from '../../src/x509/csr.ts';
import { alternativeSignature } from '../../src/x509/csr-alternative.ts';
import { ATTRIBUTE_OID } from '../../src/x509/csr-attributes.ts';
import { alternativeProof, csrProofs } from '../../src/x509/csr-proofs.ts';
import { newSigner } from '../support/authority.ts';

let signer: Signer;
let alternative: Signer;
let csr: CertificationRequest;

beforeAll(async () => {
  signer = await newSigner('ecdsa-p256');
  alternative = await newSigner('ml-dsa-65');
  const { der } = await makeRequest({
    subject: [{ type: 'CN', value: 'a.example' }],
    subjectAltName: [],
    keys: { kind: 'own', signer, alternative },
    now: new Date(0),
  });
  csr = parseCsr(der);
});

/** The request with other attributes, signed anew by its key. */
async function resigned(
  attributes: readonly Uint8Array[],
  encode = encodeRequestInfo,
): Promise<CertificationRequest> {
  const info = encode({ subject: csr.subject, publicKey: csr.publicKey, attributes });
  return parseCsr(encodeCsr(info, signer.algorithm.identifier, await signer.sign(info)));
}

const octetsBut = (...left: readonly (keyof typeof ATTRIBUTE_OID)[]) =>
  csr.attributes
    .filter(({ oid }) => !left.some((name) => ATTRIBUTE_OID[name] === oid))
    .map(({ octets }) => octets);

describe('the alternative part of a request', () => {
  it('holds, and is under the alternative key', async () => {
    expect(alternativeSignature(csr)?.spki).toEqual(alternative.publicKey);
    const proofs = await csrProofs(csr, {});
    expect(proofs.map(({ what, problem }) => [what, problem])).toEqual([
      ['signature', undefined],
      ['alternative signature', undefined],
    ]);
  });

  it('may be missing altogether', async () => {
    const plain = await resigned([]);
    expect(alternativeSignature(plain)).toBeUndefined();
    expect(await alternativeProof(plain)).toBeUndefined();
  });

  it.each([
    [['altSignatureValue'], 'altSignatureValue missing'],
    [['altSignatureAlgorithm'], 'altSignatureAlgorithm missing'],
    [['subjectAltPublicKeyInfo'], 'subjectAltPublicKeyInfo missing'],
    [
      ['subjectAltPublicKeyInfo', 'altSignatureValue'],
      'subjectAltPublicKeyInfo and altSignatureValue missing',
    ],
  ] as const)('is refused without %j', async (left, why) => {
    const incomplete = await resigned(octetsBut(...left));
    const problem = `its alternative part is incomplete: ${why}`;
    expect(() => alternativeSignature(incomplete)).toThrow(new DerError(problem));
    expect(await alternativeProof(incomplete)).toMatchObject({ checks: [], problem });
  });

  it('is refused with two values of an attribute', async () => {
    const { altSignatureAlgorithm: type } = ATTRIBUTE_OID;
    const { identifier } = alternative.algorithm;
    const two = sequence(objectIdentifier(type), setOf(identifier, sequence(NULL)));
    const ambiguous = await resigned([...octetsBut('altSignatureAlgorithm'), two]);
    expect((await alternativeProof(ambiguous))?.problem).toBe(
      'its attribute 2.5.29.73 has more than one value',
    );
  });

  it('does not hold for another subject or another attribute, although the signature does', async () => {
    const extra = sequence(objectIdentifier('1.2.3'), setOf(NULL));
    const changed = await resigned([...csr.attributes.map(({ octets }) => octets), extra]);
    expect((await csrProofs(changed, {})).map(({ problem }) => problem)).toEqual([
      undefined,
      'its ml-dsa-65 signature does not verify (node:crypto)',
    ]);
  });

  it('does not hold under an algorithm of another key', async () => {
    const { altSignatureAlgorithm: type } = ATTRIBUTE_OID;
    const { identifier } = (await newSigner('ml-dsa-44')).algorithm;
    const other = sequence(objectIdentifier(type), setOf(identifier));
    const changed = await resigned([...octetsBut('altSignatureAlgorithm'), other]);
    expect((await alternativeProof(changed))?.problem).toBe('its key is not a key for ml-dsa-44');
  });

  it('holds over the order in which the attributes were received', async () => {
    const { subject, publicKey } = csr;
    const inReverse = octetsBut('altSignatureValue').toReversed();
    const message = inThisOrder({ subject, publicKey, attributes: inReverse });
    const value = sequence(
      objectIdentifier(ATTRIBUTE_OID.altSignatureValue),
      setOf(bitString(await alternative.sign(message))),
    );
    const unsorted = await resigned([value, ...inReverse], inThisOrder);
    expect((await csrProofs(unsorted, {})).map(({ problem }) => problem)).toEqual([
      undefined,
      undefined,
    ]);
  });
});
