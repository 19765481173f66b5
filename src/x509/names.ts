import { DerError, enterDer } from '../der/reader.ts';
import {
  type Der,
  objectIdentifier,
  printableString,
  sequence,
  setOf,
  TAG,
  utf8String,
} from '../der/writer.ts';

/** Attribute types that we write, by their names in RFC 4514 and X.520. */
export type AttributeType = 'C' | 'ST' | 'L' | 'O' | 'OU' | 'CN' | 'serialNumber';

/** One attribute of a distinguished name; each stands in an RDN of its own. */
export interface NameAttribute {
  /** A name of {@link AttributeType}, or the dotted OID of an attribute that is not in our table. */
  readonly type: string;
  readonly value: string;
}

interface AttributeRow {
  readonly oid: string;
  /** Upper bound in characters (RFC 5280 appendix A.1). */
  readonly maxLength: number;
}

// biome-ignore format: a table
export const ATTRIBUTES: Readonly<Record<AttributeType, AttributeRow>> = {
  C:            { oid: '2.5.4.6',  maxLength: 2 },
  ST:           { oid: '2.5.4.8',  maxLength: 128 },
  L:            { oid: '2.5.4.7',  maxLength: 128 },
  O:            { oid: '2.5.4.10', maxLength: 64 },
  OU:           { oid: '2.5.4.11', maxLength: 64 },
  CN:           { oid: '2.5.4.3',  maxLength: 64 },
  serialNumber: { oid: '2.5.4.5',  maxLength: 64 },
};

const TYPE_BY_OID: ReadonlyMap<string, string> = new Map(
  Object.entries(ATTRIBUTES).map(([type, { oid }]) => [oid, type]),
);

/** Name in DER, the attributes in the order given (RFC 5280 §4.1.2.4). */
export const encodeName = (attributes: readonly NameAttribute[]): Der =>
  sequence(...attributes.map((attribute) => setOf(attributeTypeAndValue(attribute))));

const attributeTypeAndValue = ({ type, value }: NameAttribute): Der =>
  sequence(objectIdentifier(attributeOid(type)), directoryString(value));

/** The OID of a name of an attribute type; an OID is its own. */
export function attributeOid(type: string): string {
  const row = ATTRIBUTES[type as AttributeType] as AttributeRow | undefined;
  return row?.oid ?? type;
}

/** PrintableString where the characters allow it, as everybody writes it, else UTF8String. */
const directoryString = (value: string): Der =>
  /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(value) ? printableString(value) : utf8String(value);

/** The attributes of a Name, in the order of the encoding. */
export function parseName(name: Uint8Array): readonly NameAttribute[] {
  const reader = enterDer(name);
  const attributes: NameAttribute[] = [];
  while (!reader.done) {
    const set = reader.enter(TAG.set);
    while (!set.done) {
      const attribute = set.enter();
      const oid = attribute.objectIdentifier();
      const { tag, contents } = attribute.read();
      attribute.end();
      attributes.push({ type: TYPE_BY_OID.get(oid) ?? oid, value: stringValue(tag, contents) });
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

/** A name for people: `CN=server.example.com, O=Example`; `(empty)` for no attributes. */
export function nameText(attributes: readonly NameAttribute[]): string {
  const parts = attributes.map(({ type, value }) => `${type}=${escaped(value)}`);
  return parts.join(', ') || '(empty)';
}

/** Characters that could be mistaken for structure, or act on a terminal, get a backslash. */
const escaped = (value: string): string =>
  value
    .replaceAll(/[,+"\\<>;=]/g, '\\$&')
    .replaceAll(/\p{Cc}|\p{Cf}/gu, (character) =>
      [...Buffer.from(character)]
        .map((octet) => `\\${octet.toString(16).padStart(2, '0')}`)
        .join(''),
    );
