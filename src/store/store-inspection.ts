import { isDeepStrictEqual } from 'node:util';
import { approvedHashes } from '../ca/settle.ts';
import { issuedVerdict } from '../ca/verify-issued.ts';
import { DerError } from '../der/reader.ts';
import { sameOctets } from '../der/same-octets.ts';
import { sha256 } from '../der/sha256.ts';
import { alternativeNames } from '../x509/alternative-names.ts';
import { type Certificate, parseCertificate, serialText } from '../x509/certificate.ts';
import { parseCrl, parseCrlNumber } from '../x509/crl.ts';
import { knownExtensions } from '../x509/extensions.ts';
import { nameText, parseName } from '../x509/names.ts';
import { NAMES_SQL, parseNames } from './name-rows.ts';
import { bigNumber, octets, type Row, seconds } from './row.ts';
import { ROW_RULES } from './row-rules.ts';
import { SqliteDatabase } from './sqlite-database.ts';

/** An issuance that stands between intent and result. */
export interface Interrupted {
  /** The serial number of a certificate, or the number of a CRL. */
  readonly name: string;
  /** Of the certificate. */
  readonly subject: string | undefined;
  readonly at: Date;
}

/** A store that is only looked at, of any version. Rows are read one at a time. */
export class StoreInspection implements Disposable {
  readonly #database: SqliteDatabase;

  private constructor(database: SqliteDatabase) {
    this.#database = database;
  }

  /** Throws STORE. */
  static open(path: string): StoreInspection {
    return SqliteDatabase.open(path, true, (database) => new StoreInspection(database));
  }

  get version(): number {
    return this.#database.version;
  }

  /** What SQLite finds wrong with the file, in its words; a hundred lines at most. */
  *damage(): Iterable<string> {
    for (const row of this.#database.rows('PRAGMA integrity_check')) {
      if (row['integrity_check'] !== 'ok') yield String(row['integrity_check']);
    }
  }

  /** Rows that contradict each other, by the rules that this version knows of. */
  *contradictions(): Iterable<string> {
    for (const { since, sql, text } of ROW_RULES) {
      if (since > this.version) continue;
      for (const { name } of this.#database.rows(sql)) yield text(String(name));
    }
    yield* this.#numbersOutOfOrder();
  }

  /** Each certificate that was issued: undefined, or how it differs from its row. */
  async *certificates(ca: Certificate): AsyncGenerator<string | undefined> {
    const key = this.version < 3 ? 'NULL' : 'public_key_sha256';
    const join =
      this.version < 3 ? '' : 'LEFT JOIN certificate_key ON certificate = certificate.id';
    const names = this.version < 4 ? 'NULL' : NAMES_SQL;
    const rows = this.#database.rows(
      `SELECT serial, subject, not_before, not_after, tbs_sha256, der, ${key} AS key, ${names} AS names
       FROM certificate ${join} WHERE status = 'issued' AND der IS NOT NULL ORDER BY id`,
    );
    for (const row of rows) {
      const problem = await unlessDamaged(certificateProblem(row, ca));
      yield problem && `certificate ${row['serial']}: ${problem}`;
    }
  }

  /** How CRLs whose octets are kept differ from their rows. */
  async *crls(ca: Certificate): AsyncGenerator<string> {
    if (this.version < 2) return;
    const rows = this.#database.rows(
      'SELECT number, this_update, next_update, tbs_sha256, der FROM crl WHERE der IS NOT NULL',
    );
    for (const row of rows) {
      const problem = await unlessDamaged(crlProblem(row, ca));
      if (problem !== undefined) yield `CRL ${row['number']}: ${problem}`;
    }
  }

  *interrupted(what: 'certificate' | 'crl'): Iterable<Interrupted> {
    if (what === 'crl' && this.version < 2) return;
    const columns = what === 'crl' ? 'number AS name, NULL AS subject' : 'serial AS name, subject';
    const rows = this.#database.rows(
      `SELECT ${columns}, at FROM ${what} WHERE status = 'intent' ORDER BY id`,
    );
    for (const { name, subject, at } of rows) {
      yield {
        name: String(name),
        subject: subject === null ? undefined : String(subject),
        at: new Date(Number(at) * 1000),
      };
    }
  }

  *#numbersOutOfOrder(): Iterable<string> {
    if (this.version < 2) return;
    let last = -1n;
    for (const { number } of this.#database.rows('SELECT number FROM crl ORDER BY id')) {
      const next = bigNumber(number);
      if (next <= last) yield `CRL ${next} comes after CRL ${last}`;
      last = next;
    }
  }

  [Symbol.dispose](): void {
    this.#database[Symbol.dispose]();
  }
}

async function certificateProblem(row: Row, ca: Certificate): Promise<string | undefined> {
  const certificate = parseCertificate(octets(row['der']));
  const { tbs } = certificate;
  const { key, names } = row;
  if (serialText(tbs.serialNumber) !== row['serial']) return 'it has another serial number';
  if (nameText(parseName(tbs.subject)) !== row['subject']) return 'it has another subject';
  if (names !== null && !isDeepStrictEqual(parseNames(names), alternativeNames(tbs.extensions))) {
    return 'it has other alternative names';
  }
  if (seconds(tbs.notBefore) !== row['not_before'] || seconds(tbs.notAfter) !== row['not_after']) {
    return 'it has another validity';
  }
  if (key instanceof Uint8Array && !sameOctets(key, sha256(tbs.publicKey))) {
    return 'it has another public key';
  }
  if (!approvedHashes(certificate).some((hash) => hash.equals(octets(row['tbs_sha256'])))) {
    return 'it is not what was approved';
  }
  return isSignedBy(certificate, ca) ? issuedVerdict(certificate, ca) : undefined;
}

async function crlProblem(row: Row, ca: Certificate): Promise<string | undefined> {
  const crl = parseCrl(octets(row['der']));
  const { tbs } = crl;
  if (String(parseCrlNumber(tbs.extensions)) !== row['number']) return 'it has another number';
  if (
    seconds(tbs.thisUpdate) !== row['this_update'] ||
    seconds(tbs.nextUpdate) !== row['next_update']
  ) {
    return 'it has other times';
  }
  if (!approvedHashes(crl).some((hash) => hash.equals(octets(row['tbs_sha256'])))) {
    return 'it is not what was approved';
  }
  return issuedVerdict(crl, ca);
}

/** A store has the CA's own certificate too, and that of the key before; others have signed those. */
function isSignedBy({ tbs }: Certificate, { tbs: ca }: Certificate): boolean {
  const { authorityKeyIdentifier: named } = knownExtensions(tbs.extensions);
  const own = knownExtensions(ca.extensions).subjectKeyIdentifier;
  if (!sameOctets(tbs.issuer, ca.subject)) return false;
  return !named || !own || sameOctets(named, own);
}

async function unlessDamaged(problem: Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await problem;
  } catch (error) {
    if (error instanceof DerError) return `its octets are damaged: ${error.message}`;
    throw error;
  }
}
