/**
 * faults [WORD...]: lets everything go wrong that can, at each PKCS#11 call of `pki issue` and `pki init-ca`,
 * and prints what came of it. Words choose: an operation, a function, a return code. It takes
 * about 20 minutes. The last line counts; the exit status is 1 if a cell is wrong.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cell, OPERATIONS } from '../test/faults/cells.ts';
import type { Result } from '../test/faults/laboratory.ts';
import { cellName, matrixText, wrongText } from '../test/faults/matrix.ts';
import type { WorkerRequest, WorkerResponse } from '../test/faults/worker.ts';

const WORKER = `${import.meta.dirname}/../test/faults/worker.ts`;

/** One more than there are processors, because cells that hang only wait. */
const WORKERS = availableParallelism() + 1;

const directory = mkdtempSync(join(tmpdir(), 'pki-faults-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));

/** A process that answers one request after the other. */
function worker() {
  const own = mkdtempSync(join(directory, 'worker-'));
  const child = fork(WORKER, [own], {
    serialization: 'advanced',
    execArgv: ['--no-warnings'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(directory, 'compile-cache') },
  });
  child.once('exit', (status) => {
    if (status) process.exit(status); // it has said why
  });
  return {
    async ask(request: WorkerRequest): Promise<WorkerResponse> {
      child.send(request);
      const [response] = await once(child, 'message');
      return response;
    },
    end: () => child.kill(),
  };
}

const words = process.argv.slice(2);
const workers = Array.from({ length: WORKERS }, worker);
const [first] = workers;
const all: Cell[] = [];
for (const operation of OPERATIONS) {
  const response = await first?.ask({ operation });
  if (response && 'cells' in response) all.push(...response.cells);
}
const chosen = all.filter((cell) => {
  const parts: readonly string[] = [cell.operation, cell.call, cell.mishap.name];
  return words.every((word) => parts.includes(word));
});
const results = new Map<Cell, Result>();
const waiting = [...chosen];
let wrong = 0;
await Promise.all(
  workers.map(async ({ ask, end }) => {
    for (let cell = waiting.shift(); cell; cell = waiting.shift()) {
      const response = await ask({ cell });
      if (!('result' in response)) throw new Error(`no result of ${cellName(cell)}`);
      results.set(cell, response.result);
      if (response.result.letter !== 'W') continue;
      wrong += 1;
      console.error(wrongText(cell, response.result));
    }
    end();
  }),
);
const inOrder = new Map(chosen.map((cell) => [cell, results.get(cell)] as const));
console.log(matrixText(inOrder as ReadonlyMap<Cell, Result>));
console.log(`\n${chosen.length} cells, ${wrong} wrong`);
process.exitCode = wrong > 0 ? 1 : 0;
