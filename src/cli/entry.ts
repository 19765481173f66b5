import { processContext } from './context.ts';
import { run } from './main.ts';

/** Runs this process's command line; the caller ends the process with the status. */
export function main(): Promise<number> {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => controller.abort());
  }
  return run(process.argv.slice(2), processContext(controller.signal));
}
