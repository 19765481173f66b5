import { factsOf } from '../../store/audit-entry.ts';
import type { AuditEntry } from '../../store/audit-rows.ts';

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
      ? [['by', whoText(value as Readonly<Record<string, string>>)] as const]
      : Array.isArray(value)
        ? value.map((item) => [name === 'keys' ? 'key' : name, itemText(item)] as const)
        : [[name, String(value)] as const],
  );
}

const whoText = ({ user, host, operator }: Readonly<Record<string, string>>): string =>
  operator === undefined ? `${user}@${host}` : `${operator}, ${user}@${host}`;

/** A key, or a text. */
function itemText(item: unknown): string {
  if (typeof item !== 'object' || item === null) return String(item);
  const { algorithm, publicKeySha256, places } = item as Readonly<Record<string, unknown>>;
  const where = Array.isArray(places) && places.length > 0 ? ` in ${places.join(' and ')}` : '';
  return `${algorithm}${where}, ${publicKeySha256}`;
}
