import type { EnvelopeRule, LintRule } from './rule.ts';
import { CERTIFICATE_RULES, LINT_RULES, REQUEST_RULES } from './rules.ts';
import { ANY_CRL_RULES, CRL_RULES } from './rules-crl.ts';
import { ENCODING_RULES } from './rules-encoding.ts';
import { ENVELOPE_RULES, SIGNATURE_RULES } from './rules-envelope.ts';
import { OCSP_RULES } from './rules-ocsp.ts';
import { ATTRIBUTE_RULES } from './rules-request.ts';

/** What a row says of itself. */
export type LintRow = Omit<LintRule<never>, 'check'> & Pick<EnvelopeRule, 'kinds'>;

export interface LintTable {
  readonly name: string;
  readonly rows: readonly LintRow[];
}

/** Those of the first that are in none of the others, by their identifiers. */
const but = (rows: readonly LintRow[], ...others: readonly (readonly LintRow[])[]) => {
  const ids = new Set(others.flat().map(({ id }) => id));
  return rows.filter(({ id }) => !ids.has(id));
};

const SIGNED_ROWS: readonly LintRow[] = [...ENVELOPE_RULES, ...SIGNATURE_RULES];

/** Every row there is, by what it is about; docs are made from these. */
export const LINT_TABLES: readonly LintTable[] = [
  { name: 'encoding', rows: ENCODING_RULES },
  { name: 'envelope', rows: SIGNED_ROWS },
  { name: 'attributes', rows: ATTRIBUTE_RULES },
  { name: 'request', rows: REQUEST_RULES },
  { name: 'certificate', rows: but(CERTIFICATE_RULES, REQUEST_RULES) },
  { name: 'crl', rows: but(ANY_CRL_RULES, CERTIFICATE_RULES) },
  {
    name: 'issuing',
    rows: [...but(LINT_RULES, CERTIFICATE_RULES), ...but(CRL_RULES, ANY_CRL_RULES, LINT_RULES)],
  },
  { name: 'ocsp', rows: OCSP_RULES },
];

/** What a row is asked of. */
type RowSubject = 'certificate' | 'CRL' | 'request' | 'OCSP response';

const OF_ALL: readonly LintRow[] = [...ENCODING_RULES, ...SIGNED_ROWS];

const ROWS_OF: Readonly<Record<RowSubject, readonly LintRow[]>> = {
  certificate: [...OF_ALL, ...LINT_RULES],
  CRL: [...OF_ALL, ...CRL_RULES],
  request: [...OF_ALL, ...ATTRIBUTE_RULES, ...REQUEST_RULES],
  'OCSP response': OCSP_RULES,
};

/** What a row is asked of, for people. */
export const subjectsOf = ({ id, kinds }: LintRow): readonly RowSubject[] =>
  (Object.keys(ROWS_OF) as RowSubject[])
    .filter((subject) => ROWS_OF[subject].some((row) => row.id === id))
    .filter((subject) => kinds?.some((kind) => kind === subject.toLowerCase()) ?? true);
