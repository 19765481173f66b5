import { DatabaseSync } from 'node:sqlite';
import { rechain } from '../../support/audit-chain.ts';

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
  const name = String(row?.['name']);
  forgetResult(database, table === 'crl' ? 'crl-issued' : 'issued', name);
  return name;
}

/** Neither would the audit trail have an entry of the result. */
function forgetResult(database: DatabaseSync, event: string, serial: string): void {
  const of = database.prepare('SELECT id FROM audit WHERE event = ? AND serial = ?');
  const forgotten = Number(of.get(event, serial)?.['id']);
  rechain(database, (entry, id) => {
    if (id === forgotten) return undefined;
    if (id < forgotten || entry.event !== 'crl-intent') return entry;
    const facts = JSON.parse(entry.detail);
    return { ...entry, detail: JSON.stringify({ ...facts, covers: facts.covers - 1 }) };
  });
  database.exec(`
    UPDATE revocation SET changed = changed - 1 WHERE changed > ${forgotten};
    UPDATE crl SET covers = covers - 1 WHERE covers >= ${forgotten};
  `);
}
