import { DerError, DerReader, enterDer } from '../der/reader.ts';
import { repaired } from '../der/tolerant.ts';
import { TAG } from '../der/writer.ts';

/** What a signed object is. */
export type SignedKind = 'certificate' | 'crl' | 'request';

const TIME_TAGS: readonly number[] = [TAG.utcTime, TAG.generalizedTime];

/**
 * Tells by its structure what is in DER, or in BER; undefined for what is none of these. Of the
 * three, CRLs alone have a time at the top, and requests alone end after name, key and attributes.
 */
export function signedKind(octets: Uint8Array): SignedKind | undefined {
  try {
    const outer = enterDer(repaired(octets));
    const tags = tagsIn(outer.read(TAG.sequence).contents);
    outer.read(TAG.sequence);
    outer.read(TAG.bitString);
    if (tags.some((tag) => TIME_TAGS.includes(tag))) return 'crl';
    const isRequest = tags[0] === TAG.integer && tags.length <= 4;
    if (isRequest) return tags.length >= 3 ? 'request' : undefined;
    return tags.length >= 6 ? 'certificate' : undefined;
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

function tagsIn(contents: Uint8Array): readonly number[] {
  const reader = new DerReader(contents);
  const tags: number[] = [];
  while (!reader.done) tags.push(reader.read().tag);
  return tags;
}
