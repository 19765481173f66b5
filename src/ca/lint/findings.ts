import { DerError } from '../../der/reader.ts';
import type { LintRule, Severity } from './rule.ts';

/** A requirement that is not met. */
export interface Finding {
  readonly id: string;
  readonly cites: string;
  readonly severity: Severity;
  /** What is wrong; may hold text of others. */
  readonly problem: string;
}

/** The finding for people: `keyUsage must have a bit set (key-usage-not-empty, RFC 5280 §4.2.1.3)`. */
export const findingText = ({ problem, id, cites }: Finding): string =>
  `${problem} (${id}, ${cites})`;

/**
 * What the rows that are in force at a moment find. Where a row cannot read what it looks at, that
 * is a finding too, and the other rows go on.
 */
export function findings<Subject>(
  rules: readonly LintRule<Subject>[],
  subject: Subject,
  at: Date,
): readonly Finding[] {
  const unreadable = new Map<string, Finding>();
  const found = rules
    .filter((rule) => isInForce(rule, at))
    .flatMap((rule): readonly Finding[] => {
      const problem = checked(() => rule.check(subject), unreadable);
      const { id, cites, severity = 'error' } = rule;
      return problem === undefined ? [] : [{ id, cites, severity, problem }];
    });
  return [...found, ...unreadable.values()];
}

/** Of a row with days, whether it holds for what is issued at that moment. */
export const isInForce = ({ from, until }: Pick<LintRule, 'from' | 'until'>, at: Date): boolean =>
  !(from && at < new Date(from)) && !(until && at >= new Date(until));

/** What cannot be read at all. */
export const unreadableFinding = ({ message }: DerError): Finding => ({
  id: 'der',
  cites: 'RFC 5280 §4.1',
  severity: 'error',
  problem: message,
});

function checked(check: () => string | undefined, unreadable: Map<string, Finding>) {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    unreadable.set(error.message, unreadableFinding(error)); // once, however many rows look at it
    return undefined;
  }
}
