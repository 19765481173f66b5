import { enterDer } from '../der/reader.ts';
import { type Der, sequence, TAG } from '../der/writer.ts';
import { type Certificate, parseCertificate } from './certificate.ts';
import type { CertificationRequest } from './csr.ts';
import { ATTRIBUTE_OID, encodeAttribute, onlyValue } from './csr-attributes.ts';
import {
  encodeIssuerAndSerialNumber,
  type IssuerAndSerialNumber,
  issuerAndSerialNumber,
  readIssuerAndSerialNumber,
} from './issuer-and-serial.ts';

/**
 * PrivateKeyPossessionStatement (RFC 9883 §3): who asks for a certificate for a key that cannot
 * sign, signs the request with another key, which has a certificate, and states to have this one.
 */
export interface PossessionStatement {
  /** Names the certificate of the key that signed the request. */
  readonly signer: IssuerAndSerialNumber;
  /** That certificate, if it is sent along. */
  readonly certificate: Certificate | undefined;
}

/** The attribute of a request that the key of `certificate` signs. */
export const possessionStatement = (certificate: Certificate): Der =>
  encodeAttribute(
    ATTRIBUTE_OID.statementOfPossession,
    sequence(encodeIssuerAndSerialNumber(issuerAndSerialNumber(certificate)), certificate.der),
  );

/** The statement in a request; undefined if there is none, DerError for a malformed one. */
export function possessionStatementOf({
  attributes,
}: CertificationRequest): PossessionStatement | undefined {
  const value = onlyValue(attributes, ATTRIBUTE_OID.statementOfPossession);
  if (!value) return undefined;
  const reader = enterDer(value);
  const signer = readIssuerAndSerialNumber(reader);
  const certificate = reader.optional(TAG.sequence)?.octets;
  reader.end();
  return { signer, certificate: certificate && parseCertificate(certificate) };
}
