import { DerError, type DerReader, enterDer, integerValue, readDer } from '../der/reader.ts';
import { time, timeValue } from '../der/time.ts';
import { contextConstructed, type Der, integer, sequence, TAG } from '../der/writer.ts';
import { EXTENSION_OID, type Extension, encodeExtension, parseExtension } from './extensions.ts';
import { parseSigned, type Signed } from './signed.ts';

/** One certificate that is no longer good (RFC 5280 §5.1.2.6). */
export interface RevokedCertificate {
  readonly serialNumber: bigint;
  readonly revocationDate: Date;
  readonly extensions: readonly Extension[];
}

/** TBSCertList, version 2 (RFC 5280 §5.1.2). Names and identifiers are kept in DER. */
export interface TbsCertList {
  /** AlgorithmIdentifier that the issuer will sign with. */
  readonly signature: Uint8Array;
  readonly issuer: Uint8Array;
  /** Whole seconds. */
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly revoked: readonly RevokedCertificate[];
  readonly extensions: readonly Extension[];
}

export interface Crl extends Signed {
  readonly tbs: TbsCertList;
}

const VERSION_2 = integer(1);
const EXTENSIONS_TAG = 0xa0;

export const encodeTbsCertList = (tbs: TbsCertList): Der =>
  sequence(
    VERSION_2,
    tbs.signature,
    tbs.issuer,
    time(tbs.thisUpdate),
    time(tbs.nextUpdate),
    ...(tbs.revoked.length === 0 ? [] : [sequence(...tbs.revoked.map(encodeRevoked))]),
    contextConstructed(0, sequence(...tbs.extensions.map(encodeExtension))),
  );

function encodeRevoked({ serialNumber, revocationDate, extensions }: RevokedCertificate): Der {
  const list = extensions.length === 0 ? [] : [sequence(...extensions.map(encodeExtension))];
  return sequence(integer(serialNumber), time(revocationDate), ...list);
}

/** Reads a CRL of version 2 with a nextUpdate, as RFC 5280 §5.1.2.5 wants it; throws DerError. */
export function parseCrl(der: Uint8Array): Crl {
  const signed = parseSigned(der);
  return { ...signed, tbs: parseTbsCertList(signed.tbsDer) };
}

export function parseTbsCertList(tbsDer: Uint8Array): TbsCertList {
  const reader = enterDer(tbsDer);
  if (Buffer.compare(reader.read().octets, VERSION_2) !== 0) {
    throw new DerError('it is not of version 2');
  }
  const signature = reader.read(TAG.sequence).octets;
  const issuer = reader.read(TAG.sequence).octets;
  const thisUpdate = timeValue(reader.read());
  const nextUpdate = timeValue(reader.read());
  const revoked = reader.nextTag === TAG.sequence ? parseRevoked(reader.enter()) : [];
  const extensions = reader.done
    ? []
    : parseExtensions(enterDer(reader.read(EXTENSIONS_TAG).contents));
  reader.end();
  return { signature, issuer, thisUpdate, nextUpdate, revoked, extensions };
}

function parseRevoked(reader: DerReader): readonly RevokedCertificate[] {
  const revoked: RevokedCertificate[] = [];
  while (!reader.done) {
    const entry = reader.enter();
    const serialNumber = entry.integer();
    const revocationDate = timeValue(entry.read());
    const extensions = entry.done ? [] : parseExtensions(entry.enter());
    entry.end();
    revoked.push({ serialNumber, revocationDate, extensions });
  }
  if (revoked.length === 0) throw new DerError('its list of revoked certificates is empty');
  return revoked;
}

function parseExtensions(reader: DerReader): readonly Extension[] {
  const extensions: Extension[] = [];
  while (!reader.done) extensions.push(parseExtension(reader.enter()));
  if (extensions.length === 0) throw new DerError('its list of extensions is empty');
  return extensions;
}

/** Counts the CRLs of an issuer, ever upwards (RFC 5280 §5.2.3). */
export const crlNumber = (number: bigint): Extension => ({
  oid: EXTENSION_OID.crlNumber,
  critical: false,
  value: integer(number),
});

export function parseCrlNumber(extensions: readonly Extension[]): bigint | undefined {
  const found = extensions.find(({ oid }) => oid === EXTENSION_OID.crlNumber);
  if (!found) return undefined;
  return integerValue(readDer(found.value, TAG.integer).contents);
}
