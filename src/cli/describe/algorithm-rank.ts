import type { AlgorithmStatus } from '../../algorithms/algorithm.ts';

/** An algorithm, and how far it can be relied on to stay as it is. */
export interface AlgorithmRank {
  readonly name: string;
  /** `unsupported` is what pki neither makes nor verifies. */
  readonly status: AlgorithmStatus | 'unsupported';
  /** The specification. */
  readonly cites?: string;
  /** Why it is not supported, where that is known: `it is HashML-DSA, which …`. */
  readonly reason?: string;
}
