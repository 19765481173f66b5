import { type Cell, MISHAPS, type Variant } from './cells.ts';
import type { Result } from './laboratory.ts';

const LEGEND = `
c  one recorded, verifying certificate
r  the same, after pki got the token back or did it in another way
e  a clear error, nothing issued, nothing left behind
W  wrong
.  not tried: only what is typical happens to calls after the first

"first" is the first call of a function, "lost" the same when the module does its work and the
answer does not arrive, "#3" the third call, and "every" all of them.`;

/** Letters of the columns. */
const SIGNS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The matrix as text: a row for each call, a column for each mishap. */
export function matrixText(results: ReadonlyMap<Cell, Result>): string {
  const rows = new Map<string, string[]>();
  for (const [{ operation, call, variant, mishap }, { letter }] of results) {
    const title = `${operation.padEnd(17)}${call.padEnd(20)}${variantName(variant).padEnd(10)}`;
    const row = rows.get(title) ?? MISHAPS.map(() => '.');
    row[MISHAPS.findIndex(({ name }) => name === mishap.name)] = letter;
    rows.set(title, row);
  }
  return [
    ...MISHAPS.map(({ name }, index) => `${SIGNS[index]}  ${name}`),
    '',
    ' '.repeat(47) + SIGNS.slice(0, MISHAPS.length),
    ...[...rows].map(([title, letters]) => title + letters.join('')),
    LEGEND,
  ].join('\n');
}

function variantName(variant: Variant): string {
  switch (variant.kind) {
    case 'later':
      return `#${variant.skip + 1}`;
    case 'later-lost':
      return `#${variant.skip + 1} lost`;
    default:
      return variant.kind;
  }
}

/** The name of a cell, for people. */
export const cellName = ({ operation, call, variant, mishap }: Cell): string =>
  `${operation}: ${mishap.name} at ${call} (${variantName(variant)})`;

/** What is wrong in a cell, and what is needed to see why. */
export const wrongText = (cell: Cell, { problems, stderr, log }: Result): string =>
  [
    `${cellName(cell)}: ${problems.join('; ')}`,
    ...stderr.split('\n').slice(0, -1),
    log.map((line) => line.replace(/ 0x0$/, '')).join(', '),
  ].join('\n    ');
