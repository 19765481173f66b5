import { factsOf, factText } from '../../store/audit/entry.ts';
import type { AuditEntry } from '../../store/audit/rows.ts';

/** An entry as it is shown; `facts` differ by event, see docs/audit.md. */
export interface EntryFields {
  readonly number: number;
  /** ISO 8601, Zulu, with milliseconds. */
  readonly at: string;
  readonly event: string;
  readonly serial?: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly hash: string;
}

export function describeEntry(entry: AuditEntry): EntryFields {
  const { number, at, event, serial, hash } = entry;
  const facts = factsOf(entry);
  const about = serial === '' ? {} : { serial };
  return { number, at, event, ...about, facts, hash: Buffer.from(hash).toString('hex') };
}

/** Label and value of each fact; what is nested has a line of its own for each part. */
export function factRows(
  facts: Readonly<Record<string, unknown>>,
): readonly (readonly [label: string, value: string])[] {
  return Object.entries(facts).flatMap(([name, value]) =>
    name === 'by'
      ? [['by', whoText(value)] as const]
      : Array.isArray(value)
        ? value.map((item) => [name === 'keys' ? 'key' : name, itemText(item)] as const)
        : [[name, factText(value)] as const],
  );
}

function whoText(who: unknown): string {
  if (typeof who !== 'object' || who === null) return factText(who);
  const { user, host, operator } = who as Readonly<Record<string, unknown>>;
  const account = `${factText(user)}@${factText(host)}`;
  return operator === undefined ? account : `${factText(operator)}, ${account}`;
}

/** A key, or a text. */
function itemText(item: unknown): string {
  if (typeof item !== 'object' || item === null) return factText(item);
  const { algorithm, publicKeySha256, places } = item as Readonly<Record<string, unknown>>;
  const where =
    Array.isArray(places) && places.length > 0 ? ` in ${places.map(factText).join(' and ')}` : '';
  return `${factText(algorithm)}${where}, ${factText(publicKeySha256)}`;
}
