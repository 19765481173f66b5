import type { SignedOctets } from '../algorithms/verify.ts';
import { DerError, DerReader, enterDer } from '../der/reader.ts';
import { bitString, contextConstructed, type Der, integer, sequence, TAG } from '../der/writer.ts';
import { type Attribute, readAttributes, requestedExtensions } from './csr-attributes.ts';
import type { Extension } from './extensions.ts';

/** PKCS #10 CertificationRequest (RFC 2986), whose signature has not been checked yet. */
export interface CertificationRequest {
  /** All of it, DER. */
  readonly der: Uint8Array;
  /** Name, DER. */
  readonly subject: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** In the order in which they were received. */
  readonly attributes: readonly Attribute[];
  /** What the extensionRequest attribute asks for (RFC 2985 §5.4.2). */
  readonly extensions: readonly Extension[];
  /** Under the key of the request itself. */
  readonly signed: SignedOctets;
}

/** What a requester writes: name and key in DER, and attributes that are encoded already. */
export interface RequestInfo {
  readonly subject: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly attributes: readonly Uint8Array[];
}

const ATTRIBUTES_TAG = 0xa0;
const VERSION_1 = integer(0);

/** CertificationRequestInfo, DER; the attributes are a SET OF, hence sorted (X.690 clause 11.6). */
export const encodeRequestInfo = ({ attributes, ...info }: RequestInfo): Der =>
  inThisOrder({ ...info, attributes: attributes.toSorted(Buffer.compare) });

/** The same with the attributes as they stand, since others do not all sort them. */
export const inThisOrder = ({ subject, publicKey, attributes }: RequestInfo): Der =>
  sequence(VERSION_1, subject, publicKey, contextConstructed(0, ...attributes));

export const encodeCsr = (
  info: Uint8Array,
  signatureAlgorithm: Uint8Array,
  signature: Uint8Array,
): Der => sequence(info, signatureAlgorithm, bitString(signature));

/** Reads a PKCS #10 request; throws DerError. */
export function parseCsr(der: Uint8Array): CertificationRequest {
  const outer = enterDer(der);
  const info = outer.read(TAG.sequence).octets;
  const identifier = outer.read(TAG.sequence).octets;
  const signature = outer.bitString();
  outer.end();
  enterDer(identifier).objectIdentifier(); // that it can be named
  const reader = enterDer(info);
  if (reader.smallInteger() !== 0) throw new DerError('it is not of version 1');
  const subject = reader.read(TAG.sequence).octets;
  const publicKey = reader.read(TAG.sequence).octets;
  const found = reader.optional(ATTRIBUTES_TAG)?.contents;
  reader.end();
  const attributes = found ? readAttributes(new DerReader(found)) : [];
  const signed = { spki: publicKey, identifier, message: info, signature };
  const extensions = requestedExtensions(attributes);
  return { der, subject, publicKey, attributes, extensions, signed };
}
