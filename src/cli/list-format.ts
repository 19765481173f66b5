import { timeText } from '../der/time.ts';
import type { ListedCertificate } from '../store/search.ts';
import { revocationFields, statusOf } from './describe-revocation.ts';

/** How rows of certificates are written, without knowing how many there will be. */
export interface ListFormat {
  readonly head: string;
  /** Text of a row, and of what is between it and the one before. */
  readonly row: (certificate: ListedCertificate, isFirst: boolean) => string;
  readonly foot: (isEmpty: boolean) => string;
}

/** One a line, in columns. */
export const TEXT: ListFormat = {
  head: '',
  row(certificate) {
    const { serial, profile, notAfter, subject } = certificate;
    const status = statusOf(certificate).padEnd('revoked'.length);
    const columns = [serial.padStart(40), status, timeText(notAfter), profile.padEnd(12)];
    return `${columns.join('  ')}  ${subject}\n`;
  },
  foot: () => '',
};

export const JSON_LINES: ListFormat = {
  head: '[',
  row: (certificate, isFirst) =>
    `${isFirst ? '' : ','}\n  ${JSON.stringify(fieldsOf(certificate))}`,
  foot: (isEmpty) => (isEmpty ? ']\n' : '\n]\n'),
};

const CSV_COLUMNS = [
  'serial',
  'status',
  'profile',
  'subject',
  'notBefore',
  'notAfter',
  'revokedAt',
  'reason',
  'invalidityDate',
] as const;

/** RFC 4180, with a line of names. */
export const CSV: ListFormat = {
  head: csvLine(CSV_COLUMNS),
  row(certificate) {
    const fields = fieldsOf(certificate);
    return csvLine(CSV_COLUMNS.map((name) => fields[name] ?? ''));
  },
  foot: () => '',
};

function fieldsOf(
  certificate: ListedCertificate,
): Readonly<Partial<Record<(typeof CSV_COLUMNS)[number], string>>> {
  const { serial, profile, subject, notBefore, notAfter, revocation } = certificate;
  const status = statusOf(certificate);
  const times = { notBefore: timeText(notBefore), notAfter: timeText(notAfter) };
  return { serial, status, profile, subject, ...times, ...revocationFields(revocation) };
}

function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** Subjects are other people's text: what a spreadsheet would compute gets an apostrophe in front. */
function csvCell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
