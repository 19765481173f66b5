/** DER by concatenation (ITU-T X.690 clause 10): each function returns one whole encoded value. */

export type Der = Uint8Array;

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const;

/** Tag, definite length in its shortest form, and the contents. */
export function tlv(tag: number, ...contents: readonly Uint8Array[]): Der {
  let length = 0;
  for (const part of contents) length += part.length;
  if (length < 0x80) return short(tag, length, contents);
  const header = tlvHeader(tag, length);
  const out = new Uint8Array(header.length + length);
  out.set(header);
  let offset = header.length;
  for (const part of contents) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** Most values: their length is one octet. */
function short(tag: number, length: number, contents: readonly Uint8Array[]): Der {
  const out = new Uint8Array(2 + length);
  out[0] = tag;
  out[1] = length;
  let offset = 2;
  for (const part of contents) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** What precedes contents of so many octets, for those too large to be copied once more. */
export function tlvHeader(tag: number, length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(tag, length);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Uint8Array.of(tag, 0x80 | octets.length, ...octets);
}

export const sequence = (...items: readonly Uint8Array[]): Der => tlv(TAG.sequence, ...items);

/** SET OF: the encodings in ascending order (X.690 clause 11.6). */
export const setOf = (...items: readonly Uint8Array[]): Der =>
  tlv(TAG.set, ...items.toSorted(Buffer.compare));

export const octetString = (octets: Uint8Array): Der => tlv(TAG.octetString, octets);

/** A BIT STRING of whole octets. */
export const bitString = (octets: Uint8Array): Der => tlv(TAG.bitString, Uint8Array.of(0), octets);

/**
 * A BIT STRING of named bits, trailing zero bits removed (X.690 clause 11.2.2).
 * `bits` holds the numbers of the bits that are set.
 */
export function namedBitString(bits: readonly number[]): Der {
  const highest = Math.max(-1, ...bits);
  const octets = new Uint8Array(1 + Math.ceil((highest + 1) / 8));
  octets[0] = highest < 0 ? 0 : 7 - (highest % 8); // unused bits in the last octet
  for (const bit of bits) {
    const index = 1 + (bit >> 3);
    octets[index] = (octets[index] ?? 0) | (0x80 >> (bit & 7));
  }
  return tlv(TAG.bitString, octets);
}

/** INTEGER of a number or bigint of either sign, in the fewest octets. */
export function integer(value: number | bigint): Der {
  let rest = BigInt(value);
  const octets: number[] = [];
  do {
    octets.unshift(Number(rest & 0xffn));
    rest >>= 8n;
  } while (rest !== 0n && rest !== -1n);
  const top = octets[0] ?? 0;
  if (rest === 0n && top >= 0x80) octets.unshift(0x00);
  if (rest === -1n && top < 0x80) octets.unshift(0xff);
  return tlv(TAG.integer, Uint8Array.from(octets));
}

/** INTEGER of a big-endian magnitude, which may have leading zeros. */
export function unsignedInteger(magnitude: Uint8Array): Der {
  let start = 0;
  while (start < magnitude.length - 1 && magnitude[start] === 0) start++;
  const trimmed = magnitude.subarray(start);
  const sign = (trimmed[0] ?? 0) >= 0x80 ? Uint8Array.of(0) : new Uint8Array(0);
  return tlv(TAG.integer, sign, trimmed.length === 0 ? Uint8Array.of(0) : trimmed);
}

/** BOOLEAN; note that DER leaves out a value that equals its DEFAULT. */
export const boolean = (value: boolean): Der => Uint8Array.of(TAG.boolean, 1, value ? 0xff : 0);

export const NULL: Der = Uint8Array.of(TAG.null, 0);

/** OBJECT IDENTIFIER from dotted decimals. */
export function objectIdentifier(dotted: string): Der {
  const [first = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt);
  return tlv(
    TAG.objectIdentifier,
    Uint8Array.from([first * 40n + second, ...rest].flatMap(base128)),
  );
}

function base128(arc: bigint): number[] {
  const octets = [Number(arc & 0x7fn)];
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) octets.unshift(Number(rest & 0x7fn) | 0x80);
  return octets;
}

/** `[number]` EXPLICIT, or IMPLICIT around constructed contents. */
export const contextConstructed = (number: number, ...items: readonly Uint8Array[]): Der =>
  tlv(0xa0 | number, ...items);

/** `[number]` IMPLICIT around primitive contents. */
export const contextPrimitive = (number: number, contents: Uint8Array): Der =>
  tlv(0x80 | number, contents);

export const utf8String = (text: string): Der => tlv(TAG.utf8String, Buffer.from(text, 'utf8'));

export const printableString = (text: string): Der =>
  tlv(TAG.printableString, Buffer.from(text, 'latin1'));

export const ia5String = (text: string): Der => tlv(TAG.ia5String, Buffer.from(text, 'latin1'));
