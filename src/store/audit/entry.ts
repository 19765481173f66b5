import { createHash } from 'node:crypto';
import type { Act, UsedKey } from '../../ca/audit.ts';
import { timeText, wholeSeconds } from '../../der/time.ts';
import { PkiError } from '../../errors.ts';
import { hex } from '../row.ts';

/** What the hash of an entry covers, after that of the entry before it; in this order. */
export interface AuditFields {
  /** ISO 8601, Zulu, with milliseconds. */
  readonly at: string;
  readonly event: string;
  /** Serial number of a certificate, hexadecimal, or number of a CRL, decimal; or empty. */
  readonly serial: string;
  /** JSON; in entries that were made before version 3 of the store, a text. */
  readonly detail: string;
}

/** What is recorded of an event; texts, lists of texts, and objects of these. */
export type AuditFacts = Readonly<Record<string, unknown>>;

/** Raised when a field changes its meaning; new fields do not need it. */
const DETAIL_VERSION = 1;

const DETAIL_START = /^\{"v":1[,}]/;

/** The hash before the first entry. */
export const NO_HASH: Uint8Array = new Uint8Array(32);

/** SHA-256 over the hash of the entry before, and the fields as a JSON array in UTF-8. */
export const entryHash = (
  previous: Uint8Array,
  { at, event, serial, detail }: AuditFields,
): Uint8Array =>
  createHash('sha256')
    .update(previous)
    .update(JSON.stringify([at, event, serial, detail]))
    .digest();

/** The facts and who is behind them, without a character that a JSON encoder may write otherwise. */
export function entryDetail(facts: AuditFacts, act: Act | undefined): string {
  const { reason, ...by } = act ?? {};
  const why = reason === undefined ? {} : { reason };
  const detail = { v: DETAIL_VERSION, ...(act && { by }), ...facts, ...why };
  return JSON.stringify(detail).replaceAll('\x7f', String.raw`\u007f`);
}

/** Whether it was made before version 3 of the store, when an entry told less. */
export const isOlder = (detail: string): boolean => !DETAIL_START.test(detail);

/** Reads the facts of an entry of any version; throws INTEGRITY for what is none. */
export function factsOf({ event, detail }: Pick<AuditFields, 'event' | 'detail'>): AuditFacts {
  if (isOlder(detail)) return olderFacts(event, detail);
  const { v, ...facts } = parsed(detail);
  if (isDeeper(facts, DEEPEST)) {
    throw new PkiError('INTEGRITY', 'an entry of the audit trail is nested too deeply');
  }
  return facts;
}

/** A fact in one line, whatever somebody has made of it. */
export const factText = (fact: unknown): string =>
  typeof fact === 'string'
    ? fact
    : Array.isArray(fact)
      ? fact.map(factText).join(' ')
      : JSON.stringify(fact ?? null);

function parsed(detail: string): AuditFacts {
  try {
    return JSON.parse(detail);
  } catch (error) {
    throw new PkiError('INTEGRITY', 'an entry of the audit trail is no JSON', { cause: error });
  }
}

/** Ours have the places of each of the keys. */
const DEEPEST = 8;

const isDeeper = (value: unknown, most: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (most === 0 || Object.values(value).some((inside) => isDeeper(inside, most - 1)));

/** Before version 3 of the store, an entry told what cannot be looked up. */
function olderFacts(event: string, detail: string): AuditFacts {
  const [first = '', second, third] = detail.split(' ');
  switch (event) {
    case 'intent':
      return { profile: first, tbsSha256: second };
    case 'crl-intent':
      return { tbsSha256: first };
    case 'issued':
      return { certificateSha256: first };
    case 'crl-issued':
      return { crlSha256: first };
    case 'revoked':
      return { revocation: first, since: second, ...(third && { invalidityDate: third }) };
    case 'failed':
    case 'crl-failed':
      return { error: detail };
    default:
      return {};
  }
}

/** A time as the columns of the store have it too: whole seconds. */
export const timeFact = (at: Date): string => timeText(wholeSeconds(at));

/** Keys as entries have them. */
export const keyFacts = (keys: readonly UsedKey[] = []): AuditFacts =>
  keys.length === 0
    ? {}
    : {
        keys: keys.map(({ algorithm, publicKeyHash, places }) => ({
          algorithm,
          publicKeySha256: hex(publicKeyHash),
          places,
        })),
      };
