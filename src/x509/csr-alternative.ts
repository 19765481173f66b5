import type { SignedOctets } from '../algorithms/verify.ts';
import { DerError, DerReader, readDer } from '../der/reader.ts';
import { bitString, type Der, TAG } from '../der/writer.ts';
import { type CertificationRequest, inThisOrder } from './csr.ts';
import { ATTRIBUTE_OID, encodeAttribute, onlyValue } from './csr-attributes.ts';

/**
 * Alternative keys in requests, by Bouncy Castle's convention: three attributes of the same types
 * as the extensions of X.509 clause 9.8, which itself says nothing of requests.
 */
export const alternativeAttributes = (
  publicKey: Uint8Array,
  signatureAlgorithm: Uint8Array,
): readonly Der[] => [
  encodeAttribute(ATTRIBUTE_OID.subjectAltPublicKeyInfo, publicKey),
  encodeAttribute(ATTRIBUTE_OID.altSignatureAlgorithm, signatureAlgorithm),
];

export const altSignatureAttribute = (signature: Uint8Array): Der =>
  encodeAttribute(ATTRIBUTE_OID.altSignatureValue, bitString(signature));

/**
 * The alternative signature of a request, under the alternative key in it: over the
 * CertificationRequestInfo as it was received, but without the attribute that holds the signature.
 * Undefined without an alternative part; throws DerError for one that is not complete.
 */
export function alternativeSignature(csr: CertificationRequest): SignedOctets | undefined {
  const { attributes } = csr;
  const value = (name: (typeof PARTS)[number]) => onlyValue(attributes, ATTRIBUTE_OID[name]);
  const missing = PARTS.filter((name) => !value(name));
  if (missing.length === PARTS.length) return undefined;
  const [spki, identifier, signature] = PARTS.map(value);
  if (!spki || !identifier || !signature) {
    throw new DerError(`its alternative part is incomplete: ${missing.join(' and ')} missing`);
  }
  const others = attributes.filter(({ oid }) => oid !== ATTRIBUTE_OID.altSignatureValue);
  return {
    spki: readDer(spki, TAG.sequence).octets,
    identifier: readDer(identifier, TAG.sequence).octets,
    message: inThisOrder({ ...csr, attributes: others.map(({ octets }) => octets) }),
    signature: new DerReader(signature).bitString(),
  };
}

const PARTS = ['subjectAltPublicKeyInfo', 'altSignatureAlgorithm', 'altSignatureValue'] as const;
