import type { ClassicalAlgorithm } from '../../algorithms/algorithm.ts';
import { DerError, readDer } from '../../der/reader.ts';
import { TAG } from '../../der/writer.ts';
import { PkiError } from '../../errors.ts';

/**
 * CKA_EC_POINT to the octets of `subjectPublicKey`. The standard says OCTET STRING around the
 * point; tokens also give it bare, in a BIT STRING, or without the octet 04 before its coordinates
 * (old opencryptoki). The curve's length decides, never the first octet, which is 04 for both an
 * OCTET STRING and an uncompressed point.
 */
export function decodePoint(attribute: Uint8Array, { key, name }: ClassicalAlgorithm): Uint8Array {
  if (key.kind === 'rsa') throw new TypeError('RSA keys have no point');
  const wanted = key.kind === 'ec' ? 1 + 2 * key.fieldBytes : key.publicKeyBytes;
  for (const octets of [attribute, unwrap(attribute)]) {
    if (octets?.length === wanted) return Uint8Array.from(octets);
    if (key.kind === 'ec' && octets?.length === wanted - 1) return Uint8Array.of(4, ...octets);
  }
  throw new PkiError('KEY_UNAVAILABLE', `the token gives a malformed public key for ${name}`, {
    hints: [`CKA_EC_POINT has ${attribute.length} octets; the point alone would have ${wanted}`],
  });
}

function unwrap(attribute: Uint8Array): Uint8Array | undefined {
  try {
    const { tag, contents } = readDer(attribute);
    if (tag === TAG.octetString) return contents;
    return tag === TAG.bitString ? contents.subarray(1) : undefined;
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}
