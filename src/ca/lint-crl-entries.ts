import { enterDer, integerValue, readDer, type Tlv } from '../der/reader.ts';
import { TAG } from '../der/writer.ts';
import { EXTENSION_OID, type Extension, parseExtensions } from '../x509/extensions.ts';
import { ENTRY_REASONS, encodedEntries } from '../x509/revoked-list.ts';

/** RFC 5280 §4.1.2.2: 20 octets at most, the sign included. */
const MAX_SERIAL_OCTETS = 20;

export interface CrlKind {
  /** Tells changes only (RFC 5280 §5.2.4). */
  readonly isDelta: boolean;
  /** Tells of certificates of other issuers too (§5.2.5), which its entries name. */
  readonly isIndirect: boolean;
}

/** Longer lists of extensions hold a date, and are hardly ever the same twice. */
const REMEMBERED_OCTETS = 16;

/**
 * What is wrong with one of the entries of a CRL, of which there may be a million: their encodings
 * are looked at in place, and extensions of which many are alike are read once.
 */
export function crlEntryProblem(list: Uint8Array, kind: CrlKind): string | undefined {
  const known = new Map<string, string | undefined>();
  const extensionsProblem = ({ octets }: Tlv): string | undefined => {
    if (octets.length > REMEMBERED_OCTETS) return problemIn(octets, kind);
    const key = Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('latin1');
    if (!known.has(key)) known.set(key, problemIn(octets, kind));
    return known.get(key);
  };
  for (const { serialNumber, revocationDate, extensions } of encodedEntries(list)) {
    const problem =
      serialProblem(serialNumber.contents) ??
      timeProblem(revocationDate) ??
      (extensions && extensionsProblem(extensions));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function serialProblem(contents: Uint8Array): string | undefined {
  const isPositive = contents.length > 0 && (contents[0] ?? 0) < 0x80 && contents.some(Boolean);
  return isPositive && contents.length <= MAX_SERIAL_OCTETS
    ? undefined
    : 'the serial number of an entry must be positive, and have at most 20 octets';
}

/** UTCTime of two digits a field, or GeneralizedTime with four for the year, in Zulu. */
function timeProblem({ tag, contents }: Tlv): string | undefined {
  const digits = tag === TAG.utcTime ? 12 : tag === TAG.generalizedTime ? 14 : -1;
  const areDigits = contents.subarray(0, -1).every((octet) => octet >= 0x30 && octet <= 0x39);
  return contents.length === digits + 1 && areDigits && contents.at(-1) === 0x5a
    ? undefined
    : 'the revocation date of an entry must be in whole seconds, in Zulu';
}

function problemIn(octets: Uint8Array, kind: CrlKind): string | undefined {
  const extensions = parseExtensions(enterDer(octets));
  for (const extension of extensions) {
    const problem = extensionProblem(extension, kind);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function extensionProblem(
  { oid, critical, value }: Extension,
  { isDelta, isIndirect }: CrlKind,
): string | undefined {
  if (isIndirect && oid === EXTENSION_OID.certificateIssuer) {
    return critical ? undefined : 'certificateIssuer must be critical';
  }
  if (critical) return 'extensions of entries must not be critical';
  if (oid === EXTENSION_OID.invalidityDate) {
    const date = readDer(value, TAG.generalizedTime);
    return /^\d{14}Z$/.test(Buffer.from(date.contents).toString('latin1'))
      ? undefined
      : 'invalidityDate must be in whole seconds';
  }
  if (oid !== EXTENSION_OID.reasonCode) return `entries must not have the extension ${oid}`;
  const code = Number(integerValue(readDer(value, TAG.enumerated).contents));
  if (code === ENTRY_REASONS.unspecified) return 'the reason unspecified must be left out';
  if (!Object.values(ENTRY_REASONS).includes(code)) return `there is no reason ${code}`;
  return code === ENTRY_REASONS.removeFromCRL && !isDelta
    ? 'removeFromCRL must be in delta CRLs only'
    : undefined;
}
