import type { Form } from './mutate.ts';

/** What became of an input; anything else that a reader does is a finding. */
export type Verdict = 'read' | 'refused';

/** A reader of foreign octets. */
export interface Target {
  readonly name: string;
  /** Folders of the corpus that its seeds are in. */
  readonly seeds: readonly string[];
  readonly form: Form;
  /** Processor time that one input may take, in seconds; 2 if absent. */
  readonly seconds?: number;
  /** Opens what it reads with; `directory` is its own and holds a copy of the corpus's CA. */
  readonly open: (directory: string) => Reader;
}

/** Throws what the reader should not have thrown. */
export type Reader = (input: Uint8Array) => Promise<Verdict>;

/** A module with targets, for a worker to load. */
export interface Targets {
  readonly TARGETS: readonly Target[];
}

type ErrorClass = abstract new (...parameters: never[]) => Error;

/** Whether `read` returns or throws one of these. */
export async function verdictOf(
  read: () => unknown,
  refusals: readonly ErrorClass[],
): Promise<Verdict> {
  try {
    await read();
    return 'read';
  } catch (error) {
    if (refusals.some((refusal) => error instanceof refusal)) return 'refused';
    throw error;
  }
}
