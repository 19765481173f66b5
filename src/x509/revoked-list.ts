import { DerReader, enterDer, integerValue, type Tlv } from '../der/reader.ts';
import { generalizedTime, time, timeValue } from '../der/time.ts';
import { sequence, TAG, tlv, unsignedInteger } from '../der/writer.ts';
import { REVOCATION_REASONS, type RevocationReason } from './crl-reason.ts';
import { EXTENSION_OID, type Extension, encodeExtension, parseExtensions } from './extensions.ts';

/** In delta CRLs an entry may also say that a certificate is on hold no longer. */
export type EntryReason = RevocationReason | 'removeFromCRL';

/** CRLReason (RFC 5280 §5.3.1). */
export const ENTRY_REASONS: Readonly<Record<EntryReason, number>> = {
  ...REVOCATION_REASONS,
  removeFromCRL: 8,
};

/** One certificate that a CRL is to tell of (RFC 5280 §5.1.2.6). */
export interface RevokedEntry {
  /** Big-endian, without a sign. */
  readonly serialNumber: Uint8Array;
  /** Whole seconds. */
  readonly revocationDate: Date;
  readonly reason: EntryReason;
  readonly invalidityDate: Date | undefined;
}

const CHUNK_OCTETS = 1 << 20;

/**
 * Encodes entries as they come, so that a million of them are never there as objects: what is kept
 * is their octets, some 50 each.
 */
export async function encodeRevokedList(
  entries: AsyncIterable<RevokedEntry> | Iterable<RevokedEntry>,
): Promise<Uint8Array> {
  const full: Uint8Array[] = [];
  let chunk = new Uint8Array(0);
  let used = 0;
  for await (const entry of entries) {
    const octets = encodeRevoked(entry);
    if (used + octets.length > chunk.length) {
      full.push(chunk.subarray(0, used));
      chunk = new Uint8Array(CHUNK_OCTETS);
      used = 0;
    }
    chunk.set(octets, used);
    used += octets.length;
  }
  return Buffer.concat([...full, chunk.subarray(0, used)]);
}

function encodeRevoked(entry: RevokedEntry): Uint8Array {
  const { serialNumber, revocationDate, reason, invalidityDate } = entry;
  const extensions = invalidityDate ? extensionsOf(reason, invalidityDate) : REASON_ONLY[reason];
  return sequence(unsignedInteger(serialNumber), time(revocationDate), ...extensions);
}

/** crlEntryExtensions, which must not be an empty list; unspecified is not said (§5.3.1). */
function extensionsOf(reason: EntryReason, invalidityDate?: Date): readonly Uint8Array[] {
  const value = tlv(TAG.enumerated, Uint8Array.of(ENTRY_REASONS[reason]));
  const extensions = [
    ...(reason === 'unspecified' ? [] : [extension(EXTENSION_OID.reasonCode, value)]),
    ...(invalidityDate
      ? [extension(EXTENSION_OID.invalidityDate, generalizedTime(invalidityDate))]
      : []),
  ];
  return extensions.length === 0 ? [] : [sequence(...extensions)];
}

const extension = (oid: string, value: Uint8Array): Uint8Array =>
  encodeExtension({ oid, critical: false, value });

/** Encoded once, for the entries without an invalidity date, which most are. */
const REASON_ONLY: Readonly<Record<EntryReason, readonly Uint8Array[]>> = {
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

/** The parts of an entry in DER: quick to get, for those who go through a million. */
export interface EncodedEntry {
  readonly serialNumber: Tlv;
  readonly revocationDate: Tlv;
  /** The SEQUENCE of extensions, if there is one. */
  readonly extensions: Tlv | undefined;
}

/** Takes the entries of a CRL apart, one after the other; throws DerError. */
export function* encodedEntries(list: Uint8Array): Iterable<EncodedEntry> {
  const reader = new DerReader(list);
  while (!reader.done) {
    const entry = reader.enter();
    const serialNumber = entry.read(TAG.integer);
    const revocationDate = entry.read();
    const extensions = entry.done ? undefined : entry.read(TAG.sequence);
    entry.end();
    yield { serialNumber, revocationDate, extensions };
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
  for (const { serialNumber, revocationDate, extensions } of encodedEntries(list)) {
    yield {
      serialNumber: integerValue(serialNumber.contents),
      revocationDate: timeValue(revocationDate),
      extensions: extensions ? parseExtensions(enterDer(extensions.octets)) : [],
    };
  }
}

/** How many there are, by their lengths alone. */
export function countRevoked(list: Uint8Array): number {
  const reader = new DerReader(list);
  let count = 0;
  for (; !reader.done; count++) reader.read(TAG.sequence);
  return count;
}
