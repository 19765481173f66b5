import { DerError, type DerReader, enterDer, integerValue, readDer } from '../der/reader.ts';
import { time, timeValue } from '../der/time.ts';
import { contextConstructed, type Der, integer, sequence, TAG, tlvHeader } from '../der/writer.ts';
import { EXTENSION_OID, type Extension, encodeExtension, parseExtensions } from './extensions.ts';
import { parseSigned, type Signed } from './signed.ts';

/** TBSCertList, version 2 (RFC 5280 §5.1.2). Names and identifiers are kept in DER. */
export interface TbsCertList {
  /** AlgorithmIdentifier that the issuer will sign with. */
  readonly signature: Uint8Array;
  readonly issuer: Uint8Array;
  /** Whole seconds. */
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** The entries of revokedCertificates in DER, one after the other; see revoked-list.ts. */
  readonly revoked: Uint8Array;
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
    ...listOf(tbs.revoked),
    contextConstructed(0, sequence(...tbs.extensions.map(encodeExtension))),
  );

/** revokedCertificates, never an empty list; its octets, perhaps many, are copied only once. */
const listOf = (revoked: Uint8Array): readonly Uint8Array[] =>
  revoked.length === 0 ? [] : [tlvHeader(TAG.sequence, revoked.length), revoked];

/**
 * Reads a CRL of version 2 with a nextUpdate, as RFC 5280 §5.1.2.5 wants it; throws DerError. The
 * entries, perhaps a million, are not read.
 */
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
  const revoked = reader.nextTag === TAG.sequence ? entries(reader) : new Uint8Array(0);
  const extensions = reader.done
    ? []
    : parseExtensions(enterDer(reader.read(EXTENSIONS_TAG).contents));
  reader.end();
  return { signature, issuer, thisUpdate, nextUpdate, revoked, extensions };
}

function entries(reader: DerReader): Uint8Array {
  const { contents } = reader.read(TAG.sequence);
  if (contents.length === 0) throw new DerError('its list of revoked certificates is empty');
  return contents;
}

/** Counts the CRLs of an issuer, ever upwards (RFC 5280 §5.2.3). */
export const crlNumber = (number: bigint): Extension => ({
  oid: EXTENSION_OID.crlNumber,
  critical: false,
  value: integer(number),
});

export const parseCrlNumber = (extensions: readonly Extension[]): bigint | undefined =>
  numberIn(extensions, EXTENSION_OID.crlNumber);

/** Makes it a delta CRL, to the full one of this number; always critical (RFC 5280 §5.2.4). */
export const deltaCrlIndicator = (baseNumber: bigint): Extension => ({
  oid: EXTENSION_OID.deltaCrlIndicator,
  critical: true,
  value: integer(baseNumber),
});

/** BaseCRLNumber; undefined for a full CRL. */
export const parseBaseCrlNumber = (extensions: readonly Extension[]): bigint | undefined =>
  numberIn(extensions, EXTENSION_OID.deltaCrlIndicator);

function numberIn(extensions: readonly Extension[], wanted: string): bigint | undefined {
  const found = extensions.find(({ oid }) => oid === wanted);
  return found && integerValue(readDer(found.value, TAG.integer).contents);
}
