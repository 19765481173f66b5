import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { inputOf } from './mutate.ts';
import { seedsOf } from './seeds.ts';
import type { Target, Targets } from './target.ts';
import { COUNTER, type WorkerFinding, type WorkerTask } from './worker.ts';

export interface CampaignOptions {
  /** URL of a module of {@link Targets}. */
  readonly module: string;
  readonly target: string;
  /** Directory that `makeCorpus` made. */
  readonly corpus: string;
  readonly seed: string;
  /** At most so many inputs; without end if absent. */
  readonly rounds?: number;
  /** At most so many seconds. */
  readonly seconds?: number;
  /** Seconds without an answer after which an input hangs, however busy the machine; 60 if absent. */
  readonly patience?: number;
}

/** An input that a reader did not take as it should. */
export interface Finding {
  readonly round: number;
  readonly problem: string;
  readonly input: Uint8Array;
  /** The file that it was made from. */
  readonly from: string;
}

export interface CampaignResult {
  readonly read: number;
  readonly refused: number;
  /** Of the same problem only the first. */
  readonly findings: readonly Finding[];
}

/** A reader that fails for so many reasons is mended first. */
const MOST_FINDINGS = 20;

/** The heap of a thread, and a stack as that of the main thread. MiB. */
const LIMITS = { maxOldGenerationSizeMb: 256, stackSizeMb: 1 };

/** Gives a reader one input after the other, in threads: another one where one was lost. */
export async function fuzz(options: CampaignOptions): Promise<CampaignResult> {
  const { TARGETS }: Targets = await import(options.module);
  const target = TARGETS.find(({ name }) => name === options.target);
  if (!target) throw new Error(`no target ${options.target}`);
  const counters = new Int32Array(new SharedArrayBuffer(4 * Object.keys(COUNTER).length));
  const found = new Map<string, WorkerFinding>();
  const end = options.rounds ?? 2 ** 31 - 1;
  const until = Date.now() + (options.seconds ?? 86_400) * 1000;
  let first = 0;
  while (first < end && Date.now() < until && found.size < MOST_FINDINGS) {
    const task = { ...options, first, end, until, counters };
    const lost = await inThread(task, options.patience ?? 60, (finding) => {
      const key = keyOf(finding.problem);
      if (!found.has(key)) found.set(key, finding);
      return found.size < MOST_FINDINGS;
    });
    if (lost === undefined) break;
    const round = Atomics.load(counters, COUNTER.round);
    if (!found.has(keyOf(lost))) found.set(keyOf(lost), { round, problem: lost });
    first = round + 1;
  }
  return {
    read: Atomics.load(counters, COUNTER.read),
    refused: Atomics.load(counters, COUNTER.refused),
    findings: [...found.values()].map((finding) => withInput(finding, target, options)),
  };
}

function withInput(
  finding: WorkerFinding,
  { form, seeds }: Target,
  { corpus, seed }: CampaignOptions,
): Finding {
  const { name, octets } = inputOf(form, seedsOf(corpus, seeds), seed, finding.round);
  return { ...finding, input: octets, from: name };
}

/** The kind of an error and where it was thrown; numbers of octets and seconds do not matter. */
const keyOf = (problem: string): string =>
  problem
    .split('\n')
    .filter((line, index) => index === 0 || line.includes('/src/'))
    .slice(0, 2)
    .join()
    .replaceAll(/"[^"]*"|\d+/g, '');

/** Why the thread was lost; undefined if it came to its end. */
async function inThread(
  task: WorkerTask,
  patience: number,
  report: (finding: WorkerFinding) => boolean,
): Promise<string | undefined> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: task,
    resourceLimits: LIMITS,
    execArgv: ['--no-warnings'],
  });
  const ended = new Promise<string | undefined>((resolve) => {
    worker.once('error', (error) => resolve(error.stack ?? error.message));
    worker.once('exit', () => resolve(undefined));
  });
  worker.on('message', (finding: WorkerFinding) => {
    if (!report(finding)) worker.terminate();
  });
  const over = new AbortController();
  const hanging = watched(task.counters, patience, over.signal);
  const lost = await Promise.race([ended, hanging]);
  over.abort();
  await worker.terminate();
  return lost;
}

/** Says that the thread hangs, once the round under way has been the same for so many seconds. */
async function watched(counters: Int32Array, patience: number, over: AbortSignal) {
  let [round, since] = [-1, 0];
  while (!over.aborted) {
    await setTimeout(250);
    const current = Atomics.load(counters, COUNTER.round);
    if (current !== round) [round, since] = [current, performance.now()];
    else if (performance.now() - since > patience * 1000) return 'it does not come to an end';
  }
  return undefined;
}
