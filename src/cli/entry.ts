import { processContext } from './context.ts';
import { headStart } from './head-start.ts';
import { run } from './main.ts';

/** Runs this process's command line; the caller ends the process with the status. */
export function main(): Promise<number> {
  const argv = process.argv.slice(2);
  const spareHost = headStart(argv, { env: process.env, cwd: () => process.cwd() });
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => controller.abort());
  }
  const quiet = argv.includes('--json'); // a program reads it
  return run(argv, processContext(controller.signal, { spareHost, quiet }));
}
