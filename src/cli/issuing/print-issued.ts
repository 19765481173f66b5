import { subjectText } from '../../x509/alternative-names.ts';
import type { CliContext } from '../context.ts';
import { certificateSummary, json, table } from '../present.ts';
import { printable } from '../printable.ts';
import type { IssuedCertificate } from './issue-job.ts';
import type { OutputOptions } from './issue-outputs.ts';

/** How a command tells what it did. */
export interface Wording {
  /** `issued`, before the subject. */
  readonly done: string;
  /** What else there is to tell: lines for people, by their labels, and fields of JSON. */
  readonly rows?: readonly (readonly [label: string, value: string])[];
  readonly fields?: (issued: IssuedCertificate) => Readonly<Record<string, unknown>>;
}

/** Prints a certificate that was issued: where it is, or itself. */
export function printIssued(
  context: CliContext,
  options: OutputOptions & { readonly json?: boolean },
  issued: IssuedCertificate,
  { done, rows = [], fields }: Wording,
): void {
  const { certificate, pem, chain, notes } = issued;
  for (const note of notes) context.note(`pki: note: ${printable(note)}`);
  const summary = certificateSummary(certificate);
  const whom = subjectText(certificate.tbs.subject, certificate.tbs.extensions);
  const { out, keyOut, p12Out } = options;
  const files = {
    ...(out !== '-' && { file: out }),
    ...(keyOut !== undefined && { keyFile: keyOut }),
    ...(p12Out !== undefined && { p12File: p12Out }),
  };
  const chained = options.fullChain && { chain };
  const told = { ...summary, ...fields?.(issued), ...files, certificate: pem, ...chained };
  const lines = () =>
    table([
      ['certificate', out],
      ...(keyOut === undefined ? [] : [['key', keyOut] as const]),
      ...(p12Out === undefined ? [] : [['PKCS #12', p12Out] as const]),
      ['valid until', summary.notAfter],
      ['serial', summary.serial],
      ['SHA-256', summary.fingerprint],
      ...rows,
    ]);
  if (options.json) context.print(json(told));
  else context.print(out === '-' ? pem + chain : `${done} ${whom}\n${lines()}`);
}
