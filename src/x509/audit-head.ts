import { DerError, enterDer } from '../der/reader.ts';
import { integer, octetString, sequence } from '../der/writer.ts';
import { EXTENSION_OID, type Extension } from './extensions.ts';

/** The last entry of an audit trail, which stands for all before it. */
export interface AuditHead {
  /** Entries count from 1, without gaps. */
  readonly number: number;
  /** SHA-256. */
  readonly hash: Uint8Array;
}

const HASH_BYTES = 32;

/** `12:ab…`: number and hash, as `pki audit head` prints them and `pki audit verify` takes them. */
export const auditHeadText = ({ number, hash }: AuditHead): string =>
  `${number}:${Buffer.from(hash).toString('hex')}`;

/** Undefined for a text that is no head. */
export function parseAuditHeadText(text: string): AuditHead | undefined {
  const [, number, hash] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/i.exec(text.trim()) ?? [];
  if (number === undefined || hash === undefined) return undefined;
  return { number: Number(number), hash: Buffer.from(hash, 'hex') };
}

/**
 * In a CRL: the last entry of the CA's audit trail when its list was read, so that whoever has the
 * CRL has a copy of that head. `AuditHead ::= SEQUENCE { number INTEGER, hash OCTET STRING }`.
 */
export const auditHeadExtension = ({ number, hash }: AuditHead): Extension => ({
  oid: EXTENSION_OID.auditHead,
  critical: false,
  value: sequence(integer(number), octetString(hash)),
});

/** Undefined where there is none; throws DerError for one that is malformed. */
export function parseAuditHead(extensions: readonly Extension[]): AuditHead | undefined {
  const found = extensions.find(({ oid }) => oid === EXTENSION_OID.auditHead);
  if (!found) return undefined;
  const reader = enterDer(found.value);
  const number = reader.integer();
  const hash = reader.octetString();
  reader.end();
  if (number < 1n || number > BigInt(Number.MAX_SAFE_INTEGER) || hash.length !== HASH_BYTES) {
    throw new DerError('its audit head is not a number and a SHA-256');
  }
  return { number: Number(number), hash };
}
