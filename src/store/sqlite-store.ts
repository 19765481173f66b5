import { existsSync } from 'node:fs';
import type { Act } from '../ca/audit.ts';
import type { CaStore, CertificateRecord, CrlIntent, CrlPoint, IssuedCrl } from '../ca/store.ts';
import { sha256Text } from '../der/sha256.ts';
import type { AuditHead } from '../x509/audit-head.ts';
import type { RevokedEntry } from '../x509/revoked-list.ts';
import type { KnownHead } from './audit/chain.ts';
import { keyFacts } from './audit/entry.ts';
import {
  type AuditEntry,
  type AuditFilter,
  auditEntries,
  auditHead,
  lastAuditEntries,
  recordAct,
} from './audit/rows.ts';
import { type AuditVerdict, verifyAudit, type WatchAudit } from './audit/verify.ts';
import {
  certificatesOfKey,
  certificatesOfSubject,
  fillKeys,
  recordCertificateIntent,
} from './certificate-rows.ts';
import {
  keptCrls,
  lastCrlNumber,
  lastIssuedCrl,
  recordCrlFailed,
  recordCrlIntent,
  recordCrlIssued,
} from './crl-rows.ts';
import { type LastCrl, lastCrl, type PointCrls, pointCrls } from './last-crls.ts';
import { fillNames } from './name-rows.ts';
import { fillPoints, neededPoints } from './point-rows.ts';
import {
  CERTIFICATES_SQL,
  changedRevocations,
  findCertificateRow,
  listedRevocations,
  recordRevocation,
} from './revocation-rows.ts';
import { certificateRecord, date, instant } from './row.ts';
import { MISSING, SCHEMA, SCHEMA_VERSION } from './schema.ts';
import { type CertificateQuery, type ListedCertificate, searchCertificates } from './search.ts';
import { SqliteDatabase } from './sqlite-database.ts';
import { missing, wrongVersion } from './sqlite-errors.ts';
import { type EndsOfDay, endsByDay, type StoreStatistics, storeStatistics } from './statistics.ts';

const CERTIFICATES = { table: 'certificate', column: 'serial' } as const;

export interface OpenStoreOptions {
  /** For commands that only look. */
  readonly readOnly?: boolean;
  /** What whoever opens it is about to do, for the audit trail. */
  readonly act?: Act | undefined;
}

/** The store of one CA in one SQLite file; several processes may use it at once. */
export class SqliteStore implements CaStore {
  readonly #database: SqliteDatabase;
  /** In a store of an older version, opened to be read: made when somebody asks for them. */
  #keysAreMissing: boolean;
  #namesAreMissing: boolean;

  private constructor(database: SqliteDatabase) {
    this.#database = database;
    this.#keysAreMissing = database.version < 3;
    this.#namesAreMissing = database.version < 4;
  }

  /** Makes the tables in a file that must not exist. */
  static create(path: string, act?: Act): SqliteStore {
    const make = (database: SqliteDatabase) => {
      database.exec('PRAGMA journal_mode = WAL');
      database.exec(SCHEMA);
      return new SqliteStore(database);
    };
    return SqliteDatabase.open(path, false, make, act);
  }

  /** Opens an existing store. */
  static open(path: string, { readOnly = false, act }: OpenStoreOptions = {}): SqliteStore {
    if (!existsSync(path)) throw missing(path); // SQLite would make an empty one
    const use = (database: SqliteDatabase) => {
      if (database.version !== SCHEMA_VERSION) upgrade(database, readOnly);
      return new SqliteStore(database);
    };
    return SqliteDatabase.open(path, readOnly, use, act);
  }

  async recordIntent(...intent: Parameters<CaStore['recordIntent']>): Promise<void> {
    recordCertificateIntent(this.#database, ...intent);
  }

  async recordIssued(...issued: Parameters<CaStore['recordIssued']>): Promise<void> {
    const [serial, der, at, keys] = issued;
    this.#database.transaction(() => {
      this.#database.settle(CERTIFICATES, serial, 'issued', der);
      const facts = { certificateSha256: sha256Text(der), ...keyFacts(keys) };
      this.#database.audit('issued', serial, facts, at);
    });
  }

  async recordFailed(serial: string, reason: string, at: Date): Promise<void> {
    this.#database.transaction(() => {
      this.#database.settle(CERTIFICATES, serial, 'failed', null);
      this.#database.audit('failed', serial, { error: reason }, at);
    });
  }

  async recordRevocation(...change: Parameters<CaStore['recordRevocation']>): Promise<void> {
    recordRevocation(this.#database, change);
  }

  /** Records all that `work` does, or nothing, see SqliteDatabase.batch(). */
  batch<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#database.batch(work);
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

  /** The certificates that are wanted, in pages that are read as they are asked for. */
  *search(query: CertificateQuery): Iterable<readonly ListedCertificate[]> {
    if (this.#namesAreMissing && (query.name !== undefined || query.withNames === 'all')) {
      fillNames(this.#database);
      this.#namesAreMissing = false;
    }
    yield* searchCertificates(this.#database, query);
  }

  /** What all certificates are together at a time, without reading them. */
  statistics(now: Date, ownKey?: Uint8Array): StoreStatistics {
    return storeStatistics(this.#database, now, ownKey);
  }

  /** How many certificates end on each day from `now` on, the first one first. */
  endsByDay(now: Date, ownKey?: Uint8Array): readonly EndsOfDay[] {
    return endsByDay(this.#database, now, ownKey);
  }

  /** The last full CRL of all certificates. */
  lastCrl(): LastCrl | undefined {
    return lastCrl(this.#database);
  }

  /** The last CRLs of distribution points; undefined if there is none. */
  pointCrls(kind: 'full' | 'delta', now: Date): PointCrls | undefined {
    return pointCrls(this.#database, kind, now);
  }

  async lastCrlNumber(): Promise<bigint> {
    return lastCrlNumber(this.#database);
  }

  async lastIssuedCrl(
    ...which: Parameters<CaStore['lastIssuedCrl']>
  ): Promise<IssuedCrl | undefined> {
    return lastIssuedCrl(this.#database, which);
  }

  /**
   * Does `work` if the CRL is the last one of its kind and point that was released. Nobody can record
   * another one meanwhile, so that work is short: a name is given to what is written.
   */
  whileNewestCrl(
    number: bigint,
    which: Parameters<CaStore['lastIssuedCrl']>,
    work: () => void,
  ): void {
    this.#database.transaction(() => {
      if (lastIssuedCrl(this.#database, which)?.number === number) work();
    });
  }

  async crlPoints(now: Date): Promise<readonly CrlPoint[]> {
    return neededPoints(this.#database, now);
  }

  async auditHead(): Promise<AuditHead | undefined> {
    return auditHead(this.#database);
  }

  async recordAct(...[facts, at]: Parameters<CaStore['recordAct']>): Promise<void> {
    recordAct(this.#database, facts, at);
  }

  async lastAct(): Promise<Date | undefined> {
    const row = this.#database.row('SELECT at FROM audit ORDER BY id DESC LIMIT 1');
    return row && instant(row['at']);
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

  async recordCrlIssued(...issued: Parameters<CaStore['recordCrlIssued']>): Promise<void> {
    recordCrlIssued(this.#database, ...issued);
  }

  async recordCrlFailed(number: bigint, reason: string, at: Date): Promise<void> {
    recordCrlFailed(this.#database, number, reason, at);
  }

  /** Checks the audit trail, see verifyAudit(). */
  verifyAudit(known: readonly KnownHead[], watch: WatchAudit): Promise<AuditVerdict> {
    return verifyAudit(this.#database, known, watch);
  }

  /** All entries of the audit trail, oldest first, as they are asked for. */
  async *auditEntries(): AsyncIterable<AuditEntry> {
    yield* auditEntries(this.#database);
  }

  /** The last `limit` of those that the filter lets through, oldest first. */
  async lastAuditEntries(filter: AuditFilter, limit: number): Promise<readonly AuditEntry[]> {
    return lastAuditEntries(this.#database, filter, limit);
  }

  /** The CRLs that are kept: the last full one and the last delta of each point. DER. */
  async *keptCrls(): AsyncIterable<Uint8Array> {
    yield* keptCrls(this.#database);
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
    if (version < 3) {
      fillKeys(database);
      fillPoints(database);
    }
    fillNames(database);
  });
}
