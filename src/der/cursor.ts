import { DerError } from './der-error.ts';

/** More than four octets of length are more than any file that is read here has. */
const MAX_LENGTH_OCTETS = 4;

/**
 * Finds values in octets without making objects of them, for those who go through a million. It
 * stands on one value at a time: {@link read} moves on to the next, {@link enter} to before the
 * first one of another range. As strict as DerReader, which is built on it.
 */
export class DerCursor {
  readonly octets: Uint8Array;
  /** Of the value: its tag, the offset of that, the offset of its contents, and where it ends. */
  tag = -1;
  start = 0;
  contents = 0;
  end = 0;
  #limit: number;

  constructor(octets: Uint8Array) {
    this.octets = octets;
    this.#limit = octets.length;
  }

  /** Whether nothing follows the value. */
  get done(): boolean {
    return this.end >= this.#limit;
  }

  /** The tag of what follows, or -1 at the end. */
  get nextTag(): number {
    return this.done ? -1 : (this.octets[this.end] ?? -1);
  }

  /** Goes to the beginning of what lies between two offsets. */
  enter(start: number, end: number): void {
    this.end = start;
    this.#limit = end;
  }

  /** Goes to the next value, which must have `tag` if one is given; throws DerError. */
  read(tag?: number): void {
    const found = this.nextTag;
    if (found === -1) throw new DerError('a value is missing');
    if ((found & 0x1f) === 0x1f) {
      throw new DerError('tags of more than one octet are not used here');
    }
    if (tag !== undefined && found !== tag) {
      throw new DerError(`tag ${hex(tag)} expected, ${hex(found)} found`);
    }
    const start = this.end;
    const first = start + 1 < this.#limit ? this.octets[start + 1] : undefined;
    if (first === undefined) throw new DerError('a length is missing');
    const count = first < 0x80 ? 0 : first & 0x7f; // octets that follow the first one
    const length = first < 0x80 ? first : this.#longLength(start + 2, count);
    const contents = start + 2 + count;
    if (contents + length > this.#limit) throw new DerError('a length exceeds what is there');
    this.tag = found;
    this.start = start;
    this.contents = contents;
    this.end = contents + length;
  }

  #longLength(offset: number, count: number): number {
    if (count === 0) throw new DerError('indefinite lengths are not DER');
    if (count > MAX_LENGTH_OCTETS) throw new DerError('a length exceeds what is there');
    if (offset + count > this.#limit) throw new DerError('a length is missing');
    let length = 0;
    for (let index = offset; index < offset + count; index++) {
      length = length * 256 + (this.octets[index] ?? 0);
    }
    if (length < 0x80 || length < 256 ** (count - 1)) {
      throw new DerError('a length is not in its shortest form');
    }
    return length;
  }
}

const hex = (tag: number): string => tag.toString(16).padStart(2, '0');
