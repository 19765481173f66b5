import { describe, expect, it } from 'vitest';
import { ALGORITHMS } from '../../src/algorithms/registry.ts';
import { expectedVerdict } from './expected.ts';
import { JUDGES } from './judges.ts';
import { verdict } from './matrix.ts';
import { ROWS, type Row } from './rows.ts';

describe('the matrix', () => {
  it('has rows for each algorithm, with the keys in files and the classical one in a token', () => {
    const kinds = (groups: readonly Row['group'][]) =>
      ROWS.filter(({ group }) => groups.includes(group)).map(({ kind }) => kind);
    const hybrid = (kind: string) => kind.startsWith('catalyst ');
    const files = kinds(['files', 'slh-dsa']).filter((kind) => !hybrid(kind));
    expect(files.toSorted()).toEqual(ALGORITHMS.map(({ name }) => name).toSorted());
    const inTokens = ALGORITHMS.filter(({ family }) => /^(classical|composite)$/.test(family));
    const token = kinds(['token']).filter((kind) => !hybrid(kind));
    expect(token.toSorted()).toEqual(inTokens.map(({ name }) => name).toSorted());
    expect(kinds(['files', 'token']).filter(hybrid)).toHaveLength(6);
  });

  it.each(ROWS)('expects that somebody verifies $name in full', (row) => {
    expect(JUDGES.map((judge) => expectedVerdict(row, judge))).toContain('verifies');
  });
});

describe('the verdict of a judge', () => {
  const single = { ca: 'ca', leaf: 'leaf', forgeries: ['forged 1', 'forged 2'] };
  const own = { ...single, ownKind: 'own' };
  const catalyst = { ...single, classicalForgery: 'classical' };

  it.each([
    ['verifies', single, ['ca', 'leaf']],
    ['verifies', own, ['ca', 'leaf', 'own']],
    ['verifies', catalyst, ['ca', 'leaf']],
    ['classical', catalyst, ['ca', 'leaf', 'classical']],
    ['CA only', own, ['ca', 'leaf']],
    ['no', own, []],
    ['WRONG', single, ['ca']],
    ['WRONG', single, ['leaf']],
    ['WRONG', own, ['own']],
    ['WRONG', single, ['ca', 'leaf', 'forged 1']],
    ['WRONG', catalyst, ['ca', 'leaf', 'classical', 'forged 2']],
  ] as const)('is "%s" of %o if it accepts %o', (expected, specimens, accepted) => {
    const answers = (certificate: string | undefined) =>
      certificate === undefined
        ? undefined
        : { accepted: (accepted as readonly string[]).includes(certificate), output: certificate };
    expect(verdict(specimens, answers).verdict).toBe(expected);
  });
});
