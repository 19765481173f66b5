import { expect, it } from 'vitest';
import { noProxy } from '../support/pkcs11-proxy/build.ts';
import { noSoftHsm } from '../support/softhsm.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { type Cell, cellsOf, OPERATIONS } from './cells.ts';
import { Laboratory } from './laboratory.ts';
import { wrongText } from './matrix.ts';

// The whole matrix takes about 20 minutes: npm run faults. Here: one cell of each row, the
// columns in turn, for the first call of each function.

const missing = noSoftHsm() ?? noProxy();

const laboratory = missing ? undefined : await Laboratory.open(temporaryDirectory());

/** Coprime to the number of columns, so that all of them are met. */
const STRIDE = 7;

/** One cell of each row; those that hang are tested elsewhere, since they take a second each. */
function slice(cells: readonly Cell[]): readonly Cell[] {
  const quick = cells.filter(({ mishap }) => !['hang', 'CKR_SESSION_COUNT'].includes(mishap.name));
  const rows = Map.groupBy(quick, ({ call, variant }) => `${call} ${JSON.stringify(variant)}`);
  return [...rows.values()]
    .filter(([cell]) => cell && !cell.variant.kind.startsWith('later'))
    .flatMap((row, index) => row.slice((index * STRIDE) % row.length).slice(0, 1));
}

it.skipIf(missing).each(OPERATIONS)(
  `whatever goes wrong in %s, there is one certificate, or nothing${missing ? ` (${missing})` : ''}`,
  async (operation) => {
    if (!laboratory) throw new Error(missing);
    const wrong: string[] = [];
    for (const cell of slice(cellsOf(operation, await laboratory.plainLog(operation)))) {
      const result = await laboratory.run(cell);
      if (result.letter === 'W') wrong.push(wrongText(cell, result));
    }
    expect(wrong).toEqual([]);
  },
  120_000,
);
