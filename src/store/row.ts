import type { SQLOutputValue } from 'node:sqlite';
import type { CertificateRecord, CertificateStatus, Revocation } from '../ca/store.ts';
import { PkiError } from '../errors.ts';
import { isRevocationReason, type RevocationReason } from '../x509/crl-reason.ts';

export type Row = Readonly<Record<string, SQLOutputValue>>;

/** The values of a row, in the order of its columns. */
export type Values = readonly SQLOutputValue[];

/** A row of `certificate`, beside that of `revocation` if there is one. */
export function certificateRecord(row: Row): CertificateRecord {
  const text = (column: string) => String(row[column]);
  return {
    serial: text('serial'),
    status: statusIn(row['status']),
    profile: text('profile'),
    subject: text('subject'),
    notBefore: date(row['not_before']),
    notAfter: date(row['not_after']),
    tbsHash: octets(row['tbs_sha256']),
    at: date(row['at']),
    der: row['der'] === null ? undefined : octets(row['der']),
    revocation: revocationOf(row),
  };
}

export function statusIn(value: SQLOutputValue | undefined): CertificateStatus {
  if (value === 'intent' || value === 'issued' || value === 'failed') return value;
  throw wrongType();
}

function revocationOf(row: Row): Revocation | undefined {
  const reason = reasonOf(row['reason']);
  if (reason === undefined) return undefined;
  const [at, invalidityDate] = [date(row['revoked_at']), optionalDate(row['invalidity_date'])];
  return { at, reason, invalidityDate };
}

/** Undefined for a certificate that is not revoked, and after a hold. */
export function reasonOf(reason: SQLOutputValue = null): RevocationReason | undefined {
  if (reason === null) return undefined;
  if (typeof reason !== 'string' || !isRevocationReason(reason)) throw wrongType();
  return reason;
}

export function octets(value: SQLOutputValue | undefined): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw wrongType();
}

const wrongType = (): PkiError =>
  new PkiError('INTEGRITY', 'the store holds a value of a wrong type');

/** Of whole seconds since 1970. */
export function date(value: SQLOutputValue | undefined): Date {
  const at = new Date(typeof value === 'number' ? value * 1000 : Number.NaN);
  if (Number.isNaN(at.getTime())) throw wrongType();
  return at;
}

/** Of an audit entry, ISO 8601. */
export function instant(value: SQLOutputValue | undefined): Date {
  const at = new Date(String(value));
  if (Number.isNaN(at.getTime())) throw wrongType();
  return at;
}

/** A serial number as serialText() gives it: of 20 octets at most, and none of them in vain. */
export function serial(value: SQLOutputValue | undefined): string {
  if (typeof value === 'string' && /^(?!00)(?:[0-9a-f]{2}){1,20}$/.test(value)) return value;
  throw wrongType();
}

/** The last second of the year 9999, beyond which X.509 has no times. Seconds since 1970. */
const LAST_SECOND = 253_402_300_799;

/** Whole seconds since 1970, of a time that can be in what is signed. */
export function secondsIn(value: SQLOutputValue | undefined): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LAST_SECOND) {
    return value;
  }
  throw wrongType();
}

/** A number of up to 20 octets, which the store has in decimal. */
export function bigNumber(value: SQLOutputValue | undefined): bigint {
  if (typeof value === 'string' && /^\d{1,49}$/.test(value)) return BigInt(value);
  throw wrongType();
}

export const optionalDate = (value: SQLOutputValue | undefined): Date | undefined =>
  value === null ? undefined : date(value);

export const seconds = (at: Date): number => Math.floor(at.getTime() / 1000);

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
