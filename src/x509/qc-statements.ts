import { DerError, type DerReader, enterDer } from '../der/reader.ts';
import {
  type Der,
  ia5String,
  integer,
  objectIdentifier,
  printableString,
  sequence,
  TAG,
} from '../der/writer.ts';

/** What a qualified certificate is for (ETSI EN 319 412-5 §4.2.3), by OIDs below that of QcType. */
export const QC_TYPES = ['esign', 'eseal', 'web'] as const;

export type QcType = (typeof QC_TYPES)[number];

/** The most that transactions may be worth: `amount` × 10^`exponent` (§4.3.2). */
export interface QcLimit {
  /** ISO 4217, three letters; three digits for a number. */
  readonly currency: string;
  readonly amount: number;
  readonly exponent: number;
}

/** A PKI disclosure statement (§4.3.4). */
export interface QcDisclosure {
  readonly url: string;
  /** ISO 639-1, two small letters. */
  readonly language: string;
}

/** The statements of ETSI EN 319 412-5 §4 that a certificate makes. */
export interface QcStatements {
  /** It is qualified by the law of the EU, unless `legislation` names others (§4.2.1). */
  readonly compliance?: boolean | undefined;
  readonly limit?: QcLimit | undefined;
  /** How long records are kept after it has ended, in years (§4.3.3). */
  readonly retentionYears?: number | undefined;
  /** Its key is in a qualified device (§4.2.2). */
  readonly sscd?: boolean | undefined;
  readonly disclosures?: readonly QcDisclosure[] | undefined;
  /** Names, or OIDs of those that have none here. */
  readonly types?: readonly string[] | undefined;
  /** Countries by whose law it is qualified, ISO 3166-1, two capital letters (§4.2.4). */
  readonly legislation?: readonly string[] | undefined;
}

/** What is read: also the OIDs of all statements, in their order. */
export interface ReadQcStatements extends QcStatements {
  readonly oids: readonly string[];
}

const ETSI_QCS = '0.4.0.1862.1';

/** The last arcs of the statements' OIDs. */
const ID = {
  compliance: `${ETSI_QCS}.1`,
  limit: `${ETSI_QCS}.2`,
  retentionYears: `${ETSI_QCS}.3`,
  sscd: `${ETSI_QCS}.4`,
  disclosures: `${ETSI_QCS}.5`,
  types: `${ETSI_QCS}.6`,
  legislation: `${ETSI_QCS}.7`,
} as const;

export const QC_STATEMENT_OIDS: readonly string[] = Object.values(ID);

/** The value of qcStatements (RFC 3739 §3.2.6). */
export function encodeQcStatements(statements: QcStatements): Der {
  const { compliance, limit, retentionYears, sscd, disclosures, types, legislation } = statements;
  const row = <Value>(oid: string, value: Value | undefined, info?: (value: Value) => Der) =>
    value === undefined || value === false
      ? []
      : [sequence(objectIdentifier(oid), ...(info ? [info(value)] : []))];
  return sequence(
    ...row(ID.compliance, compliance),
    ...row(ID.limit, limit, limitValue),
    ...row(ID.retentionYears, retentionYears, integer),
    ...row(ID.sscd, sscd),
    ...row(ID.disclosures, disclosures, (all) =>
      sequence(
        ...all.map(({ url, language }) => sequence(ia5String(url), printableString(language))),
      ),
    ),
    ...row(ID.types, types, (names) => sequence(...names.map(typeOid).map(objectIdentifier))),
    ...row(ID.legislation, legislation, (countries) => sequence(...countries.map(printableString))),
  );
}

/** MonetaryValue; the currency is letters or a number. */
const limitValue = ({ currency, amount, exponent }: QcLimit): Der =>
  sequence(
    /^\d+$/.test(currency) ? integer(Number(currency)) : printableString(currency),
    integer(amount),
    integer(exponent),
  );

const typeOid = (name: string): string => {
  const number = (QC_TYPES as readonly string[]).indexOf(name);
  return number < 0 ? name : `${ID.types}.${number + 1}`;
};

const typeName = (oid: string): string =>
  QC_TYPES.find((_, index) => oid === `${ID.types}.${index + 1}`) ?? oid;

/** Reads what anybody wrote; throws DerError, also for an empty list (RFC 3739 §3.2.6). */
export function parseQcStatements(value: Uint8Array): ReadQcStatements {
  const reader = enterDer(value);
  if (reader.done) throw new DerError('there is no statement in it');
  let read: ReadQcStatements = { oids: [] };
  while (!reader.done) {
    const statement = reader.enter();
    const oid = statement.objectIdentifier();
    const known = Object.hasOwn(INFORMATION, oid) ? INFORMATION[oid]?.(statement) : undefined;
    read = { ...read, ...known, oids: [...read.oids, oid] };
    if (known) statement.end();
  }
  return read;
}

/** What a statement holds after its OID. */
const INFORMATION: Readonly<Record<string, (reader: DerReader) => QcStatements>> = {
  [ID.compliance]: () => ({ compliance: true }),
  [ID.limit]: (reader) => ({ limit: parseLimit(reader.enter()) }),
  [ID.retentionYears]: (reader) => ({ retentionYears: Number(reader.integer()) }),
  [ID.sscd]: () => ({ sscd: true }),
  [ID.disclosures]: (reader) => ({
    disclosures: each(reader, (list) => {
      const place = list.enter();
      const url = textOf(place, TAG.ia5String);
      const language = textOf(place, TAG.printableString);
      place.end();
      return { url, language };
    }),
  }),
  [ID.types]: (reader) => ({ types: each(reader, (list) => typeName(list.objectIdentifier())) }),
  [ID.legislation]: (reader) => ({
    legislation: each(reader, (list) => textOf(list, TAG.printableString)),
  }),
};

function parseLimit(reader: DerReader): QcLimit {
  const currency =
    reader.nextTag === TAG.integer
      ? String(reader.smallInteger()).padStart(3, '0')
      : textOf(reader, TAG.printableString);
  const limit = { currency, amount: Number(reader.integer()), exponent: Number(reader.integer()) };
  reader.end();
  return limit;
}

function each<Item>(reader: DerReader, read: (list: DerReader) => Item): readonly Item[] {
  const list = reader.enter();
  const items: Item[] = [];
  while (!list.done) items.push(read(list));
  return items;
}

const textOf = (reader: DerReader, tag: number): string =>
  Buffer.from(reader.read(tag).contents).toString('latin1');
