import {
  contextConstructed,
  type Der,
  integer,
  objectIdentifier,
  sequence,
  setOf,
} from '../der/writer.ts';
import type { Certificate } from './certificate.ts';

const SIGNED_DATA = '1.2.840.113549.1.7.2';
const DATA = '1.2.840.113549.1.7.1';

/** Certificates in a SignedData that signs nothing (RFC 5652 §5.1, RFC 8551 §3.8). */
export const certsOnly = (certificates: readonly Certificate[]): Der =>
  sequence(
    objectIdentifier(SIGNED_DATA),
    contextConstructed(
      0,
      sequence(
        integer(1),
        setOf(), // digestAlgorithms
        sequence(objectIdentifier(DATA)),
        contextConstructed(0, ...certificates.map(({ der }) => der).toSorted(Buffer.compare)),
        setOf(), // signerInfos
      ),
    ),
  );

/** The same as a URI that holds what it points to (RFC 2397), for RFC 9763 §3.1. */
export const certsOnlyUri = (certificates: readonly Certificate[]): string =>
  `data:application/pkcs7-mime;base64,${Buffer.from(certsOnly(certificates)).toString('base64')}`;
