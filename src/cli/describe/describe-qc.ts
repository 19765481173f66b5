import { parseQcStatements, QC_STATEMENT_OIDS } from '../../x509/qc-statements.ts';
import { printable } from '../printable.ts';

/** What qcStatements says, a statement a line; of those that nobody here knows the OID. */
export function qcLines(value: Uint8Array): readonly string[] {
  const { oids, ...said } = parseQcStatements(value);
  const { limit } = said;
  const rows: readonly (readonly string[])[] = [
    said.compliance ? ['qualified'] : [],
    limit
      ? [`transactions up to ${limit.amount} × 10^${limit.exponent} ${printable(limit.currency)}`]
      : [],
    said.retentionYears === undefined ? [] : [`records kept for ${said.retentionYears} years`],
    said.sscd ? ['key in a qualified device'] : [],
    (said.disclosures ?? []).map(
      ({ language, url }) => `disclosure statement (${printable(language)}): ${printable(url)}`,
    ),
    (said.types ?? []).map((type) => `type: ${type}`),
    (said.legislation ?? []).map((country) => `by the law of: ${printable(country)}`),
    oids.filter((oid) => !QC_STATEMENT_OIDS.includes(oid)).map((oid) => `statement ${oid}`),
  ];
  return rows.flat();
}
