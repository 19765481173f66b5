import { ALGORITHMS } from '../src/algorithms/registry.ts';
import { expectedVerdict } from '../test/interop/expected.ts';
import { JUDGES } from '../test/interop/judges.ts';
import type { Verdict } from '../test/interop/matrix.ts';
import { ROWS, type Row } from '../test/interop/rows.ts';

/** In words that need no legend; WRONG is never expected. */
const VERDICTS: Readonly<Record<Verdict, string>> = {
  verifies: 'yes',
  classical: 'the classical half',
  'CA only': 'CA, but no such server keys',
  no: 'no',
  WRONG: 'WRONG',
};

/** More names than these are told by what they have in common. */
const MANY = 10;

const FAMILIES: Readonly<Record<string, string>> = {
  'slh-dsa': 'sets of SLH-DSA',
  composite: 'composites',
};

/** What each verifier makes of each kind of CA: rows that are alike in one. */
export function verifierTable(): readonly (readonly string[])[] {
  const rows = ROWS.filter(({ group }) => group !== 'token'); // the same, wherever the keys are
  const alike = Map.groupBy(rows, (row) => [familyOf(row), ...verdictsOf(row)].join('\n'));
  return [
    ['signed with', ...JUDGES.map(({ name }) => name)],
    ...[...alike.values()].flatMap((group) => {
      const [first] = group;
      return first ? [[label(group, familyOf(first)), ...verdictsOf(first)]] : [];
    }),
  ];
}

const familyOf = ({ kind }: Row): string =>
  ALGORITHMS.find(({ name }) => name === kind)?.family ?? 'catalyst';

const verdictsOf = (row: Row): readonly string[] =>
  JUDGES.map((judge) => VERDICTS[expectedVerdict(row, judge)]);

function label(group: readonly Row[], family: string): string {
  if (family === 'catalyst') return 'Catalyst';
  if (group.length >= MANY) return `the ${group.length} ${FAMILIES[family] ?? family}`;
  return group.map(({ name }) => name).join(', ');
}
