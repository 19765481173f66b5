import { DerError, enterDer } from '../der/reader.ts';
import { time, timeValue } from '../der/time.ts';
import { contextConstructed, type Der, integer, sequence, TAG } from '../der/writer.ts';
import { type Extension, encodeExtension, parseExtensions } from './extensions.ts';
import { encodeSigned, parseSigned, type Signed } from './signed.ts';

/** TBSCertificate, version 3 (RFC 5280 §4.1.2). Names, keys and identifiers are kept in DER. */
export interface TbsCertificate {
  readonly serialNumber: bigint;
  /** AlgorithmIdentifier that the issuer will sign with. */
  readonly signature: Uint8Array;
  readonly issuer: Uint8Array;
  /** Whole seconds; both ends are included. */
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly subject: Uint8Array;
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  readonly extensions: readonly Extension[];
}

export interface Certificate extends Signed {
  readonly tbs: TbsCertificate;
}

const VERSION_3 = contextConstructed(0, integer(2));
const EXTENSIONS_TAG = 0xa3;

/** issuerUniqueID and subjectUniqueID, which mean nothing to anybody (RFC 5280 §4.1.2.8). */
const UNIQUE_ID_TAGS = [0x81, 0x82] as const;

export const encodeTbs = (tbs: TbsCertificate): Der =>
  sequence(
    VERSION_3,
    integer(tbs.serialNumber),
    tbs.signature,
    tbs.issuer,
    sequence(time(tbs.notBefore), time(tbs.notAfter)),
    tbs.subject,
    tbs.publicKey,
    contextConstructed(3, sequence(...tbs.extensions.map(encodeExtension))),
  );

export const encodeCertificate = encodeSigned;

/** Reads a certificate of version 3; throws DerError. Certificates of others may be of 1 or 2. */
export function parseCertificate(der: Uint8Array): Certificate {
  const signed = parseSigned(der);
  return { ...signed, tbs: parseTbs(signed.tbsDer) };
}

export function parseTbs(tbsDer: Uint8Array): TbsCertificate {
  const reader = enterDer(tbsDer);
  const version = reader.read().octets;
  if (Buffer.compare(version, VERSION_3) !== 0) throw new DerError('it is not of version 3');
  const serialNumber = reader.integer();
  const signature = reader.read(TAG.sequence).octets;
  const issuer = reader.read(TAG.sequence).octets;
  const validity = reader.enter();
  const [notBefore, notAfter] = [timeValue(validity.read()), timeValue(validity.read())];
  validity.end();
  const subject = reader.read(TAG.sequence).octets;
  const publicKey = reader.read(TAG.sequence).octets;
  for (const tag of UNIQUE_ID_TAGS) reader.optional(tag);
  const extensions = reader.done
    ? []
    : parseExtensions(enterDer(reader.read(EXTENSIONS_TAG).contents));
  reader.end();
  const names = { issuer, subject, publicKey };
  return { serialNumber, signature, notBefore, notAfter, ...names, extensions };
}

/** A serial number as people write it: lower-case hexadecimal, an even number of digits. */
export function serialText(serialNumber: bigint): string {
  const digits = serialNumber.toString(16);
  return digits.length % 2 === 0 ? digits : `0${digits}`;
}
