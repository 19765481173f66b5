/** Gives a reader its inputs, one after the other, in a thread that can be ended when it hangs. */
import { mkdtempSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { inputOf } from './mutate.ts';
import { seedsOf } from './seeds.ts';
import type { Targets } from './target.ts';

export interface WorkerTask {
  /** URL of a module of {@link Targets}. */
  readonly module: string;
  readonly target: string;
  readonly corpus: string;
  readonly seed: string;
  readonly first: number;
  /** The round before which to end. */
  readonly end: number;
  /** Milliseconds since 1970 at which to end. */
  readonly until: number;
  /** Counters: see {@link COUNTER}. */
  readonly counters: Int32Array;
}

/** Places in the counters: the round under way, and how many inputs came to what. */
export const COUNTER = { round: 0, read: 1, refused: 2 } as const;

/** What is sent for a finding. */
export interface WorkerFinding {
  readonly round: number;
  readonly problem: string;
}

const DEFAULT_SECONDS = 2;

/** Octets by which the process may grow during one input. */
const MOST_MEMORY = 256 * 1024 * 1024;

async function work(task: WorkerTask): Promise<void> {
  enableCompileCache(join(task.corpus, 'compile-cache')); // there is a thread for each target
  const { TARGETS }: Targets = await import(task.module);
  flushCompileCache();
  const target = TARGETS.find(({ name }) => name === task.target);
  if (!target) throw new Error(`no target ${task.target}`);
  const seeds = seedsOf(task.corpus, target.seeds);
  const read = target.open(mkdtempSync(join(task.corpus, 'run-')));
  // one round in any case: on a busy machine the time may be over before the thread is ready
  const isTime = (round: number) => round === task.first || Date.now() < task.until;
  for (let round = task.first; round < task.end && isTime(round); round++) {
    Atomics.store(task.counters, COUNTER.round, round);
    const { octets } = inputOf(target.form, seeds, task.seed, round);
    const problem = await problemWith(
      async () => Atomics.add(task.counters, COUNTER[await read(octets)], 1),
      target.seconds ?? DEFAULT_SECONDS,
    );
    if (problem !== undefined) parentPort?.postMessage({ round, problem } satisfies WorkerFinding);
  }
}

/** What is wrong with how an input is read; undefined if nothing is. */
async function problemWith(read: () => Promise<unknown>, most: number) {
  const [before, memory] = [process.threadCpuUsage(), process.memoryUsage.rss()];
  try {
    await read();
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : `it throws ${String(error)}`;
  }
  const { user, system } = process.threadCpuUsage(before); // microseconds, however busy others are
  const seconds = (user + system) / 1e6;
  const grown = process.memoryUsage.rss() - memory;
  if (grown > MOST_MEMORY) return `it takes ${grown >> 20} MiB`;
  return seconds > most ? `it takes ${seconds.toFixed(1)} seconds` : undefined;
}

if (parentPort) await work(workerData as WorkerTask);
