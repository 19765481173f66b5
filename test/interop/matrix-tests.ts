import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temporary.ts';
import { expectedVerdict } from './expected.ts';
import { JUDGES } from './judges.ts';
import { Laboratory, missingFor } from './laboratory.ts';
import { cellName, fillMatrix, type Matrix } from './matrix.ts';
import { ROWS, type Row } from './rows.ts';

/** Tests of one group of rows: each cell has to say what is expected, no less and no more. */
export function testMatrix(group: Row['group']): void {
  const laboratory = new Laboratory(temporaryDirectory());
  const rows = ROWS.filter((row) => row.group === group);
  let matrix: Matrix = new Map();

  beforeAll(async () => {
    matrix = await fillMatrix(laboratory, rows, JUDGES);
  }, 900_000);

  describe.each(rows)('certificates of the CA $name', (row) => {
    for (const judge of JUDGES) {
      const missing = judge.missing ?? missingFor(row);
      const expected = expectedVerdict(row, judge);
      it.skipIf(missing)(`${judge.name}: ${missing ?? expected}`, () => {
        const cell = matrix.get(cellName(row, judge));
        expect(cell?.verdict, cell?.because).toBe(expected);
      });
    }
  });
}
