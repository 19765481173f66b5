import { timeText } from '../der/time.ts';
import { type ListedCertificate, listedName } from '../store/search.ts';
import { generalNameText } from '../x509/general-names.ts';
import { printable } from './printable.ts';
import { revocationFields, statusOf } from './revocation/describe-revocation.ts';

/** How rows of certificates are written, without knowing how many there will be. */
export interface ListFormat {
  readonly head: string;
  /** Text of a row, and of what is between it and the one before. */
  readonly row: (certificate: ListedCertificate, isFirst: boolean) => string;
  readonly foot: (isEmpty: boolean) => string;
  /** Of which certificates alternative names are shown, and have to be asked for. */
  readonly withNames: 'all' | 'nameless';
}

/** One a line, in columns. */
export const TEXT: ListFormat = {
  head: '',
  row(certificate) {
    const { serial, profile, notAfter } = certificate;
    const status = statusOf(certificate).padEnd('revoked'.length);
    const columns = [serial.padStart(40), status, timeText(notAfter), profile.padEnd(12)];
    return `${columns.join('  ')}  ${listedName(certificate)}\n`;
  },
  foot: () => '',
  withNames: 'nameless',
};

export const JSON_LINES: ListFormat = {
  head: '[',
  row: (certificate, isFirst) =>
    `${isFirst ? '' : ','}\n  ${JSON.stringify({ ...fieldsOf(certificate), names: namesOf(certificate) })}`,
  foot: (isEmpty) => (isEmpty ? ']\n' : '\n]\n'),
  withNames: 'all',
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
  'names',
] as const;

/** RFC 4180, with a line of names. */
export const CSV: ListFormat = {
  head: csvLine(CSV_COLUMNS),
  row(certificate) {
    const names = namesOf(certificate).map((name) => name.replaceAll(';', '\\x3b')); // it separates them
    const fields = { ...fieldsOf(certificate), names: names.join('; ') };
    return csvLine(CSV_COLUMNS.map((name) => fields[name] ?? ''));
  },
  foot: () => '',
  withNames: 'all',
};

const namesOf = ({ names = [] }: ListedCertificate): readonly string[] =>
  names.map((name) => printable(generalNameText(name)));

function fieldsOf(
  certificate: ListedCertificate,
): Readonly<Partial<Record<Exclude<(typeof CSV_COLUMNS)[number], 'names'>, string>>> {
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
