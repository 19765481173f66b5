import { DerError, enterDer } from '../der/reader.ts';
import {
  type Der,
  ia5String,
  objectIdentifier,
  printableString,
  sequence,
  setOf,
  TAG,
  utf8String,
} from '../der/writer.ts';

/** Attribute types that we write, by their names in RFC 4514, RFC 4519 and OpenSSL. */
export type AttributeType =
  | ('DC' | 'C' | 'ST' | 'L' | 'STREET' | 'O' | 'OU')
  | ('title' | 'GN' | 'SN' | 'CN' | 'UID' | 'serialNumber' | 'emailAddress');

/** One attribute of a distinguished name; each stands in an RDN of its own. */
export interface NameAttribute {
  /** A name of {@link AttributeType}, or the dotted OID of an attribute that is not in our table. */
  readonly type: string;
  readonly value: string;
}

interface AttributeRow {
  readonly oid: string;
  /** Upper bound in characters (RFC 5280 appendix A.1; of DC, RFC 1034 §3.1; of UID, RFC 1274 §9.3.1). */
  readonly maxLength: number;
  /** An IA5String always; all others are a DirectoryString. */
  readonly ascii?: true;
}

/** In the order of directories, from the top of the tree to the person or the host. */
// biome-ignore format: a table
export const ATTRIBUTES: Readonly<Record<AttributeType, AttributeRow>> = {
  DC:           { oid: '0.9.2342.19200300.100.1.25', maxLength: 63, ascii: true },
  C:            { oid: '2.5.4.6',  maxLength: 2 },
  ST:           { oid: '2.5.4.8',  maxLength: 128 },
  L:            { oid: '2.5.4.7',  maxLength: 128 },
  STREET:       { oid: '2.5.4.9',  maxLength: 128 },
  O:            { oid: '2.5.4.10', maxLength: 64 },
  OU:           { oid: '2.5.4.11', maxLength: 64 },
  title:        { oid: '2.5.4.12', maxLength: 64 },
  GN:           { oid: '2.5.4.42', maxLength: 32768 },
  SN:           { oid: '2.5.4.4',  maxLength: 32768 },
  CN:           { oid: '2.5.4.3',  maxLength: 64 },
  UID:          { oid: '0.9.2342.19200300.100.1.1', maxLength: 256 },
  serialNumber: { oid: '2.5.4.5',  maxLength: 64 },
  emailAddress: { oid: '1.2.840.113549.1.9.1', maxLength: 255, ascii: true },
};

const TYPE_BY_OID: ReadonlyMap<string, string> = new Map(
  Object.entries(ATTRIBUTES).map(([type, { oid }]) => [oid, type]),
);

/** Name in DER, the attributes in the order given (RFC 5280 §4.1.2.4). */
export const encodeName = (attributes: readonly NameAttribute[]): Der =>
  sequence(...attributes.map((attribute) => setOf(attributeTypeAndValue(attribute))));

const attributeTypeAndValue = ({ type, value }: NameAttribute): Der =>
  sequence(
    objectIdentifier(attributeOid(type)),
    rowOf(type)?.ascii && isAscii(value) ? ia5String(value) : directoryString(value),
  );

/** False for text that the IA5String of its type cannot hold. */
export const isAsciiAttribute = ({ type, value }: NameAttribute): boolean =>
  !rowOf(type)?.ascii || isAscii(value);

const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text);

/** The OID of a name of an attribute type; an OID is its own. */
export const attributeOid = (type: string): string => rowOf(type)?.oid ?? type;

const rowOf = (type: string): AttributeRow | undefined =>
  Object.hasOwn(ATTRIBUTES, type) ? ATTRIBUTES[type as AttributeType] : undefined;

/** PrintableString where the characters allow it, as everybody writes it, else UTF8String. */
const directoryString = (value: string): Der =>
  /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(value) ? printableString(value) : utf8String(value);

/** The attributes of a Name, in the order of the encoding. */
export const parseName = (name: Uint8Array): readonly NameAttribute[] =>
  encodedAttributes(name).map(({ oid, tag, contents }) => ({
    type: TYPE_BY_OID.get(oid) ?? oid,
    value: stringValue(tag, contents),
  }));

/** One attribute of a Name, as its value is encoded. */
export interface EncodedAttribute {
  readonly oid: string;
  readonly tag: number;
  readonly contents: Uint8Array;
}

/** The same, whatever their values are; throws DerError. */
export function encodedAttributes(name: Uint8Array): readonly EncodedAttribute[] {
  const reader = enterDer(name);
  const attributes: EncodedAttribute[] = [];
  while (!reader.done) {
    const set = reader.enter(TAG.set);
    while (!set.done) {
      const attribute = set.enter();
      const oid = attribute.objectIdentifier();
      const { tag, contents } = attribute.read();
      attribute.end();
      attributes.push({ oid, tag, contents });
    }
  }
  return attributes;
}

const TELETEX_STRING = 0x14;
const BMP_STRING = 0x1e;

/** The text of a DirectoryString, or of an IA5String, which e-mail addresses in names have. */
function stringValue(tag: number, contents: Uint8Array): string {
  const octets = Buffer.from(contents);
  switch (tag) {
    case TAG.utf8String:
      return decoded('utf-8', octets);
    case TAG.printableString:
    case TAG.ia5String:
    case TELETEX_STRING:
      return octets.toString('latin1');
    case BMP_STRING:
      return decoded('utf-16be', octets);
    default:
      throw new DerError(`a name holds a string of type ${tag.toString(16)}`);
  }
}

function decoded(encoding: 'utf-8' | 'utf-16be', octets: Uint8Array): string {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(octets);
  } catch (error) {
    throw new DerError(`a name holds text that is not ${encoding.toUpperCase()}`, { cause: error });
  }
}

/** What a name without attributes is called. */
export const EMPTY_NAME = '(empty)';

/** A name for people: `CN=server.example.com, O=Example`; `(empty)` for no attributes. */
export function nameText(attributes: readonly NameAttribute[]): string {
  const parts = attributes.map(({ type, value }) => `${type}=${escapedValue(value)}`);
  return parts.join(', ') || EMPTY_NAME;
}

/** Characters that could be mistaken for structure, or act on a terminal, get a backslash. */
export const escapedValue = (value: string): string =>
  escapedControls(value.replaceAll(/[,+"\\<>;=]/g, '\\$&'));

/** Of these, only those that could act on a terminal. */
export const escapedControls = (text: string): string =>
  text.replaceAll(/\p{Cc}|\p{Cf}/gu, (character) =>
    [...Buffer.from(character)].map((octet) => `\\${octet.toString(16).padStart(2, '0')}`).join(''),
  );
