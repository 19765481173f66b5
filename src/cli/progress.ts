import type { Waiting } from '../signers/key-access.ts';
import type { CliContext } from './context.ts';

/** What takes less is not worth a word. Milliseconds. */
const INTERVAL = 500;

/** Waits, and from half a second on tells at a terminal for what, and how long it has been. */
export function waitingAt(context: CliContext): Waiting {
  return async (what, work) => {
    const start = performance.now();
    let show: CliContext['progress'];
    const timer = setInterval(() => {
      show ??= context.progress;
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      show?.(`pki: ${what}: ${seconds} s`);
    }, INTERVAL);
    try {
      return await work;
    } finally {
      clearInterval(timer);
      show?.(undefined);
    }
  };
}
