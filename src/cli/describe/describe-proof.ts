import type { CsrProof } from '../../x509/csr-proofs.ts';
import { printable } from '../printable.ts';

/** What a request proves, or fails to. */
export interface ProofDescription {
  readonly what: CsrProof['what'];
  readonly holds: boolean;
  /** The signatures that were checked; of a composite, each half. */
  readonly checks: readonly {
    readonly algorithm: string;
    readonly implementation: string;
    readonly holds: boolean;
  }[];
  readonly problem: string | null;
}

export const describeProof = ({ what, checks, problem }: CsrProof): ProofDescription => ({
  what,
  holds: problem === undefined,
  checks: checks.map(({ problem: wrong, ...check }) => ({ ...check, holds: wrong === undefined })),
  problem: problem === undefined ? null : printable(problem),
});

/** One row for each signature that was checked: what it proves, by which algorithm, the verdict. */
export function proofRows({ what, checks, problem }: ProofDescription): readonly string[][] {
  if (checks.length === 0) return [[what, '-', problem ?? '']];
  return checks.map(({ algorithm, implementation, holds }) => [
    what,
    algorithm,
    `${holds ? 'verified' : 'does not hold'} (${implementation})`,
  ]);
}
