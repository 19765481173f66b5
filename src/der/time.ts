import { DerError, type Tlv } from './reader.ts';
import { type Der, TAG, tlv } from './writer.ts';

/** Of 86,400 seconds, as validity is counted. Milliseconds. */
export const DAY = 86_400_000;

/**
 * `Time` of RFC 5280 §4.1.2.5: UTCTime until the end of 2049, GeneralizedTime from 2050 on, always
 * in Zulu, whole seconds.
 */
export function time(date: Date): Der {
  const year = date.getUTCFullYear();
  return year >= 1950 && year < 2050
    ? tlv(TAG.utcTime, zulu(date, [year % 100]))
    : generalizedTime(date);
}

/** GeneralizedTime whatever the year, as invalidityDate has it (RFC 5280 §5.3.2). */
export function generalizedTime(date: Date): Der {
  const year = date.getUTCFullYear();
  return tlv(TAG.generalizedTime, zulu(date, [Math.floor(year / 100), year % 100]));
}

/** The digits of year, month, day, hour, minute, second; by numbers, since a CRL has a million. */
function zulu(date: Date, year: readonly number[]): Uint8Array {
  const monthAndDay = [date.getUTCMonth() + 1, date.getUTCDate()];
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()];
  const octets: number[] = [];
  for (const pair of [...year, ...monthAndDay, ...clock]) {
    octets.push(0x30 + Math.floor(pair / 10), 0x30 + (pair % 10));
  }
  octets.push(0x5a); // Z
  return Uint8Array.from(octets);
}

/** Without the fraction, which times in X.509 do not have (RFC 5280 §4.1.2.5). */
export const wholeSeconds = (date: Date): Date =>
  new Date(Math.floor(date.getTime() / 1000) * 1000);

const UTC_TIME = /^\d{12}Z$/;
const GENERALIZED_TIME = /^\d{14}Z$/;

/** Reads a `Time`; the forms that RFC 5280 forbids (offsets, fractions, no seconds) are refused. */
export function timeValue({ tag, contents }: Tlv): Date {
  const text = Buffer.from(contents).toString('latin1');
  const date = dateOf(fourDigitYear(tag, text), text);
  if (time(date)[0] !== tag) {
    throw new DerError('a time has the wrong type for its year');
  }
  return date;
}

/** Reads a GeneralizedTime of any year, in the form that RFC 5280 §4.1.2.5.2 wants. */
export function generalizedTimeValue({ tag, contents }: Tlv): Date {
  const text = Buffer.from(contents).toString('latin1');
  if (tag !== TAG.generalizedTime) throw new DerError('a time is no GeneralizedTime');
  return dateOf(fourDigitYear(tag, text), text);
}

function dateOf(digits: string, text: string): Date {
  const [year, month, day, hour, minute, second] = [0, 4, 6, 8, 10, 12].map((start, index) =>
    digits.slice(start, start + (index === 0 ? 4 : 2)),
  );
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const date = new Date(iso);
  if (Number.isNaN(date.getTime()) || date.toISOString() !== iso) {
    throw new DerError(`no such time: ${text}`);
  }
  return date;
}

function fourDigitYear(tag: number, text: string): string {
  if (tag === TAG.utcTime && UTC_TIME.test(text)) return (text < '50' ? '20' : '19') + text;
  if (tag === TAG.generalizedTime && GENERALIZED_TIME.test(text)) return text;
  throw new DerError('a time is not in the form that RFC 5280 section 4.1.2.5 wants');
}

/** A time of a certificate for people, in ISO 8601; it has no fractions of a second. */
export const timeText = (date: Date): string => date.toISOString().replace('.000Z', 'Z');
