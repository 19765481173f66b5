import { enterDer, readDer } from '../der/reader.ts';
import { integer, TAG } from '../der/writer.ts';
import { EXTENSION_OID, parseExtensions } from './extensions.ts';
import { enumeratedValue } from './ocsp-response.ts';
import {
  ENTRY_REASONS,
  entryBounds,
  type RevokedCertificate,
  revokedWithin,
} from './revoked-list.ts';

/** Finds one certificate in the list of a CRL without making objects of all others; throws DerError. */
export function findRevoked(list: Uint8Array, serial: bigint): RevokedCertificate | undefined {
  const wanted = readDer(integer(serial)).contents;
  for (const bounds of entryBounds(list)) {
    const { serialContents: start, serialEnd: end } = bounds;
    const sameLength = end - start === wanted.length;
    if (sameLength && wanted.every((octet, index) => octet === list[start + index])) {
      return revokedWithin(list, bounds);
    }
  }
  return undefined;
}

/** Why a certificate is in a CRL, as RFC 5280 §5.3.1 names it; a number if it has no name for it. */
export function reasonOf({ extensions }: RevokedCertificate): string {
  const found = extensions.find(({ oid }) => oid === EXTENSION_OID.reasonCode);
  if (!found) return 'unspecified';
  const number = enumeratedValue(readDer(found.value, TAG.enumerated).contents);
  return Object.entries(ENTRY_REASONS).find(([, known]) => known === number)?.[0] ?? `${number}`;
}

const UNDERSTOOD: ReadonlySet<string> = new Set([
  EXTENSION_OID.reasonCode,
  EXTENSION_OID.invalidityDate,
]);

/** BOOLEAN TRUE in DER, without which nothing is critical. */
const TRUE = Buffer.of(TAG.boolean, 1, 0xff);

/**
 * The first critical extension of an entry that is not understood: with one in any entry, a CRL tells
 * of no certificate (RFC 5280 §5.3). Reads all bounds, and throws DerError where they do not fit.
 */
export function unknownInEntries(list: Uint8Array): string | undefined {
  const octets = Buffer.from(list.buffer, list.byteOffset, list.byteLength);
  let next = octets.indexOf(TRUE);
  for (const { dateEnd, end } of entryBounds(list)) {
    if (next === -1 || next >= end) continue;
    next = octets.indexOf(TRUE, end);
    if (dateEnd === end) continue;
    const extensions = parseExtensions(enterDer(list.subarray(dateEnd, end)));
    const unknown = extensions.find(({ critical, oid }) => critical && !UNDERSTOOD.has(oid));
    if (unknown) return unknown.oid;
  }
  return undefined;
}
