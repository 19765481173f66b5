import { PkiError } from '../../errors.ts';
import { type AuditHead, auditHeadText } from '../../x509/audit-head.ts';
import { hex } from '../row.ts';
import type { SqliteDatabase } from '../sqlite-database.ts';
import { entryHash, NO_HASH } from './entry.ts';
import { type AuditEntry, auditEntries } from './rows.ts';

/** A copy of a head, which the trail has to go on from. */
export interface KnownHead {
  /** For errors: a file, or what was given. */
  readonly name: string;
  readonly head: AuditHead;
}

/**
 * Yields each entry once it is known to continue the chain and to be that of each head with its
 * number. Throws INTEGRITY, at the end too for a head that is beyond it.
 */
export function* checkedEntries(
  database: SqliteDatabase,
  known: readonly KnownHead[],
): Iterable<AuditEntry> {
  let last: AuditHead = { number: 0, hash: NO_HASH };
  const heads = Map.groupBy(known, ({ head }) => head.number);
  for (const entry of auditEntries(database)) {
    mustFollow(last, entry);
    for (const { name, head } of heads.get(entry.number) ?? []) mustBe(entry, head, name);
    last = entry;
    yield entry;
  }
  const beyond = known.find(({ head }) => head.number > last.number);
  if (!beyond) return;
  const { name, head } = beyond;
  throw new PkiError(
    'INTEGRITY',
    `the audit trail ends with entry ${last.number}, and ${name} knows entry ${head.number}`,
    { hints: ['entries were taken away at its end, or an older store was put in its place'] },
  );
}

function mustFollow({ number, hash }: AuditHead, entry: AuditEntry): void {
  if (entry.number !== number + 1) {
    const before = number === 0 ? 'at its start' : `after entry ${number}`;
    throw new PkiError(
      'INTEGRITY',
      `entry ${number + 1} of the audit trail is missing: ${before} comes ${entry.number}`,
    );
  }
  const computed = entryHash(hash, entry);
  if (Buffer.compare(computed, entry.hash) === 0) return;
  throw new PkiError(
    'INTEGRITY',
    `entry ${entry.number} of the audit trail is not what was recorded`,
    {
      hints: [
        `SHA-256 over the hash before it and its fields is ${hex(computed)}, and ${hex(entry.hash)} in the store`,
      ],
    },
  );
}

function mustBe({ number, hash }: AuditEntry, head: AuditHead, name: string): void {
  if (Buffer.compare(hash, head.hash) === 0) return;
  throw new PkiError('INTEGRITY', `entry ${number} of the audit trail is not that of ${name}`, {
    hints: [
      `the trail has ${auditHeadText({ number, hash })}, and ${name} has ${auditHeadText(head)}`,
    ],
  });
}
