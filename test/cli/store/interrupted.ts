import { DatabaseSync } from 'node:sqlite';

/** Makes of the last issuance in a store one that was interrupted after its key was used. */
export function interrupt(path: string, table: 'certificate' | 'crl' = 'certificate'): string {
  using database = new DatabaseSync(path);
  const column = table === 'crl' ? 'number' : 'serial';
  const row = database
    .prepare(`SELECT id, ${column} AS name FROM ${table} ORDER BY id DESC LIMIT 1`)
    .get();
  database
    .prepare(`UPDATE ${table} SET status = 'intent', der = NULL WHERE id = ?`)
    .run(Number(row?.['id']));
  return String(row?.['name']);
}
