import { PkiError } from '../errors.ts';
import type {
  ClassicalAlgorithm,
  CompositeAlgorithm,
  KeyAlgorithm,
  MlDsaAlgorithm,
  SignatureAlgorithm,
  SingleAlgorithm,
  TokenAlgorithm,
} from './algorithm.ts';
import { CLASSICAL_ROWS } from './classical-rows.ts';
import { COMPOSITE_ROWS } from './composite-rows.ts';
import { ML_DSA_ROWS, ML_KEM_ROWS, SLH_DSA_ROWS } from './post-quantum-rows.ts';

/** Algorithms that sign with one key. */
export const SINGLE_ALGORITHMS: readonly SingleAlgorithm[] = [
  ...CLASSICAL_ROWS,
  ...ML_DSA_ROWS,
  ...SLH_DSA_ROWS,
];

/** Algorithms that sign. */
export const ALGORITHMS: readonly SignatureAlgorithm[] = [...SINGLE_ALGORITHMS, ...COMPOSITE_ROWS];

/** The only list of algorithms: lookups, help texts, tests and docs are made from these rows. */
export const KEY_ALGORITHMS: readonly KeyAlgorithm[] = [...ALGORITHMS, ...ML_KEM_ROWS];

/** Algorithms of keys that a token can hold; a composite is two of them. */
export const TOKEN_ALGORITHMS: readonly TokenAlgorithm[] = [...CLASSICAL_ROWS, ...ML_DSA_ROWS];

export const isTokenAlgorithm = (row: KeyAlgorithm): row is TokenAlgorithm =>
  (TOKEN_ALGORITHMS as readonly KeyAlgorithm[]).includes(row);

/** Looks a name up in `rows`, whatever its case; a miss lists what there is. */
function named<Row extends KeyAlgorithm>(rows: readonly Row[], name: string): Row {
  const found = rows.find((row) => row.name.toLowerCase() === name.toLowerCase());
  if (found) return found;
  const known = KEY_ALGORITHMS.find((row) => row.name.toLowerCase() === name.toLowerCase());
  const problem = known ? `${known.name} cannot be used here` : `unknown algorithm "${name}"`;
  throw new PkiError('USAGE', problem, { hints: [namesOf(rows)] });
}

/** More than that is no help in an error message. */
const MANY = 20;

function namesOf(rows: readonly KeyAlgorithm[]): string {
  const few = rows.length <= MANY;
  const names = (few ? rows : TOKEN_ALGORITHMS).map((row) => row.name).join(', ');
  return `use one of: ${names}${few ? '' : ', or another one that "pki algorithms" lists'}`;
}

export const algorithmNamed = (name: string): SignatureAlgorithm => named(ALGORITHMS, name);

export const keyAlgorithmNamed = (name: string): KeyAlgorithm => named(KEY_ALGORITHMS, name);

export const tokenAlgorithmNamed = (name: string): TokenAlgorithm => named(TOKEN_ALGORITHMS, name);

export const mlDsaNamed = (name: string): MlDsaAlgorithm => named(ML_DSA_ROWS, name);

/** The composite of the two, if the draft has it. */
export function compositeOf(
  classical: ClassicalAlgorithm,
  mlDsaHalf: MlDsaAlgorithm,
): CompositeAlgorithm {
  const found = COMPOSITE_ROWS.find(
    (row) => row.classical.name === classical.name && row.mlDsa.name === mlDsaHalf.name,
  );
  if (found) return found;
  const pairs = COMPOSITE_ROWS.map((row) => `${row.classical.name} with ${row.mlDsa.name}`);
  throw new PkiError('USAGE', `there is no composite of ${classical.name} with ${mlDsaHalf.name}`, {
    hints: [`the composites are: ${pairs.join(', ')}`],
  });
}
