import { DerCursor } from '../der/cursor.ts';
import { DerError, enterDer, integerValue, readDer } from '../der/reader.ts';
import { generalizedTime, time, timeValue } from '../der/time.ts';
import { sequence, TAG, tlv } from '../der/writer.ts';
import { REVOCATION_REASONS, type RevocationReason } from './crl-reason.ts';
import { EXTENSION_OID, type Extension, encodeExtension, parseExtensions } from './extensions.ts';

/** In delta CRLs an entry may also say that a certificate is on hold no longer. */
export type EntryReason = RevocationReason | 'removeFromCRL';

/** CRLReason (RFC 5280 §5.3.1). */
export const ENTRY_REASONS: Readonly<Record<EntryReason, number>> = {
  ...REVOCATION_REASONS,
  removeFromCRL: 8,
};

/** One certificate that a CRL is to tell of (RFC 5280 §5.1.2.6). Times are seconds since 1970. */
export interface RevokedEntry {
  /** Lower-case hexadecimal, an even number of digits, as serialText() gives it. */
  readonly serial: string;
  readonly revocationDate: number;
  readonly reason: EntryReason;
  readonly invalidityDate: number | undefined;
}

const CHUNK_OCTETS = 1 << 20;

/** Of an entry: its length has to fit into one octet. */
const MAX_OCTETS = 2 + 0x7f;

/**
 * Encodes entries, some at a time as they come, so that a million of them are never there as
 * objects: what is kept is their octets, some 50 each.
 */
export async function encodeRevokedList(
  pages: AsyncIterable<readonly RevokedEntry[]> | Iterable<readonly RevokedEntry[]>,
): Promise<Uint8Array> {
  const writer = new EntryWriter();
  for await (const page of pages) {
    for (const entry of page) writer.write(entry);
  }
  return writer.octets();
}

/** Writes each entry where it belongs, in chunks. */
class EntryWriter {
  readonly #full: Uint8Array[] = [];
  #chunk = Buffer.alloc(0);
  #used = 0;
  /** The encoding of midnight of each day that there is. */
  readonly #days = new Map<number, Uint8Array>();

  write({ serial, revocationDate, reason, invalidityDate }: RevokedEntry): void {
    const extensions =
      invalidityDate === undefined
        ? REASON_ONLY[reason]
        : extensionsOf(reason, new Date(invalidityDate * 1000));
    if (serial.length / 2 + extensions.length > MAX_OCTETS - 22) {
      throw new TypeError(`the serial number ${serial} is too long`); // 22: its header, and a time
    }
    if (this.#chunk.length - this.#used < MAX_OCTETS) this.#nextChunk();
    const start = this.#used;
    this.#used += 2;
    this.#serialNumber(serial);
    this.#time(revocationDate);
    this.#chunk.set(extensions, this.#used);
    this.#used += extensions.length;
    this.#chunk[start] = TAG.sequence;
    this.#chunk[start + 1] = this.#used - start - 2;
  }

  octets(): Uint8Array {
    return Buffer.concat([...this.#full, this.#chunk.subarray(0, this.#used)]);
  }

  #nextChunk(): void {
    this.#full.push(this.#chunk.subarray(0, this.#used));
    this.#chunk = Buffer.allocUnsafeSlow(CHUNK_OCTETS);
    this.#used = 0;
  }

  /** INTEGER of a positive number: with an octet for the sign where its first bit is set. */
  #serialNumber(serial: string): void {
    const sign = serial.charCodeAt(0) >= 0x38 ? 1 : 0; // "8" to "f"
    const chunk = this.#chunk;
    chunk[this.#used++] = TAG.integer;
    chunk[this.#used++] = serial.length / 2 + sign;
    if (sign === 1) chunk[this.#used++] = 0;
    this.#used += chunk.write(serial, this.#used, 'hex');
  }

  /** Time of RFC 5280 §4.1.2.5: that of the day, and in its last octets hhmmssZ. */
  #time(seconds: number): void {
    const day = Math.floor(seconds / DAY);
    let encoded = this.#days.get(day);
    if (!encoded) {
      encoded = time(new Date(day * DAY * 1000));
      this.#days.set(day, encoded);
    }
    this.#chunk.set(encoded, this.#used);
    this.#used += encoded.length;
    const rest = seconds - day * DAY;
    this.#digits(7, Math.floor(rest / 3600));
    this.#digits(5, Math.floor(rest / 60) % 60);
    this.#digits(3, rest % 60);
  }

  /** Two digits, so many octets before the end. */
  #digits(back: number, value: number): void {
    const at = this.#used - back;
    this.#chunk[at] = 0x30 + Math.floor(value / 10);
    this.#chunk[at + 1] = 0x30 + (value % 10);
  }
}

const DAY = 86_400; // seconds

/** crlEntryExtensions, which must not be an empty list; unspecified is not said (§5.3.1). */
function extensionsOf(reason: EntryReason, invalidityDate?: Date): Uint8Array {
  const value = tlv(TAG.enumerated, Uint8Array.of(ENTRY_REASONS[reason]));
  const extensions = [
    ...(reason === 'unspecified' ? [] : [extension(EXTENSION_OID.reasonCode, value)]),
    ...(invalidityDate
      ? [extension(EXTENSION_OID.invalidityDate, generalizedTime(invalidityDate))]
      : []),
  ];
  return extensions.length === 0 ? new Uint8Array(0) : sequence(...extensions);
}

const extension = (oid: string, value: Uint8Array): Uint8Array =>
  encodeExtension({ oid, critical: false, value });

/** Encoded once, for the entries without an invalidity date, which most are. */
const REASON_ONLY: Readonly<Record<EntryReason, Uint8Array>> = {
  unspecified: extensionsOf('unspecified'),
  keyCompromise: extensionsOf('keyCompromise'),
  cACompromise: extensionsOf('cACompromise'),
  affiliationChanged: extensionsOf('affiliationChanged'),
  superseded: extensionsOf('superseded'),
  cessationOfOperation: extensionsOf('cessationOfOperation'),
  certificateHold: extensionsOf('certificateHold'),
  privilegeWithdrawn: extensionsOf('privilegeWithdrawn'),
  removeFromCRL: extensionsOf('removeFromCRL'),
};

/**
 * Where the parts of an entry lie in the list, each from its tag to its end. For all entries it is
 * one object, which changes from one to the next.
 */
export interface EntryBounds {
  /** Of the contents of the serial number, which begin two octets behind its tag at least. */
  serialContents: number;
  serialEnd: number;
  date: number;
  /** Where the date ends, and its extensions, if there are any, begin. */
  dateEnd: number;
  end: number;
}

/** Takes the entries of a CRL apart, one after the other; throws DerError. */
export function* entryBounds(list: Uint8Array): Iterable<Readonly<EntryBounds>> {
  const [outer, inner] = [new DerCursor(list), new DerCursor(list)];
  const bounds: EntryBounds = { serialContents: 0, serialEnd: 0, date: 0, dateEnd: 0, end: 0 };
  while (!outer.done) {
    outer.read(TAG.sequence);
    inner.enter(outer.contents, outer.end);
    inner.read(TAG.integer);
    bounds.serialContents = inner.contents;
    bounds.serialEnd = inner.end;
    inner.read();
    bounds.date = inner.start;
    bounds.dateEnd = inner.end;
    if (!inner.done) inner.read(TAG.sequence);
    if (!inner.done) throw new DerError('there is more than was expected');
    bounds.end = outer.end;
    yield bounds;
  }
}

/** An entry as it is read. */
export interface RevokedCertificate {
  readonly serialNumber: bigint;
  readonly revocationDate: Date;
  readonly extensions: readonly Extension[];
}

/** Reads the entries of a CRL one after the other; throws DerError. */
export function* revokedCertificates(list: Uint8Array): Iterable<RevokedCertificate> {
  for (const bounds of entryBounds(list)) yield revokedWithin(list, bounds);
}

/** Reads the entry that lies there; throws DerError. */
export const revokedWithin = (
  list: Uint8Array,
  bounds: Readonly<EntryBounds>,
): RevokedCertificate => ({
  serialNumber: integerValue(list.subarray(bounds.serialContents, bounds.serialEnd)),
  revocationDate: timeValue(readDer(list.subarray(bounds.date, bounds.dateEnd))),
  extensions: entryExtensions(list, bounds),
});

/** crlEntryExtensions of the entry that lies there; throws DerError. */
export const entryExtensions = (
  list: Uint8Array,
  { dateEnd, end }: Readonly<EntryBounds>,
): readonly Extension[] =>
  dateEnd === end ? [] : parseExtensions(enterDer(list.subarray(dateEnd, end)));

/** How many there are, by their lengths alone. */
export function countRevoked(list: Uint8Array): number {
  const cursor = new DerCursor(list);
  let count = 0;
  for (; !cursor.done; count++) cursor.read(TAG.sequence);
  return count;
}
