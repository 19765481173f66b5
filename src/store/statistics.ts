import { lastAuditEntries } from './audit/rows.ts';
import { type LastCrl, lastCrl, type PointCrls, pointCrls } from './last-crls.ts';
import { hex, type Row, seconds } from './row.ts';
import type { SqliteDatabase } from './sqlite-database.ts';

/** How many certificates there are; each is counted once. */
export interface CertificateCounts {
  /** Issued, neither ended nor revoked. */
  readonly good: number;
  /** Ended, and not revoked before. */
  readonly expired: number;
  readonly revoked: number;
  readonly onHold: number;
  readonly failed: number;
  /** The issuance stopped while the key was in use. */
  readonly interrupted: number;
}

/** Certificates that end, or ended, on one day; neither revoked nor on hold. */
export interface EndsOfDay {
  /** Days since 1970, in Zulu. */
  readonly day: number;
  readonly count: number;
}

/** The end of the audit trail. */
export interface AuditEnd {
  readonly entry: number;
  readonly at: string;
  /** SHA-256, hexadecimal; it covers all entries before. */
  readonly hash: string;
}

/** What a store tells of its certificates together, without reading them. */
export interface StoreStatistics {
  readonly counts: CertificateCounts;
  readonly profiles: readonly { readonly name: string; readonly count: number }[];
  /** The last full one of all certificates. */
  readonly crl: LastCrl | undefined;
  /** The last full ones of distribution points; undefined if there is none. */
  readonly pointCrls: PointCrls | undefined;
  readonly audit: AuditEnd | undefined;
}

/**
 * Each question about certificates is answered by an index alone. `ownKey` is the SHA-256 of the
 * CA's SubjectPublicKeyInfo where somebody else certifies it: then its own certificates are in the
 * store too, and count as what that CA has issued, not here.
 */
export function storeStatistics(
  database: SqliteDatabase,
  now: Date,
  ownKey?: Uint8Array,
): StoreStatistics {
  return {
    counts: withoutOwn(countsOf(database, now), ownEnds(database, ownKey), now),
    profiles: [
      ...database.rows('SELECT profile, count(*) AS n FROM certificate GROUP BY profile'),
    ].map(({ profile, n }) => ({ name: String(profile), count: Number(n) })),
    crl: lastCrl(database),
    pointCrls: pointCrls(database, 'full', now),
    audit: auditEnd(database),
  };
}

/** In the order of the index: grouping by the end as well would sort all of them. */
const BY_STATUS = `
  SELECT status AS name, count(*) AS n, sum(not_after < ?) AS ended FROM certificate GROUP BY 1`;

const BY_REASON = `
  SELECT reason AS name, count(*) AS n, sum(not_after < ?) AS ended
  FROM revocation WHERE reason IS NOT NULL GROUP BY 1`;

/** Interrupted issuances may be revoked too, in case the certificate exists. */
const REVOKED_INTENTS = `
  SELECT '' AS name, count(*) AS n, total(certificate.not_after < ?) AS ended FROM certificate
  JOIN revocation ON revocation.certificate = certificate.id
  WHERE status = 'intent' AND reason IS NOT NULL`;

function countsOf(database: SqliteDatabase, now: Date): CertificateCounts {
  const ask = (sql: string) => tallies([...database.rows(sql, seconds(now))]);
  const [statuses, reasons, intents] = [ask(BY_STATUS), ask(BY_REASON), ask(REVOKED_INTENTS)];
  const [issued, revoked] = [statuses('issued'), reasons()];
  const onHold = reasons('certificateHold').n;
  const ended = issued.ended - revoked.ended + intents().ended;
  return {
    good: issued.n - revoked.n + intents().n - ended,
    expired: ended,
    revoked: revoked.n - onHold,
    onHold,
    failed: statuses('failed').n,
    interrupted: statuses('intent').n - intents().n,
  };
}

/** When the certificates of the CA itself end that are not revoked. Seconds since 1970. */
function ownEnds(database: SqliteDatabase, ownKey: Uint8Array | undefined): readonly number[] {
  if (!ownKey || database.version < 3) return [];
  const rows = database.rows(
    `SELECT certificate.not_after FROM certificate LEFT JOIN revocation ON revocation.certificate = certificate.id
     WHERE certificate.id IN (SELECT certificate FROM certificate_key WHERE public_key_sha256 = ?)
       AND status = 'issued' AND reason IS NULL`,
    ownKey,
  );
  return [...rows].map((row) => Number(row['not_after']));
}

function withoutOwn(
  counts: CertificateCounts,
  own: readonly number[],
  now: Date,
): CertificateCounts {
  const ended = own.filter((end) => end < seconds(now)).length;
  return {
    ...counts,
    good: counts.good - (own.length - ended),
    expired: counts.expired - ended,
  };
}

/** Sums of rows, all or those of a name. */
const tallies =
  (rows: readonly Row[]) =>
  (wanted?: string): { readonly n: number; readonly ended: number } => {
    const some = rows.filter(({ name }) => wanted === undefined || name === wanted);
    const sum = (column: 'n' | 'ended') =>
      some.reduce((total, row) => total + Number(row[column]), 0);
    return { n: sum('n'), ended: sum('ended') };
  };

const DAY = 86_400; // seconds

/** Of certificates that have not ended, the first day first; see {@link storeStatistics}. */
export function endsByDay(
  database: SqliteDatabase,
  now: Date,
  ownKey?: Uint8Array,
): readonly EndsOfDay[] {
  const counts = new Map<number, number>();
  for (const end of ownEnds(database, ownKey)) {
    const day = Math.floor(end / DAY);
    if (end >= seconds(now)) counts.set(day, (counts.get(day) ?? 0) - 1);
  }
  const add = (sql: string, sign: 1 | -1) => {
    for (const { day, n } of database.rows(sql, seconds(now))) {
      counts.set(Number(day), (counts.get(Number(day)) ?? 0) + sign * Number(n));
    }
  };
  const of = (table: string, condition: string) =>
    `SELECT not_after / ${DAY} AS day, count(*) AS n FROM ${table}
     WHERE ${condition} AND not_after >= ? GROUP BY 1`;
  add(of('certificate', "status = 'issued'"), 1);
  // of a revoked intent there was no certificate above
  add(
    of(
      'revocation',
      "reason IS NOT NULL AND certificate NOT IN (SELECT id FROM certificate WHERE status = 'intent')",
    ),
    -1,
  );
  return [...counts]
    .filter(([, count]) => count > 0)
    .map(([day, count]) => ({ day, count }))
    .toSorted((one, other) => one.day - other.day);
}

function auditEnd(database: SqliteDatabase): AuditEnd | undefined {
  const [last] = lastAuditEntries(database, {}, 1);
  return last && { entry: last.number, at: last.at, hash: hex(last.hash) };
}
