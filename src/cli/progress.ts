import { statSync } from 'node:fs';
import { PkiError } from '../errors.ts';
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

/** Octets from which on work on a file may take a second. */
const LARGE = 16 << 20;

/**
 * Tells at a terminal what keeps the process busy, which no timer gets into: from the beginning on
 * if it is about so many octets, else once half a second is over.
 */
export class Phases implements Disposable {
  readonly #context: CliContext;
  readonly #isLarge: boolean;
  readonly #start = performance.now();

  constructor(context: CliContext, bytes = 0) {
    this.#context = context;
    this.#isLarge = bytes >= LARGE;
  }

  next(what: string): void {
    if (!this.#isLarge && performance.now() - this.#start < INTERVAL) return;
    this.#context.progress?.(`pki: ${what} …`);
  }

  [Symbol.dispose](): void {
    if (this.#isLarge || performance.now() - this.#start >= INTERVAL) {
      this.#context.progress?.(undefined);
    }
  }
}

/** Octets in files together; what cannot be asked is told by those who read it. */
export const sizeOf = (paths: readonly string[]): number =>
  paths.reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);

/**
 * Passes rows on, or pages of `size` rows, and from half a second on counts them at a terminal. Rows
 * of a store keep the process busy, so that this is also where an interruption gets in; it throws
 * INTERRUPTED.
 */
export async function* counted<Row>(
  context: CliContext,
  what: string,
  rows: AsyncIterable<Row>,
  size: (row: Row) => number = () => 1,
): AsyncGenerator<Row> {
  let [told, count] = [performance.now(), 0];
  let show: CliContext['progress'];
  try {
    for await (const row of rows) {
      yield row;
      count += size(row);
      if (performance.now() - told < INTERVAL) continue;
      told = performance.now();
      show ??= context.progress;
      show?.(`pki: ${what}: ${count}`);
      await new Promise((resume) => setImmediate(resume));
      if (context.interrupted.aborted) throw new PkiError('INTERRUPTED', 'interrupted');
    }
  } finally {
    show?.(undefined);
  }
}
