import { DerCursor } from './cursor.ts';
import { DerError } from './der-error.ts';
import { TAG } from './writer.ts';

export { DerError };

/** One encoded value. `octets` is the whole of it, `contents` what follows the length. */
export interface Tlv {
  readonly tag: number;
  readonly octets: Uint8Array;
  readonly contents: Uint8Array;
}

/**
 * Reads values one after the other out of the contents of a constructed value. Strict: one-octet
 * tags, definite lengths in the shortest form (X.690 clause 10.1), and nothing left over when
 * {@link end} is called.
 */
export class DerReader {
  readonly #cursor: DerCursor;

  constructor(octets: Uint8Array) {
    this.#cursor = new DerCursor(octets);
  }

  get done(): boolean {
    return this.#cursor.done;
  }

  /** The tag of the next value, or -1 at the end. */
  get nextTag(): number {
    return this.#cursor.nextTag;
  }

  /** Reads the next value, which must have `tag` if one is given. */
  read(tag?: number): Tlv {
    const cursor = this.#cursor;
    cursor.read(tag);
    return {
      tag: cursor.tag,
      octets: cursor.octets.subarray(cursor.start, cursor.end),
      contents: cursor.octets.subarray(cursor.contents, cursor.end),
    };
  }

  /** Reads a constructed value and returns a reader of its contents. */
  enter(tag: number = TAG.sequence): DerReader {
    return new DerReader(this.read(tag).contents);
  }

  /** Reads the next value if it has `tag`, as OPTIONAL and DEFAULT components may be absent. */
  optional(tag: number): Tlv | undefined {
    return this.nextTag === tag ? this.read(tag) : undefined;
  }

  objectIdentifier(): string {
    return objectIdentifierText(this.read(TAG.objectIdentifier).contents);
  }

  integer(): bigint {
    return integerValue(this.read(TAG.integer).contents);
  }

  /** A small non-negative INTEGER, such as a version or an iteration count. */
  smallInteger(): number {
    const value = this.integer();
    if (value < 0n || value > 0x7fff_ffffn) throw new DerError('an INTEGER is out of range');
    return Number(value);
  }

  octetString(): Uint8Array {
    return this.read(TAG.octetString).contents;
  }

  /** The octets of a BIT STRING without unused bits. */
  bitString(): Uint8Array {
    return wholeOctets(this.read(TAG.bitString).contents);
  }

  /** BOOLEAN; DER knows FF for TRUE only (X.690 clause 11.1). */
  boolean(): boolean {
    const { contents } = this.read(TAG.boolean);
    if (contents.length !== 1 || (contents[0] !== 0 && contents[0] !== 0xff)) {
      throw new DerError('a BOOLEAN is neither 00 nor FF');
    }
    return contents[0] === 0xff;
  }

  /** To be called after the last expected component. */
  end(): void {
    if (!this.done) throw new DerError('there is more than was expected');
  }
}

/** Reads one value that fills `octets` completely. */
export function readDer(octets: Uint8Array, tag?: number): Tlv {
  const reader = new DerReader(octets);
  const value = reader.read(tag);
  reader.end();
  return value;
}

/** A reader of the components of the one SEQUENCE (or other constructed value) in `octets`. */
export const enterDer = (octets: Uint8Array, tag: number = TAG.sequence): DerReader =>
  new DerReader(readDer(octets, tag).contents);

/** Contents of a BIT STRING: the octets after the count of unused bits, which must be 0. */
function wholeOctets(contents: Uint8Array): Uint8Array {
  if (contents.length === 0 || contents[0] !== 0) {
    throw new DerError('a BIT STRING is not a number of whole octets');
  }
  return contents.subarray(1);
}

/** The numbers of the bits that are set in a BIT STRING of named bits. */
export function namedBits(contents: Uint8Array): readonly number[] {
  const unused = contents[0];
  if (unused === undefined || unused > 7 || (contents.length === 1 && unused > 0)) {
    throw new DerError('a BIT STRING has a wrong count of unused bits');
  }
  const bits: number[] = [];
  for (let bit = 0; bit < (contents.length - 1) * 8; bit++) {
    if (((contents[1 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))) !== 0) bits.push(bit);
  }
  const last = (contents.length - 1) * 8 - 1 - unused;
  if ((bits.at(-1) ?? -1) !== last) throw new DerError('a BIT STRING of named bits is not minimal');
  return bits;
}

/** Contents of an INTEGER, which DER wants in the fewest octets (X.690 clause 8.3.2). */
export function integerValue(contents: Uint8Array): bigint {
  const [first, second] = contents;
  if (first === undefined) throw new DerError('an INTEGER is empty');
  const padded =
    (first === 0 && (second ?? 0xff) < 0x80) || (first === 0xff && (second ?? 0) >= 0x80);
  if (contents.length > 1 && padded) throw new DerError('an INTEGER is not in its shortest form');
  return BigInt.asIntN(contents.length * 8, BigInt(`0x${Buffer.from(contents).toString('hex')}`));
}

/** Far more than any OID has; reading one takes time that grows with the square of its length. */
const MAX_OID_OCTETS = 128;

function objectIdentifierText(contents: Uint8Array): string {
  if (contents.length > MAX_OID_OCTETS) throw new DerError('an OBJECT IDENTIFIER is too long');
  const arcs: bigint[] = [];
  let arc = 0n;
  let start = true;
  for (const octet of contents) {
    if (start && octet === 0x80) throw new DerError('an OBJECT IDENTIFIER arc has leading zeros');
    arc = (arc << 7n) | BigInt(octet & 0x7f);
    start = octet < 0x80;
    if (start) {
      arcs.push(arc);
      arc = 0n;
    }
  }
  const [head, ...rest] = arcs;
  if (head === undefined || !start) throw new DerError('an OBJECT IDENTIFIER is incomplete');
  const first = head < 80n ? head / 40n : 2n;
  return [first, head - first * 40n, ...rest].join('.');
}
