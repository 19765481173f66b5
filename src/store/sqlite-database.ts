import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { Act } from '../ca/audit.ts';
import { PkiError } from '../errors.ts';
import { type AuditFacts, entryDetail, entryHash, NO_HASH } from './audit/entry.ts';
import { type LookedAt, lookedAt, mustBeWritable, realPath } from './looked-at.ts';
import { mustBeLocal } from './network-file-systems.ts';
import { octets, type Row, type Values } from './row.ts';
import { storeError } from './sqlite-errors.ts';

/** How long a writer waits for another process. Milliseconds. */
const BUSY_TIMEOUT = 30_000;

const PAGE_ROWS = 1000;

/** What is recorded before and after the key is used. */
interface Settled {
  readonly table: 'certificate' | 'crl';
  /** Which column names a row. */
  readonly column: 'serial' | 'number';
}

/** A SQLite file with transactions, an audit chain, and errors that people understand. */
export class SqliteDatabase implements Disposable {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #act: Act | undefined;
  readonly #place: Disposable | undefined;
  /** Whether what begins a transaction is part of one already. */
  #isBatch = false;

  private constructor(
    database: DatabaseSync,
    path: string,
    { act, place }: { readonly act?: Act | undefined; readonly place?: Disposable | undefined },
  ) {
    this.#database = database;
    this.path = path;
    this.#act = act;
    this.#place = place;
  }

  /** Opens a file and hands it to `use`; closes it if that fails. Audit entries tell of `act`. */
  static open<Result>(
    path: string,
    readOnly: boolean,
    use: (database: SqliteDatabase) => Result,
    act?: Act,
  ): Result {
    let database: DatabaseSync | undefined;
    let place: LookedAt | undefined;
    try {
      if (!readOnly) {
        mustBeWritable(realPath(path));
        mustBeLocal(realPath(path));
      }
      place = readOnly ? lookedAt(path) : undefined;
      const location = place?.location ?? path;
      const options = { readOnly: place?.readOnly ?? false, timeout: BUSY_TIMEOUT };
      database = new DatabaseSync(location, options);
      // FULL: what was committed survives a power failure, in WAL mode too
      if (!readOnly) database.exec('PRAGMA synchronous = FULL');
      return use(new SqliteDatabase(database, path, { act, place }));
    } catch (error) {
      if (database?.isOpen) database.close();
      place?.[Symbol.dispose]();
      throw storeError(error, path);
    }
  }

  get version(): number {
    return Number(this.row('PRAGMA user_version')?.['user_version']);
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  prepare(sql: string): StatementSync {
    return this.#database.prepare(sql);
  }

  row(sql: string, ...values: readonly SQLInputValue[]): Row | undefined {
    return this.#guarded(() => this.#database.prepare(sql).get(...values));
  }

  /** Rows as they are asked for, all of one moment. */
  *rows(sql: string, ...values: readonly SQLInputValue[]): Iterable<Row> {
    try {
      yield* this.#database.prepare(sql).iterate(...values);
    } catch (error) {
      throw storeError(error, this.path);
    }
  }

  /** The same for a million: the values of a row in the order of its columns, many rows at a time. */
  *pages(sql: string, ...values: readonly SQLInputValue[]): Iterable<readonly Values[]> {
    let page: Values[] = [];
    try {
      const statement = this.#database.prepare(sql);
      statement.setReturnArrays(true);
      // the types do not know of setReturnArrays()
      for (const row of statement.iterate(...values) as Iterable<unknown> as Iterable<Values>) {
        if (page.push(row) < PAGE_ROWS) continue;
        yield page;
        page = [];
      }
    } catch (error) {
      throw storeError(error, this.path);
    }
    yield page;
  }

  /** IMMEDIATE: the lock is taken at the start, where waiting for it is possible. */
  transaction(work: () => void): void {
    this.#guarded(() => {
      if (this.#isBatch) return work();
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

  /**
   * Makes one transaction of all that `work` begins, which are written to the disk once, not one by
   * one. What it throws undoes all of them; it must not go on after an error of one.
   */
  async batch<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#guarded(() => this.#database.exec('BEGIN IMMEDIATE'));
    this.#isBatch = true;
    try {
      const result = await work();
      this.#guarded(() => this.#database.exec('COMMIT'));
      return result;
    } finally {
      this.#isBatch = false;
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    }
  }

  /** What `work` reads is all of one moment, whoever else writes meanwhile. */
  async snapshot<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#guarded(() => this.#database.exec('BEGIN'));
    try {
      return await work();
    } finally {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    }
  }

  #guarded<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw storeError(error, this.path);
    }
  }

  /** Turns an intent into what became of it, once. */
  settle(
    { table, column }: Settled,
    name: string,
    status: 'issued' | 'failed',
    der: Uint8Array | null,
  ): void {
    const { changes } = this.#database
      .prepare(`UPDATE ${table} SET status = ?, der = ? WHERE ${column} = ? AND status = 'intent'`)
      .run(status, der, name);
    if (changes !== 1) {
      throw new PkiError('INTEGRITY', `there is no intent to issue ${name} in ${this.path}`);
    }
  }

  /** Adds to the audit chain and returns the number of the entry; they count up, without gaps. */
  audit(event: string, serial: string, facts: AuditFacts, at: Date): number {
    const last = this.#database.prepare('SELECT hash FROM audit ORDER BY id DESC LIMIT 1').get();
    const previous = last ? octets(last['hash']) : NO_HASH;
    const fields = { at: at.toISOString(), event, serial, detail: entryDetail(facts, this.#act) };
    const { lastInsertRowid } = this.#database
      .prepare('INSERT INTO audit (at, event, serial, detail, hash) VALUES (?, ?, ?, ?, ?)')
      .run(fields.at, event, serial, fields.detail, entryHash(previous, fields));
    return Number(lastInsertRowid);
  }

  [Symbol.dispose](): void {
    if (this.#database.isOpen) this.#database.close();
    this.#place?.[Symbol.dispose]();
  }
}
