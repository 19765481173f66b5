import { enterDer } from '../der/reader.ts';
import { bitString, type Der, sequence, TAG } from '../der/writer.ts';

/** SIGNED{}: what certificates and CRLs have in common (RFC 5280 §4.1.1, §5.1.1). */
export interface Signed {
  readonly der: Uint8Array;
  /** The octets of tbsCertificate or tbsCertList, as they were signed. */
  readonly tbsDer: Uint8Array;
  readonly signatureAlgorithm: Uint8Array;
  readonly signature: Uint8Array;
}

export const encodeSigned = (
  tbsDer: Uint8Array,
  signatureAlgorithm: Uint8Array,
  signature: Uint8Array,
): Der => sequence(tbsDer, signatureAlgorithm, bitString(signature));

/** Takes a certificate or a CRL apart; throws DerError. */
export function parseSigned(der: Uint8Array): Signed {
  const reader = enterDer(der);
  const tbsDer = reader.read(TAG.sequence).octets;
  const signatureAlgorithm = reader.read(TAG.sequence).octets;
  const signature = reader.bitString();
  reader.end();
  return { der, tbsDer, signatureAlgorithm, signature };
}
