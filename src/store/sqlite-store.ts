import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import type {
  CaStore,
  CertificateRecord,
  CertificateStatus,
  CrlIntent,
  Intent,
} from '../ca/store.ts';
import { PkiError } from '../errors.ts';
import { SCHEMA, SCHEMA_VERSION, UPGRADES } from './schema.ts';

/** How long a writer waits for another process. Milliseconds. */
const BUSY_TIMEOUT = 30_000;

/** What is recorded before and after the key is used. */
interface Settled {
  readonly table: 'certificate' | 'crl';
  /** Which column names a row. */
  readonly column: 'serial' | 'number';
}

const CERTIFICATES: Settled = { table: 'certificate', column: 'serial' };
const CRLS: Settled = { table: 'crl', column: 'number' };

/** The store of one CA in one SQLite file; several processes may use it at once. */
export class SqliteStore implements CaStore {
  readonly #database: DatabaseSync;
  readonly #path: string;

  private constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#path = path;
  }

  /** Makes the tables in a file that must not exist. */
  static create(path: string): SqliteStore {
    return opened(path, false, (database) => {
      database.exec('PRAGMA journal_mode = WAL');
      database.exec(SCHEMA);
      return new SqliteStore(database, path);
    });
  }

  /** Opens an existing store; `readOnly` for commands that only look. */
  static open(path: string, { readOnly = false } = {}): SqliteStore {
    if (!existsSync(path)) throw missing(path); // SQLite would make an empty one
    return opened(path, readOnly, (database) => {
      const store = new SqliteStore(database, path);
      if (versionOf(database) !== SCHEMA_VERSION) store.#upgrade(readOnly);
      return store;
    });
  }

  async recordIntent(intent: Intent, at: Date): Promise<void> {
    const { serial, profile, subject, notBefore, notAfter, tbsHash } = intent;
    this.#transaction(() => {
      this.#database
        .prepare(
          `INSERT INTO certificate
             (serial, status, profile, subject, not_before, not_after, tbs_sha256, at)
           VALUES (?, 'intent', ?, ?, ?, ?, ?, ?)`,
        )
        .run(serial, profile, subject, seconds(notBefore), seconds(notAfter), tbsHash, seconds(at));
      this.#audit('intent', serial, `${profile} ${hex(tbsHash)}`, at);
    });
  }

  async recordIssued(serial: string, der: Uint8Array, at: Date): Promise<void> {
    this.#transaction(() => {
      this.#settle(CERTIFICATES, serial, 'issued', der);
      this.#audit('issued', serial, hex(createHash('sha256').update(der).digest()), at);
    });
  }

  async recordFailed(serial: string, reason: string, at: Date): Promise<void> {
    this.#transaction(() => {
      this.#settle(CERTIFICATES, serial, 'failed', null);
      this.#audit('failed', serial, reason, at);
    });
  }

  async find(serial: string): Promise<CertificateRecord | undefined> {
    return this.#guarded(() => {
      const row = this.#database.prepare('SELECT * FROM certificate WHERE serial = ?').get(serial);
      return row && record(row);
    });
  }

  async *list(): AsyncIterable<CertificateRecord> {
    const rows = this.#guarded(() =>
      this.#database.prepare('SELECT * FROM certificate ORDER BY id').iterate(),
    );
    for (const row of rows) yield record(row);
  }

  [Symbol.dispose](): void {
    if (this.#database.isOpen) this.#database.close();
  }

  async lastCrlNumber(): Promise<bigint> {
    return this.#guarded(() => this.#lastCrlNumber());
  }

  async recordCrlIntent(intent: CrlIntent, at: Date): Promise<void> {
    const { number, thisUpdate, nextUpdate, tbsHash } = intent;
    this.#transaction(() => {
      if (number <= this.#lastCrlNumber()) throw usedNumber(number, this.#path);
      this.#database
        .prepare(
          `INSERT INTO crl (number, status, this_update, next_update, tbs_sha256, at)
           VALUES (?, 'intent', ?, ?, ?, ?)`,
        )
        .run(String(number), seconds(thisUpdate), seconds(nextUpdate), tbsHash, seconds(at));
      this.#audit('crl-intent', String(number), hex(tbsHash), at);
    });
  }

  async recordCrlIssued(number: bigint, der: Uint8Array, at: Date): Promise<void> {
    this.#transaction(() => {
      this.#settle(CRLS, String(number), 'issued', der);
      const hash = hex(createHash('sha256').update(der).digest());
      this.#audit('crl-issued', String(number), hash, at);
    });
  }

  async recordCrlFailed(number: bigint, reason: string, at: Date): Promise<void> {
    this.#transaction(() => {
      this.#settle(CRLS, String(number), 'failed', null);
      this.#audit('crl-failed', String(number), reason, at);
    });
  }

  /** Numbers only go up, so that the last row has the highest one. */
  #lastCrlNumber(): bigint {
    const row = this.#database.prepare('SELECT number FROM crl ORDER BY id DESC LIMIT 1').get();
    return row ? BigInt(String(row['number'])) : 0n;
  }

  /** Whoever only looks needs no table that is new; others add it, one of several at once. */
  #upgrade(readOnly: boolean): void {
    const found = versionOf(this.#database);
    if (UPGRADES[found] === undefined) throw wrongVersion(this.#path, found);
    if (readOnly) return;
    this.#transaction(() => {
      for (let version = versionOf(this.#database); version < SCHEMA_VERSION; version++) {
        this.#database.exec(UPGRADES[version] ?? '');
      }
    });
  }

  #settle(
    { table, column }: Settled,
    name: string,
    status: CertificateStatus,
    der: Uint8Array | null,
  ): void {
    const { changes } = this.#database
      .prepare(`UPDATE ${table} SET status = ?, der = ? WHERE ${column} = ? AND status = 'intent'`)
      .run(status, der, name);
    if (changes !== 1) {
      throw new PkiError('INTEGRITY', `there is no intent to issue ${name} in ${this.#path}`);
    }
  }

  #audit(event: string, serial: string, detail: string, at: Date): void {
    const last = this.#database.prepare('SELECT hash FROM audit ORDER BY id DESC LIMIT 1').get();
    const previous = last ? octets(last['hash']) : new Uint8Array(32);
    const fields = [at.toISOString(), event, serial, detail];
    const hash = createHash('sha256').update(previous).update(JSON.stringify(fields)).digest();
    this.#database
      .prepare('INSERT INTO audit (at, event, serial, detail, hash) VALUES (?, ?, ?, ?, ?)')
      .run(...(fields as [string, string, string, string]), hash);
  }

  /** IMMEDIATE: the lock is taken at the start, where waiting for it is possible. */
  #transaction(work: () => void): void {
    this.#guarded(() => {
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        work();
        this.#database.exec('COMMIT');
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  #guarded<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw storeError(error, this.#path);
    }
  }
}

function opened(
  path: string,
  readOnly: boolean,
  use: (database: DatabaseSync) => SqliteStore,
): SqliteStore {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly, timeout: BUSY_TIMEOUT });
    // FULL: what was committed survives a power failure, in WAL mode too
    if (!readOnly) database.exec('PRAGMA synchronous = FULL');
    return use(database);
  } catch (error) {
    database?.close();
    throw storeError(error, path);
  }
}

/** Primary result codes of SQLite that a person can do something about. */
const SQLITE_ERRORS: Readonly<Record<number, string>> = {
  5: 'it is locked by another process',
  8: 'it cannot be written to',
  10: 'reading or writing failed',
  11: 'it is damaged',
  13: 'the disk is full',
  14: 'it cannot be opened',
  19: 'the serial number was used before',
  26: 'it is not a database',
};

function storeError(error: unknown, path: string): unknown {
  const number = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  if (typeof number !== 'number') return error;
  const why = SQLITE_ERRORS[number & 0xff] ?? (error as Error).message;
  return new PkiError('STORE', `the store ${path} failed: ${why}`, { cause: error });
}

const versionOf = (database: DatabaseSync): number =>
  Number(database.prepare('PRAGMA user_version').get()?.['user_version']);

const usedNumber = (number: bigint, path: string): PkiError =>
  new PkiError('STORE', `the CRL number ${number} was used before in ${path}`, {
    hints: ['another process made a CRL at the same time; that one is newer'],
  });

const missing = (path: string): PkiError =>
  new PkiError('STORE', `the store ${path} is missing`, {
    hints: ['restore it from a backup: it alone tells what the CA has issued'],
  });

const wrongVersion = (path: string, version: unknown): PkiError =>
  new PkiError('STORE', `the store ${path} has the format ${version}, not ${SCHEMA_VERSION}`, {
    hints: ['it was made by another version of pki'],
  });

function record(row: Record<string, SQLOutputValue>): CertificateRecord {
  const text = (column: string) => String(row[column]);
  const date = (column: string) => new Date(Number(row[column]) * 1000);
  return {
    serial: text('serial'),
    status: text('status') as CertificateStatus,
    profile: text('profile'),
    subject: text('subject'),
    notBefore: date('not_before'),
    notAfter: date('not_after'),
    tbsHash: octets(row['tbs_sha256']),
    at: date('at'),
    der: row['der'] === null ? undefined : octets(row['der']),
  };
}

function octets(value: SQLOutputValue | undefined): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new PkiError('INTEGRITY', 'the store holds a value of a wrong type');
}

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
