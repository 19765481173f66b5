import { instant } from './row.ts';
import { SqliteDatabase } from './sqlite-database.ts';

/** How many of the last issuances are looked at, so that a long life does not slow this down. */
export const RECENT = 10_000;

/** What a store tells of itself, for `pki doctor`. */
export interface StoreState {
  /** Of its tables, see SCHEMA_VERSION. */
  readonly version: number;
  /** When the last entry of the audit trail was made. */
  readonly lastEntry: Date | undefined;
  /** Of the last {@link RECENT} certificates, and of the last so many CRLs, those that stayed intents. */
  readonly interrupted: { readonly certificates: number; readonly crls: number };
}

/** Reads the state of a store of any version, and changes nothing. Throws STORE. */
export const storeState = (path: string): StoreState =>
  SqliteDatabase.open(path, true, (database) => {
    using opened = database;
    const interrupted = (table: 'certificate' | 'crl') => {
      const recent = `SELECT status FROM ${table} ORDER BY id DESC LIMIT ${RECENT}`;
      const row = opened.row(`SELECT count(*) AS n FROM (${recent}) WHERE status = 'intent'`);
      return Number(row?.['n']);
    };
    const { version } = opened;
    const last = opened.row('SELECT at FROM audit ORDER BY id DESC LIMIT 1');
    return {
      version,
      lastEntry: last && instant(last['at']),
      interrupted: {
        certificates: interrupted('certificate'),
        crls: version < 2 ? 0 : interrupted('crl'), // before that there was no such table
      },
    };
  });
