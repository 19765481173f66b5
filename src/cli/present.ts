import { describeKey } from '../algorithms/spki.ts';
import { sha256Text } from '../der/sha256.ts';
import { timeText } from '../der/time.ts';
import { type Certificate, serialText } from '../x509/certificate.ts';
import { nameText, parseName } from '../x509/names.ts';

/** Label and value, one a line, the values aligned. */
export function table(rows: readonly (readonly [label: string, value: string])[]): string {
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}\n`).join('');
}

/** Rows of texts, one a line; the columns are aligned, two blanks between them. */
export function columns(rows: readonly (readonly string[])[]): string {
  const width = (index: number) => Math.max(...rows.map((row) => row[index]?.length ?? 0));
  return rows
    .map((row) => `${row.map((text, index) => text.padEnd(width(index))).join('  ')}`.trimEnd())
    .map((line) => `${line}\n`)
    .join('');
}

/** JSON as people can read it too, with a line feed at the end. */
export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** What every command tells of a certificate that it made or found. */
export interface CertificateSummary {
  readonly serial: string;
  readonly subject: string;
  readonly issuer: string;
  /** ISO 8601, Zulu. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly key: string;
  /** SHA-256 over the certificate, hexadecimal. */
  readonly fingerprint: string;
}

export function certificateSummary({ tbs, der }: Certificate): CertificateSummary {
  return {
    serial: serialText(tbs.serialNumber),
    subject: nameText(parseName(tbs.subject)),
    issuer: nameText(parseName(tbs.issuer)),
    notBefore: timeText(tbs.notBefore),
    notAfter: timeText(tbs.notAfter),
    key: describeKey(tbs.publicKey),
    fingerprint: sha256Text(der),
  };
}
