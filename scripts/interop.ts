/**
 * interop [WORD...]: makes CAs with every algorithm and hybrid scheme, with their keys in files and in
 * SoftHSM2, and prints who else can verify what they issue. Words choose rows by their names. All of
 * it takes about 3 minutes. The last line counts; the exit status is 1 if a cell is not as expected.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectedVerdict } from '../test/interop/expected.ts';
import { JUDGES } from '../test/interop/judges.ts';
import { Laboratory } from '../test/interop/laboratory.ts';
import { cellName, fillMatrix, matrixText } from '../test/interop/matrix.ts';
import { ROWS } from '../test/interop/rows.ts';

const directory = mkdtempSync(join(tmpdir(), 'pki interop '));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));

const words = process.argv.slice(2);
const rows = ROWS.filter(({ name }) => words.every((word) => name.includes(word)));
if (rows.length === 0) throw new Error('there is no such row');
const matrix = await fillMatrix(new Laboratory(directory), rows, JUDGES, ({ name }) =>
  console.error(`made ${name}`),
);
let wrong = 0;
for (const row of rows) {
  for (const judge of JUDGES) {
    const [cell, expected] = [matrix.get(cellName(row, judge)), expectedVerdict(row, judge)];
    if (!cell || cell.verdict === expected) continue;
    wrong += 1;
    console.error(`${cellName(row, judge)}: ${cell.verdict}, expected: ${expected}`);
    console.error(cell.because);
  }
}
console.log(matrixText(matrix, rows, JUDGES));
console.log(`\n${matrix.size} cells, ${wrong} not as expected`);
process.exitCode = wrong > 0 ? 1 : 0;
