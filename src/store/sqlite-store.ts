import { existsSync } from 'node:fs';
import type {
  CaStore,
  CertificateRecord,
  CrlIntent,
  Intent,
  IssuedCrl,
  ListedRevocation,
} from '../ca/store.ts';
import {
  lastCrlNumber,
  lastIssuedCrl,
  recordCrlFailed,
  recordCrlIntent,
  recordCrlIssued,
} from './crl-rows.ts';
import {
  CERTIFICATES_SQL,
  changedRevocations,
  findCertificateRow,
  listedRevocations,
  recordRevocation,
} from './revocation-rows.ts';
import { certificateRecord, date, hashText, hex, seconds } from './row.ts';
import { MISSING_TABLES, SCHEMA, SCHEMA_VERSION } from './schema.ts';
import { SqliteDatabase } from './sqlite-database.ts';
import { missing, wrongVersion } from './sqlite-errors.ts';

const CERTIFICATES = { table: 'certificate', column: 'serial' } as const;

/** The store of one CA in one SQLite file; several processes may use it at once. */
export class SqliteStore implements CaStore {
  readonly #database: SqliteDatabase;

  private constructor(database: SqliteDatabase) {
    this.#database = database;
  }

  /** Makes the tables in a file that must not exist. */
  static create(path: string): SqliteStore {
    return SqliteDatabase.open(path, false, (database) => {
      database.exec('PRAGMA journal_mode = WAL');
      database.exec(SCHEMA);
      return new SqliteStore(database);
    });
  }

  /** Opens an existing store; `readOnly` for commands that only look. */
  static open(path: string, { readOnly = false } = {}): SqliteStore {
    if (!existsSync(path)) throw missing(path); // SQLite would make an empty one
    return SqliteDatabase.open(path, readOnly, (database) => {
      if (database.version !== SCHEMA_VERSION) upgrade(database, readOnly);
      return new SqliteStore(database);
    });
  }

  async recordIntent(intent: Intent, at: Date): Promise<void> {
    const { serial, profile, subject, notBefore, notAfter, tbsHash } = intent;
    this.#database.transaction(() => {
      this.#database
        .prepare(
          `INSERT INTO certificate
             (serial, status, profile, subject, not_before, not_after, tbs_sha256, at)
           VALUES (?, 'intent', ?, ?, ?, ?, ?, ?)`,
        )
        .run(serial, profile, subject, seconds(notBefore), seconds(notAfter), tbsHash, seconds(at));
      this.#database.audit('intent', serial, `${profile} ${hex(tbsHash)}`, at);
    });
  }

  async recordIssued(serial: string, der: Uint8Array, at: Date): Promise<void> {
    this.#database.transaction(() => {
      this.#database.settle(CERTIFICATES, serial, 'issued', der);
      this.#database.audit('issued', serial, hashText(der), at);
    });
  }

  async recordFailed(serial: string, reason: string, at: Date): Promise<void> {
    this.#database.transaction(() => {
      this.#database.settle(CERTIFICATES, serial, 'failed', null);
      this.#database.audit('failed', serial, reason, at);
    });
  }

  async recordRevocation(...change: Parameters<CaStore['recordRevocation']>): Promise<void> {
    recordRevocation(this.#database, change);
  }

  async find(serial: string): Promise<CertificateRecord | undefined> {
    return findCertificateRow(this.#database, serial);
  }

  async lastEnd(subject: string): Promise<Date | undefined> {
    const row = this.#database.row(
      `SELECT not_after FROM certificate WHERE status <> 'failed' AND subject <> ?
       ORDER BY not_after DESC LIMIT 1`, // by the index: a few rows are read
      subject,
    );
    return row && date(row['not_after']);
  }

  async *list(): AsyncIterable<CertificateRecord> {
    const rows = this.#database.rows(`${CERTIFICATES_SQL} ORDER BY certificate.id`);
    for (const row of rows) yield certificateRecord(row);
  }

  async lastCrlNumber(): Promise<bigint> {
    return lastCrlNumber(this.#database);
  }

  async lastIssuedCrl(kind: 'full' | 'delta'): Promise<IssuedCrl | undefined> {
    return lastIssuedCrl(this.#database, kind);
  }

  async lastChange(): Promise<number> {
    const row = this.#database.row('SELECT max(id) AS last FROM audit');
    return Number(row?.['last'] ?? 0);
  }

  async *listedRevocations(last: IssuedCrl | undefined): AsyncIterable<ListedRevocation> {
    yield* listedRevocations(this.#database, last);
  }

  async *changedRevocations(base: IssuedCrl): AsyncIterable<ListedRevocation> {
    yield* changedRevocations(this.#database, base);
  }

  async recordCrlIntent(intent: CrlIntent, at: Date): Promise<void> {
    recordCrlIntent(this.#database, intent, at);
  }

  async recordCrlIssued(number: bigint, der: Uint8Array, at: Date): Promise<void> {
    recordCrlIssued(this.#database, number, der, at);
  }

  async recordCrlFailed(number: bigint, reason: string, at: Date): Promise<void> {
    recordCrlFailed(this.#database, number, reason, at);
  }

  [Symbol.dispose](): void {
    this.#database[Symbol.dispose]();
  }
}

/** Whoever only looks gets new tables that are empty; others add them, one of several at once. */
function upgrade(database: SqliteDatabase, readOnly: boolean): void {
  const found = database.version;
  if (MISSING_TABLES[found] === undefined) throw wrongVersion(database.path, found);
  const missingFrom = (version: number) =>
    Array.from({ length: SCHEMA_VERSION - version }, (_, index) => MISSING_TABLES[version + index]);
  if (readOnly) {
    const tables = missingFrom(found).join(' ');
    database.exec(tables.replaceAll('CREATE TABLE', 'CREATE TEMP TABLE'));
    return;
  }
  database.transaction(() => {
    const tables = missingFrom(database.version).join(' '); // again, now that nobody else writes
    database.exec(`${tables} PRAGMA user_version = ${SCHEMA_VERSION};`);
  });
}
