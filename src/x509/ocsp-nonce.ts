import { readDer } from '../der/reader.ts';
import { octetString, TAG } from '../der/writer.ts';
import { EXTENSION_OID, type Extension } from './extensions.ts';

/** What a nonce may have (RFC 9654 §2.1). Octets. */
export const NONCE_BYTES = { least: 1, most: 128 } as const;

/** Binds a response to its request (RFC 9654 §2.1). */
export const ocspNonce = (nonce: Uint8Array): Extension => ({
  oid: EXTENSION_OID.ocspNonce,
  critical: false,
  value: octetString(nonce),
});

/** The octets of the nonce; undefined if there is none. Throws DerError. */
export function parseNonce(extensions: readonly Extension[]): Uint8Array | undefined {
  const found = extensions.find(({ oid }) => oid === EXTENSION_OID.ocspNonce);
  return found && readDer(found.value, TAG.octetString).contents;
}

export const isSoundNonce = ({ length }: Uint8Array): boolean =>
  length >= NONCE_BYTES.least && length <= NONCE_BYTES.most;
