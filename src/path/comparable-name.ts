import { enterDer } from '../der/reader.ts';
import { TAG } from '../der/writer.ts';

/**
 * A Name in a form that two names share if RFC 5280 §7.1 holds them to be equal: one string for
 * each RDN, in order. Text is compared without regard to case, to the type of string that it is
 * in, and to blanks beyond one between words; other values octet by octet.
 */
export type ComparableName = readonly string[];

/** Throws DerError for what is not a Name. */
export function comparableName(name: Uint8Array): ComparableName {
  const reader = enterDer(name);
  const rdns: string[] = [];
  while (!reader.done) {
    const set = reader.enter(TAG.set);
    const attributes: string[] = [];
    while (!set.done) {
      const attribute = set.enter();
      const oid = attribute.objectIdentifier();
      const { tag, contents } = attribute.read();
      attribute.end();
      attributes.push(JSON.stringify([oid, comparableValue(tag, contents)]));
    }
    rdns.push(attributes.toSorted().join());
  }
  return rdns;
}

/** Names as one string each, for maps. */
export const nameKey = (name: ComparableName): string => JSON.stringify(name);

/** True if the RDNs of `base` are the first ones of `name` (RFC 5280 §4.2.1.10). */
export const startsWithName = (name: ComparableName, base: ComparableName): boolean =>
  base.length <= name.length && base.every((rdn, index) => rdn === name[index]);

const TELETEX_STRING = 0x14;
const BMP_STRING = 0x1e;

const ENCODINGS: Readonly<Record<number, string>> = {
  [TAG.utf8String]: 'utf-8',
  [TAG.printableString]: 'utf-8', // a subset
  [TAG.ia5String]: 'utf-8',
  [TELETEX_STRING]: 'latin1', // as everybody reads it
  [BMP_STRING]: 'utf-16be',
};

function comparableValue(tag: number, contents: Uint8Array): string | readonly [number, string] {
  const encoding = ENCODINGS[tag];
  const text = encoding === undefined ? undefined : decoded(encoding, contents);
  return text === undefined ? [tag, Buffer.from(contents).toString('hex')] : prepared(text);
}

function decoded(encoding: string, octets: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    return undefined; // compared octet by octet
  }
}

/** String preparation, RFC 4518 §2 in the steps that matter for names as they occur. */
const prepared = (text: string): string =>
  text.normalize('NFKC').toLowerCase().replaceAll(/\s+/gu, ' ').trim();

/** Values of an attribute type in a Name, as one octet a character. */
export function attributeValues(name: Uint8Array, type: string): readonly string[] {
  const reader = enterDer(name);
  const values: string[] = [];
  while (!reader.done) {
    const set = reader.enter(TAG.set);
    while (!set.done) {
      const attribute = set.enter();
      const oid = attribute.objectIdentifier();
      const { contents } = attribute.read();
      if (oid === type) values.push(Buffer.from(contents).toString('latin1'));
    }
  }
  return values;
}
