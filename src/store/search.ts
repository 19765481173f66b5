import type { SQLInputValue } from 'node:sqlite';
import type { CertificateRecord } from '../ca/store.ts';
import { namesText } from '../x509/alternative-names.ts';
import type { GeneralName } from '../x509/general-names.ts';
import { EMPTY_NAME } from '../x509/names.ts';
import { NAMED_SQL, NAMES_SQL, parseNames } from './name-rows.ts';
import { date, optionalDate, reasonOf, seconds, statusIn, type Values } from './row.ts';
import type { SqliteDatabase } from './sqlite-database.ts';

/** What a list tells of a certificate; its octets stay where they are. */
export interface ListedCertificate extends Omit<CertificateRecord, 'tbsHash' | 'at' | 'der'> {
  /** Its alternative names; undefined unless they were asked for. */
  readonly names?: readonly GeneralName[] | undefined;
}

/** Whom it is for, for people: the subject, or the alternative names of one without, if they are known. */
export const listedName = ({ subject, names = [] }: ListedCertificate): string =>
  subject === EMPTY_NAME ? namesText(names) : subject;

/** Which certificates are wanted, and in which order; all of them, oldest first, if it is empty. */
export interface CertificateQuery {
  readonly status?: Standing | undefined;
  readonly profile?: string | undefined;
  /**
   * A part of the subject as nameText() gives it, or of the value of an alternative name; case does
   * not matter (of ASCII).
   */
  readonly name?: string | undefined;
  /**
   * A part of who had them issued: the account, or the operator beside it, as the audit trail tells.
   * Entries of versions before 3 do not tell. Case does not matter (of ASCII).
   */
  readonly requester?: string | undefined;
  /** They end in this second or later, and in this one or earlier. */
  readonly endsFrom?: Date | undefined;
  readonly endsUntil?: Date | undefined;
  /** They were issued in this second or later, and before this one. */
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
  readonly order?: Order | undefined;
  readonly limit?: number | undefined;
  /** Tells the alternative names as well: of all of them, or of those without a subject. */
  readonly withNames?: 'all' | 'nameless' | undefined;
}

/**
 * Where certificates stand, as conditions. Most are `issued`: a plus keeps SQLite from reading these
 * through an index, and from sorting what it reads.
 */
const STANDINGS = {
  issued: "+certificate.status = 'issued' AND reason IS NULL",
  revoked: "reason <> 'certificateHold'",
  'on-hold': "reason = 'certificateHold'",
  failed: "certificate.status = 'failed'",
  interrupted: "certificate.status = 'intent' AND reason IS NULL",
} as const;

export type Standing = keyof typeof STANDINGS;
export const STANDING_NAMES = Object.keys(STANDINGS) as readonly Standing[];

/** Each follows an index, so that a million rows need not be sorted. */
const ORDERS = {
  issued: 'certificate.id',
  newest: 'certificate.id DESC',
  end: 'certificate.not_after, certificate.id',
  subject: 'certificate.subject COLLATE NOCASE, certificate.id',
} as const;

export type Order = keyof typeof ORDERS;
export const ORDER_NAMES = Object.keys(ORDERS) as readonly Order[];

const COLUMNS = `certificate.serial, status, profile, subject, not_before, certificate.not_after,
  reason, revoked_at, invalidity_date`;

const NAMES_COLUMN = {
  all: NAMES_SQL,
  nameless: `CASE subject WHEN '${EMPTY_NAME}' THEN ${NAMES_SQL} END`,
  none: 'NULL',
} as const;

/** The certificates that are wanted, in pages that are read as they are asked for. */
export function* searchCertificates(
  database: SqliteDatabase,
  query: CertificateQuery,
): Iterable<readonly ListedCertificate[]> {
  const { order = 'issued', limit = -1, withNames = 'none' } = query;
  const conditions = conditionsOf(query);
  const where = conditions.map(([sql]) => `(${sql})`).join(' AND ');
  const pages = database.pages(
    `SELECT ${COLUMNS}, ${NAMES_COLUMN[withNames]} FROM certificate
     LEFT JOIN revocation ON revocation.certificate = certificate.id
     ${where === '' ? '' : `WHERE ${where}`} ORDER BY ${ORDERS[order]} LIMIT ?`,
    ...[...conditions.flatMap(([, ...values]) => values), limit],
  );
  for (const page of pages) yield page.map(listed);
}

/** By the index of entries about one certificate; those of older versions are no JSON. */
const REQUESTED = `EXISTS (
  SELECT 1 FROM audit
  WHERE audit.serial = certificate.serial AND event = 'intent' AND CASE WHEN json_valid(detail) THEN
    json_extract(detail, '$.by.user') LIKE ? ESCAPE '\\'
    OR json_extract(detail, '$.by.operator') LIKE ? ESCAPE '\\' END)`;

type Condition = readonly [sql: string, ...values: readonly SQLInputValue[]];

function conditionsOf(query: CertificateQuery): readonly Condition[] {
  const { status, profile, name, requester, endsFrom, endsUntil, since, until } = query;
  return [
    ...(status ? [[STANDINGS[status]] as const] : []),
    ...(profile === undefined ? [] : [['profile = ?', profile] as const]),
    ...(name === undefined ? [] : [namedCondition(name)]),
    ...(requester === undefined
      ? []
      : [[REQUESTED, containing(requester), containing(requester)] as const]),
    ...(endsFrom ? [['certificate.not_after >= ?', seconds(endsFrom)] as const] : []),
    ...(endsUntil ? [['certificate.not_after <= ?', seconds(endsUntil)] as const] : []),
    ...(since ? [['certificate.at >= ?', seconds(since)] as const] : []),
    ...(until ? [['certificate.at < ?', seconds(until)] as const] : []),
  ];
}

function namedCondition(name: string): Condition {
  const pattern = [containing(name), '\\'] as const;
  return [`certificate.id IN (${NAMED_SQL})`, ...pattern, ...pattern];
}

const containing = (text: string): string => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;

/** A row of COLUMNS. */
function listed(values: Values): ListedCertificate {
  const [serial, status, profile, subject, notBefore, notAfter, why, revokedAt, invalidity, names] =
    values;
  const reason = reasonOf(why);
  const invalidityDate = optionalDate(invalidity ?? null);
  return {
    serial: String(serial),
    status: statusIn(status),
    profile: String(profile),
    subject: String(subject),
    notBefore: date(notBefore),
    notAfter: date(notAfter),
    revocation: reason && { at: date(revokedAt), reason, invalidityDate },
    ...(typeof names === 'string' && { names: parseNames(names) }),
  };
}
