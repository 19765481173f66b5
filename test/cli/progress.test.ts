import { expect, it } from 'vitest';
import { counted } from '../../src/cli/progress.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { testContext } from '../support/world.ts';

const cwd = temporaryDirectory();

/** Rows that keep the process busy, as those of a store do. Milliseconds each. */
async function* rows(count: number, each: number) {
  for (let row = 1; row <= count; row += 1) {
    const start = performance.now();
    while (performance.now() - start < each);
    yield row;
  }
}

async function all<Row>(passed: AsyncIterable<Row>): Promise<readonly Row[]> {
  const seen: Row[] = [];
  for await (const row of passed) seen.push(row);
  return seen;
}

it('is counted at a terminal from half a second on, and taken away at the end', async () => {
  const shown: (string | undefined)[] = [];
  const context = testContext({ cwd, progress: (text) => shown.push(text) });
  expect(await all(counted(context, 'reading', rows(4, 300)))).toEqual([1, 2, 3, 4]);
  expect(shown).toEqual(['pki: reading: 2', 'pki: reading: 4', undefined]);
});

it('is not worth a word before, nor without a terminal', async () => {
  const shown: (string | undefined)[] = [];
  const context = testContext({ cwd, progress: (text) => shown.push(text) });
  expect(await all(counted(context, 'reading', rows(4, 1)))).toEqual([1, 2, 3, 4]);
  expect(shown).toEqual([]);
  expect(await all(counted(testContext({ cwd }), 'reading', rows(2, 600)))).toEqual([1, 2]);
});

it('ends where it is interrupted', async () => {
  const controller = new AbortController();
  const context = testContext({ cwd, interrupted: controller.signal });
  setTimeout(() => controller.abort(), 10);
  await expect(all(counted(context, 'reading', rows(50, 300)))).rejects.toThrow('interrupted');
});
