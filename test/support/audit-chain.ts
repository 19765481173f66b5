import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';

/** One entry of the audit trail, as its columns are. */
export interface AuditRow {
  readonly at: string;
  readonly event: string;
  readonly serial: string;
  readonly detail: string;
}

/** Makes the trail anew of what `change` makes of its entries; undefined leaves one out. */
export function rechain(
  database: DatabaseSync,
  change: (row: AuditRow, id: number) => AuditRow | undefined,
): void {
  const rows = database
    .prepare('SELECT id, at, event, serial, detail FROM audit ORDER BY id')
    .all();
  database.exec('DELETE FROM audit');
  const insert = database.prepare(
    'INSERT INTO audit (at, event, serial, detail, hash) VALUES (?, ?, ?, ?, ?)',
  );
  let hash = Buffer.alloc(32);
  for (const { id, ...columns } of rows) {
    const row = change(columns as unknown as AuditRow, Number(id));
    if (!row) continue;
    const fields = [row.at, row.event, row.serial, row.detail] as const;
    hash = createHash('sha256').update(hash).update(JSON.stringify(fields)).digest();
    insert.run(...fields, hash);
  }
}
