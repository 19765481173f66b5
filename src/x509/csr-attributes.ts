import { DerError, type DerReader, enterDer } from '../der/reader.ts';
import { type Der, objectIdentifier, sequence, setOf, TAG } from '../der/writer.ts';
import { EXTENSION_OID, type Extension, encodeExtension, parseExtension } from './extensions.ts';

/** Types of attributes of a request that mean something to us. */
export const ATTRIBUTE_OID = {
  /** RFC 2985 §5.4.2. */
  extensionRequest: '1.2.840.113549.1.9.14',
  /** The convention of Bouncy Castle: the types of the extensions of X.509 clause 9.8. */
  subjectAltPublicKeyInfo: EXTENSION_OID.subjectAltPublicKeyInfo,
  altSignatureAlgorithm: EXTENSION_OID.altSignatureAlgorithm,
  altSignatureValue: EXTENSION_OID.altSignatureValue,
  /** RFC 9763 §3.1. */
  relatedCertRequest: '1.2.840.113549.1.9.16.2.60',
  /** RFC 9883 §3. */
  statementOfPossession: '1.3.6.1.4.1.22112.2.1',
} as const;

/** One attribute of a request (RFC 2986 §4.1). */
export interface Attribute {
  readonly oid: string;
  /** The values, DER; one at least. */
  readonly values: readonly Uint8Array[];
  /** The whole attribute as it was received. */
  readonly octets: Uint8Array;
}

export const encodeAttribute = (oid: string, value: Uint8Array): Der =>
  sequence(objectIdentifier(oid), setOf(value));

export const extensionRequest = (extensions: readonly Extension[]): Der =>
  encodeAttribute(ATTRIBUTE_OID.extensionRequest, sequence(...extensions.map(encodeExtension)));

/** Reads attributes in the order in which they stand; a type that is there twice is an error. */
export function readAttributes(reader: DerReader): readonly Attribute[] {
  const attributes: Attribute[] = [];
  while (!reader.done) attributes.push(parseAttribute(reader.read(TAG.sequence).octets));
  mustBeDistinct('attribute', attributes);
  return attributes;
}

function parseAttribute(octets: Uint8Array): Attribute {
  const reader = enterDer(octets);
  const oid = reader.objectIdentifier();
  const set = reader.enter(TAG.set);
  reader.end();
  const values: Uint8Array[] = [];
  while (!set.done) values.push(set.read().octets);
  if (values.length === 0) throw new DerError(`its attribute ${oid} has no value`);
  return { oid, values, octets };
}

/** The value of an attribute that may have one only; undefined if the attribute is not there. */
export function onlyValue(attributes: readonly Attribute[], type: string): Uint8Array | undefined {
  const [value, ...others] = attributes.find(({ oid }) => oid === type)?.values ?? [];
  if (others.length > 0) throw new DerError(`its attribute ${type} has more than one value`);
  return value;
}

/** What the extensionRequest attribute asks for. */
export function requestedExtensions(attributes: readonly Attribute[]): readonly Extension[] {
  const value = onlyValue(attributes, ATTRIBUTE_OID.extensionRequest);
  if (!value) return [];
  const list = enterDer(value);
  const extensions: Extension[] = [];
  while (!list.done) extensions.push(parseExtension(list.enter()));
  mustBeDistinct('requested extension', extensions);
  return extensions;
}

/** To take the first of two, or the second, would be a guess (RFC 5280 §4.2). */
function mustBeDistinct(what: string, items: readonly { readonly oid: string }[]): void {
  const oids = items.map(({ oid }) => oid);
  const repeated = oids.find((oid, index) => oids.indexOf(oid) !== index);
  if (repeated !== undefined) throw new DerError(`its ${what} ${repeated} is there twice`);
}
