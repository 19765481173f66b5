import { existsSync } from 'node:fs';
import type {
  CaStore,
  CertificateRecord,
  CrlIntent,
  CrlPoint,
  Intent,
  IssuedCrl,
} from '../ca/store.ts';
import type { RevokedEntry } from '../x509/revoked-list.ts';
import {
  certificatesOfKey,
  certificatesOfSubject,
  fillKeys,
  recordCertificateIntent,
} from './certificate-rows.ts';
import {
  lastCrlNumber,
  lastIssuedCrl,
  recordCrlFailed,
  recordCrlIntent,
  recordCrlIssued,
} from './crl-rows.ts';
import { fillPoints, neededPoints } from './point-rows.ts';
import {
  CERTIFICATES_SQL,
  changedRevocations,
  findCertificateRow,
  listedRevocations,
  recordRevocation,
} from './revocation-rows.ts';
import { certificateRecord, date, hashText } from './row.ts';
import { MISSING, SCHEMA, SCHEMA_VERSION } from './schema.ts';
import { SqliteDatabase } from './sqlite-database.ts';
import { missing, wrongVersion } from './sqlite-errors.ts';

const CERTIFICATES = { table: 'certificate', column: 'serial' } as const;

/** The store of one CA in one SQLite file; several processes may use it at once. */
export class SqliteStore implements CaStore {
  readonly #database: SqliteDatabase;
  /** In a store of an older version, opened to be read: made when somebody asks for them. */
  #keysAreMissing: boolean;

  private constructor(database: SqliteDatabase, { keysAreMissing = false } = {}) {
    this.#database = database;
    this.#keysAreMissing = keysAreMissing;
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
      return new SqliteStore(database, { keysAreMissing: database.version < 3 });
    });
  }

  async recordIntent(intent: Intent, at: Date): Promise<void> {
    recordCertificateIntent(this.#database, intent, at);
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

  async *findByKey(publicKeyHash: Uint8Array): AsyncIterable<CertificateRecord> {
    if (this.#keysAreMissing) fillKeys(this.#database);
    this.#keysAreMissing = false;
    yield* certificatesOfKey(this.#database, publicKeyHash);
  }

  async *findBySubject(subject: string): AsyncIterable<CertificateRecord> {
    yield* certificatesOfSubject(this.#database, subject);
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

  async lastIssuedCrl(
    ...which: Parameters<CaStore['lastIssuedCrl']>
  ): Promise<IssuedCrl | undefined> {
    return lastIssuedCrl(this.#database, which);
  }

  async crlPoints(now: Date): Promise<readonly CrlPoint[]> {
    return neededPoints(this.#database, now);
  }

  async lastChange(): Promise<number> {
    const row = this.#database.row('SELECT max(id) AS last FROM audit');
    return Number(row?.['last'] ?? 0);
  }

  async lastAct(): Promise<Date | undefined> {
    const row = this.#database.row('SELECT at FROM audit ORDER BY id DESC LIMIT 1');
    return row && new Date(String(row['at']));
  }

  async *listedRevocations(
    ...which: Parameters<CaStore['listedRevocations']>
  ): AsyncIterable<readonly RevokedEntry[]> {
    yield* listedRevocations(this.#database, which);
  }

  async *changedRevocations(
    ...which: Parameters<CaStore['changedRevocations']>
  ): AsyncIterable<readonly RevokedEntry[]> {
    yield* changedRevocations(this.#database, which);
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
  if (MISSING[found] === undefined) throw wrongVersion(database.path, found);
  const missingFrom = (version: number) =>
    Array.from({ length: SCHEMA_VERSION - version }, (_, index) => MISSING[version + index]);
  if (readOnly) {
    const tables = missingFrom(found).map((step) => step?.tables);
    database.exec(tables.join(' ').replaceAll('CREATE TABLE', 'CREATE TEMP TABLE'));
    return;
  }
  database.transaction(() => {
    const { version } = database; // again, now that nobody else writes
    const steps = missingFrom(version).flatMap((step) => [step?.tables, step?.indexes]);
    database.exec(`${steps.join(' ')} PRAGMA user_version = ${SCHEMA_VERSION};`);
    if (version === SCHEMA_VERSION) return;
    fillKeys(database);
    fillPoints(database);
  });
}
