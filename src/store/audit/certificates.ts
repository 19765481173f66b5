import { timeText } from '../../der/time.ts';
import { date, hex, octets, type Row } from '../row.ts';
import type { SqliteDatabase } from '../sqlite-database.ts';
import { factText } from './entry.ts';
import {
  disagreement,
  gathered,
  lifeOf,
  mustAgree,
  mustBeOfThatTime,
  mustHaveEndedAs,
  type Subject,
} from './subject.ts';

/** Each certificate beside each entry about it; `shard` is where its revocation is told. */
const sql = (version: number): string => `
  SELECT certificate.*, public_key_sha256, certificate_point.point AS point, urls,
    revocation.certificate AS revoked, revocation.serial AS revoked_serial, reason, revoked_at,
    invalidity_date, changed, revocation.not_after AS revoked_not_after,
    ${version < 3 ? 'NULL' : 'revocation.point'} AS shard,
    audit.id AS entry, audit.at AS entry_at, event, detail
  FROM certificate
    LEFT JOIN revocation ON revocation.certificate = certificate.id
    LEFT JOIN certificate_key ON certificate_key.certificate = certificate.id
    LEFT JOIN certificate_point ON certificate_point.certificate = certificate.id
    LEFT JOIN crl_point ON crl_point.id = certificate_point.point
    LEFT JOIN audit ON audit.serial = certificate.serial AND event NOT LIKE 'crl-%'
  ORDER BY certificate.id, audit.id`;

/** Yields each certificate once it is as the audit trail has it; throws INTEGRITY. */
export function* checkedCertificates(database: SqliteDatabase): Iterable<Row> {
  for (const [row, entries] of gathered(database.rows(sql(database.version)))) {
    const subject = { name: `certificate ${row['serial']}`, entries };
    mustBeAsIssued(subject, row);
    mustBeRevokedAsTold(subject, row);
    yield row;
  }
}

function mustBeAsIssued(subject: Subject, row: Row): void {
  const { intent, outcome } = lifeOf(subject, ['intent', 'issued', 'failed']);
  const agree = (fact: string, value: string | undefined) =>
    mustAgree(subject, intent, fact, value);
  for (const column of ['profile', 'subject']) agree(column, String(row[column]));
  agree('notBefore', timeText(date(row['not_before'])));
  agree('notAfter', timeText(date(row['not_after'])));
  agree('tbsSha256', hex(octets(row['tbs_sha256'])));
  if (!intent.older) {
    const key = row['public_key_sha256'];
    agree('publicKeySha256', key instanceof Uint8Array ? hex(key) : undefined);
    agree('crlUrls', optionalText(row['urls']));
  }
  mustBeOfThatTime(subject, intent, row);
  mustHaveEndedAs(subject, row, intent, outcome, 'certificateSha256');
}

function mustBeRevokedAsTold(subject: Subject, row: Row): void {
  const last = subject.entries.findLast(({ event }) => ['revoked', 'released'].includes(event));
  const stored = row['revoked'] !== null;
  if (!last) {
    if (!stored) return;
    const [{ number } = { number: 0 }] = subject.entries;
    throw disagreement(subject.name, number, 'revocation', 'none', String(row['reason']));
  }
  const reason = optionalText(row['reason']) ?? 'none';
  const told = last.event === 'released' ? 'none' : factText(last.facts['revocation']);
  const differs = (what: string, recorded: string, found: string) => {
    if (recorded === found) return;
    throw disagreement(subject.name, last.number, what, recorded, found);
  };
  differs('revocation', stored ? told : 'some', stored ? reason : 'none');
  differs('revocation entry', String(last.number), String(row['changed']));
  for (const [column, copy] of COPIES) differs(column, String(row[column]), String(row[copy]));
  const since = subject.entries.findLast(({ event }) => event === 'revoked');
  if (!since) return;
  mustAgree(subject, since, 'since', timeText(date(row['revoked_at'])));
  const invalidity = row['invalidity_date'];
  const invalid = invalidity === null ? undefined : timeText(date(invalidity));
  if (invalid !== undefined || since.facts['invalidityDate'] !== undefined) {
    differs('invalidityDate', factText(since.facts['invalidityDate']), invalid ?? 'none');
  }
}

/** What a revocation repeats of its certificate. */
const COPIES = [
  ['serial', 'revoked_serial'],
  ['not_after', 'revoked_not_after'],
  ['point', 'shard'],
] as const;

const optionalText = (value: unknown): string | undefined =>
  value === null || value === undefined ? undefined : String(value);
