import { sha256Text } from '../../der/sha256.ts';
import { PkiError } from '../../errors.ts';
import { type Row, seconds } from '../row.ts';
import { type AuditFacts, factsOf, factText, isOlder } from './entry.ts';

/** An entry about a row of the store. */
export interface SubjectEntry {
  readonly number: number;
  readonly at: string;
  readonly event: string;
  readonly facts: AuditFacts;
  /** Older ones do not tell everything. */
  readonly older: boolean;
}

/** What a row of the store and the audit trail have to agree on. */
export interface Subject {
  /** `certificate 0a` or `CRL 3`, for errors. */
  readonly name: string;
  readonly entries: readonly SubjectEntry[];
}

/**
 * Gathers the rows of a join: all with the same `id` are one row of the store, each with one of the
 * entries about it, in the columns `entry`, `entry_at`, `event` and `detail`.
 */
export function* gathered(rows: Iterable<Row>): Iterable<readonly [Row, readonly SubjectEntry[]]> {
  let current: Row | undefined;
  let entries: SubjectEntry[] = [];
  for (const row of rows) {
    if (current && current['id'] !== row['id']) {
      yield [current, entries];
      entries = [];
    }
    current = row;
    if (row['entry'] !== null) entries.push(entryOf(row));
  }
  if (current) yield [current, entries];
}

function entryOf(row: Row): SubjectEntry {
  const [event, detail] = [String(row['event']), String(row['detail'])];
  const [number, at] = [Number(row['entry']), String(row['entry_at'])];
  return { number, at, event, facts: factsOf({ event, detail }), older: isOlder(detail) };
}

/** Throws unless the value of the row is that of the entry, which older entries do not all tell. */
export function mustAgree(
  { name }: Subject,
  { number, facts, older }: SubjectEntry,
  fact: string,
  stored: string | undefined,
): void {
  const recorded = facts[fact];
  if (recorded === undefined && older) return;
  const told = recorded === undefined || recorded === null ? 'none' : factText(recorded);
  if (told === (stored ?? 'none')) return;
  throw disagreement(name, number, fact, told, stored ?? 'none');
}

export const disagreement = (
  name: string,
  entry: number,
  what: string,
  recorded: string,
  stored: string,
): PkiError =>
  new PkiError('INTEGRITY', `${name} is not as entry ${entry} of the audit trail has it`, {
    hints: [`${what}: recorded is ${recorded}, and in the store is ${stored}`],
  });

/** The intent, which comes first and once, and what became of it, at most once. */
export function lifeOf(
  { name, entries }: Subject,
  [intent, issued, failed]: readonly [string, string, string],
): { readonly intent: SubjectEntry; readonly outcome: SubjectEntry | undefined } {
  const [first] = entries;
  if (first?.event !== intent) {
    const found = first
      ? `the first one is entry ${first.number}, ${first.event}`
      : 'there is none';
    throw new PkiError('INTEGRITY', `the audit trail does not tell where ${name} comes from`, {
      hints: [`it has to begin with an entry "${intent}"; ${found}`],
    });
  }
  const outcomes = entries.filter(({ event }) => event === issued || event === failed);
  const again = entries.slice(1).find(({ event }) => event === intent) ?? outcomes[1];
  if (!again) return { intent: first, outcome: outcomes[0] };
  throw new PkiError(
    'INTEGRITY',
    `entry ${again.number} of the audit trail tells a second time of ${name}: ${again.event}`,
  );
}

/** The row was made together with its first entry. */
export function mustBeOfThatTime(subject: Subject, { number, at }: SubjectEntry, row: Row): void {
  const recorded = String(seconds(new Date(at)));
  const stored = String(row['at']);
  if (recorded !== stored) throw disagreement(subject.name, number, 'at', recorded, stored);
}

/** Compares status and octets with the outcome; without one, it is still an intent. */
export function mustHaveEndedAs(
  subject: Subject,
  { status, der }: Row,
  intent: SubjectEntry,
  outcome: SubjectEntry | undefined,
  hash: string,
): void {
  const told = outcome?.event.replace(/^crl-/, '') ?? 'intent';
  const { number } = outcome ?? intent;
  if (status !== told) throw disagreement(subject.name, number, 'status', told, String(status));
  if (der instanceof Uint8Array) {
    if (outcome && told === 'issued') {
      mustAgree(subject, outcome, hash, sha256Text(der));
      return;
    }
    throw disagreement(subject.name, number, 'octets', 'none', sha256Text(der));
  }
  // of CRLs, only the current ones are kept
  if (told === 'issued' && hash === 'certificateSha256') {
    throw disagreement(subject.name, number, hash, factText(outcome?.facts[hash]), 'none');
  }
}
