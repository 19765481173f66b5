/** One of the processes of `npm run faults`: runs the cells that it is sent, one after the other. */
import { type Cell, cellsOf, type OperationName } from './cells.ts';
import { Laboratory, type Result } from './laboratory.ts';

/** What is asked of it: the cells of an operation, or a cell. */
export type WorkerRequest = { readonly operation: OperationName } | { readonly cell: Cell };
export type WorkerResponse = { readonly cells: readonly Cell[] } | { readonly result: Result };

const laboratory = await Laboratory.open(process.argv[2] ?? '');

process.on('message', async (request: WorkerRequest) => {
  const response: WorkerResponse =
    'cell' in request
      ? { result: await laboratory.run(request.cell) }
      : { cells: cellsOf(request.operation, await laboratory.plainLog(request.operation)) };
  process.send?.(response);
});
