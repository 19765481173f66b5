import { enterDer, integerValue, readDer } from '../../der/reader.ts';
import { TAG } from '../../der/writer.ts';
import { EXTENSION_OID, type Extension, parseExtensions } from '../../x509/extensions.ts';
import { ENTRY_REASONS, type EntryBounds, entryBounds } from '../../x509/revoked-list.ts';

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
export const crlEntryProblem = (list: Uint8Array, kind: CrlKind): string | undefined =>
  firstProblem(list, fieldsProblem, (extension) => extensionProblem(extension, kind));

/** What should not be in one of them, though it may. */
export const crlEntryAdvice = (list: Uint8Array): string | undefined =>
  firstProblem(list, () => undefined, extensionAdvice);

type Judge = (extension: Extension) => string | undefined;

function firstProblem(
  list: Uint8Array,
  ofFields: (list: Uint8Array, bounds: EntryBounds) => string | undefined,
  ofExtension: Judge,
): string | undefined {
  const known = new Map<string, string | undefined>();
  const octets = Buffer.from(list.buffer, list.byteOffset, list.length);
  const extensionsProblem = (start: number, end: number): string | undefined => {
    if (end - start > REMEMBERED_OCTETS) return problemIn(list.subarray(start, end), ofExtension);
    const key = octets.toString('latin1', start, end);
    if (!known.has(key)) known.set(key, problemIn(list.subarray(start, end), ofExtension));
    return known.get(key);
  };
  for (const bounds of entryBounds(list)) {
    const { dateEnd, end } = bounds;
    const problem =
      ofFields(list, bounds) ?? (dateEnd === end ? undefined : extensionsProblem(dateEnd, end));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const fieldsProblem = (
  list: Uint8Array,
  { serialContents, serialEnd, date, dateEnd }: EntryBounds,
): string | undefined =>
  serialProblem(list, serialContents, serialEnd) ?? timeProblem(list, date, dateEnd);

function serialProblem(list: Uint8Array, start: number, end: number): string | undefined {
  let first = start; // the first octet that is not zero
  while (first < end && list[first] === 0) first++;
  const isPositive = first < end && (list[start] ?? 0x80) < 0x80;
  return isPositive && end - start <= MAX_SERIAL_OCTETS
    ? undefined
    : 'the serial number of an entry must be positive, and have at most 20 octets';
}

/** UTCTime of two digits a field, or GeneralizedTime with four for the year, in Zulu. */
function timeProblem(list: Uint8Array, start: number, end: number): string | undefined {
  const tag = list[start];
  const digits = tag === TAG.utcTime ? 12 : tag === TAG.generalizedTime ? 14 : -1;
  let isSound = end - start === 2 + digits + 1 && list[end - 1] === 0x5a;
  for (let index = start + 2; isSound && index < end - 1; index++) {
    const octet = list[index] ?? 0;
    isSound = octet >= 0x30 && octet <= 0x39;
  }
  return isSound ? undefined : 'the revocation date of an entry must be in whole seconds, in Zulu';
}

const problemIn = (octets: Uint8Array, judge: Judge): string | undefined =>
  parseExtensions(enterDer(octets))
    .map(judge)
    .find((problem) => problem !== undefined);

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
  if (oid === EXTENSION_OID.certificateIssuer)
    return 'certificateIssuer must be in indirect CRLs only';
  if (oid !== EXTENSION_OID.reasonCode) return undefined;
  const code = reasonIn(value);
  if (!Object.values(ENTRY_REASONS).includes(code)) return `there is no reason ${code}`;
  return code === ENTRY_REASONS.removeFromCRL && !isDelta
    ? 'removeFromCRL must be in delta CRLs only'
    : undefined;
}

function extensionAdvice({ oid, value }: Extension): string | undefined {
  if (!KNOWN.includes(oid)) return `entries should not have the extension ${oid}`;
  return oid === EXTENSION_OID.reasonCode && reasonIn(value) === ENTRY_REASONS.unspecified
    ? 'the reason unspecified should be left out'
    : undefined;
}

const KNOWN: readonly string[] = [
  EXTENSION_OID.reasonCode,
  EXTENSION_OID.invalidityDate,
  EXTENSION_OID.certificateIssuer,
];

const reasonIn = (value: Uint8Array): number =>
  Number(integerValue(readDer(value, TAG.enumerated).contents));
