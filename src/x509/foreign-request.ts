import { DerReader, enterDer } from '../der/reader.ts';
import { TAG } from '../der/writer.ts';
import { ATTRIBUTE_OID, type Attribute } from './csr-attributes.ts';
import { type Extension, parseExtension } from './extensions.ts';

/** A PKCS #10 request of others, read with patience: what RFC 2986 forbids is told, not refused. */
export interface ForeignRequest {
  /** As the number in it says, plus one. */
  readonly version: number;
  /** Name, DER. */
  readonly subject: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** In the order in which they stand, perhaps of one type twice; undefined without the field. */
  readonly attributes: readonly Attribute[] | undefined;
  /** AlgorithmIdentifier, DER. */
  readonly signatureAlgorithm: Uint8Array;
  readonly signature: Uint8Array;
}

/** Reads a request of any version; throws DerError where it has not the structure of one. */
export function parseForeignRequest(der: Uint8Array): ForeignRequest {
  const outer = enterDer(der);
  const reader = outer.enter(TAG.sequence);
  const signatureAlgorithm = outer.read(TAG.sequence).octets;
  const signature = outer.bitString();
  outer.end();
  const version = Number(reader.integer()) + 1;
  const subject = reader.read(TAG.sequence).octets;
  const publicKey = reader.read(TAG.sequence).octets;
  const found = reader.optional(0xa0)?.contents;
  reader.end();
  const attributes = found && attributesIn(new DerReader(found));
  return { version, subject, publicKey, attributes, signatureAlgorithm, signature };
}

function attributesIn(reader: DerReader): readonly Attribute[] {
  const attributes: Attribute[] = [];
  while (!reader.done) {
    const { octets } = reader.read(TAG.sequence);
    const attribute = enterDer(octets);
    const oid = attribute.objectIdentifier();
    const set = attribute.enter(TAG.set);
    attribute.end();
    const values: Uint8Array[] = [];
    while (!set.done) values.push(set.read().octets);
    attributes.push({ oid, values, octets });
  }
  return attributes;
}

/** All extensions that a request asks for, wherever it does; throws DerError. */
export const askedExtensions = ({ attributes = [] }: ForeignRequest): readonly Extension[] =>
  attributes
    .filter(({ oid }) => oid === ATTRIBUTE_OID.extensionRequest)
    .flatMap(({ values }) => values.flatMap(extensionsIn));

function extensionsIn(value: Uint8Array): readonly Extension[] {
  const list = enterDer(value);
  const extensions: Extension[] = [];
  while (!list.done) extensions.push(parseExtension(list.enter()));
  return extensions;
}
