import { PkiError } from '../../errors.ts';
import type { AuditHead } from '../../x509/audit-head.ts';
import type { SqliteDatabase } from '../sqlite-database.ts';
import { checkedCertificates } from './certificates.ts';
import { checkedEntries, type KnownHead } from './chain.ts';
import { checkedCrls } from './crls.ts';

/** What was found to hold. */
export interface AuditVerdict {
  readonly entries: number;
  readonly certificates: number;
  readonly crls: number;
  readonly head: AuditHead | undefined;
}

/** Passes things on that are checked, to tell how far that is. */
export type WatchAudit = <Item>(what: string, items: AsyncIterable<Item>) => AsyncIterable<Item>;

/**
 * Checks the chain, whether it goes on from each head, and each row of the store against its
 * entries; rows are read one after the other, all as of one moment. Throws INTEGRITY for the first
 * thing that does not hold.
 */
export function verifyAudit(
  database: SqliteDatabase,
  known: readonly KnownHead[],
  watch: WatchAudit,
): Promise<AuditVerdict> {
  return database.snapshot(async () => {
    let head: AuditHead | undefined;
    let [entries, certificates, crls] = [0, 0, 0];
    for await (head of watch('checking entries', each(checkedEntries(database, known)))) entries++;
    mustHaveRows(database);
    const checked = each(checkedCertificates(database));
    for await (const _ of watch('checking certificates', checked)) certificates++;
    for await (const _ of watch('checking CRLs', each(checkedCrls(database)))) crls++;
    return { entries, certificates, crls, head };
  });
}

async function* each<Item>(items: Iterable<Item>): AsyncIterable<Item> {
  yield* items;
}

/** The first entry about something that is not in the store, and the first revocation of such. */
function mustHaveRows(database: SqliteDatabase): void {
  const row = database.row(`
    SELECT id, event, serial FROM audit WHERE serial <> '' AND CASE WHEN event LIKE 'crl-%'
      THEN NOT EXISTS (SELECT 1 FROM crl WHERE crl.number = audit.serial)
      ELSE NOT EXISTS (SELECT 1 FROM certificate WHERE certificate.serial = audit.serial) END
    ORDER BY id LIMIT 1`);
  if (row) {
    const [event, serial] = [String(row['event']), row['serial']];
    const what = event.startsWith('crl-') ? 'CRL' : 'certificate';
    throw new PkiError(
      'INTEGRITY',
      `entry ${row['id']} of the audit trail (${event}) is about ${what} ${serial}, which is not in the store`,
    );
  }
  const stray = database.row(`
    SELECT serial FROM revocation
    WHERE NOT EXISTS (SELECT 1 FROM certificate WHERE id = revocation.certificate) LIMIT 1`);
  if (!stray) return;
  throw new PkiError(
    'INTEGRITY',
    `the store has a revocation of ${stray['serial']}, and no such certificate`,
  );
}
