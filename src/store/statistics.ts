import { date, hex, octets, type Row, seconds } from './row.ts';
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

/** The last full CRL of all certificates. */
export interface LastCrl {
  readonly number: string;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
}

/** The end of the audit trail. */
export interface AuditHead {
  readonly entry: number;
  readonly at: string;
  /** SHA-256, hexadecimal; it covers all entries before. */
  readonly hash: string;
}

/** What a store tells of its certificates together, without reading them. */
export interface StoreStatistics {
  readonly counts: CertificateCounts;
  readonly profiles: readonly { readonly name: string; readonly count: number }[];
  /** Of certificates that have not ended, the first one first. */
  readonly ends: readonly EndsOfDay[];
  readonly crl: LastCrl | undefined;
  readonly audit: AuditHead | undefined;
}

/** Each question about certificates is answered by an index alone. */
export function storeStatistics(database: SqliteDatabase, now: Date): StoreStatistics {
  return {
    counts: countsOf(database, now),
    profiles: [
      ...database.rows('SELECT profile, count(*) AS n FROM certificate GROUP BY profile'),
    ].map(({ profile, n }) => ({ name: String(profile), count: Number(n) })),
    ends: endsOf(database, now),
    crl: lastCrl(database),
    audit: auditHead(database),
  };
}

const BY_STATUS =
  'SELECT status, not_after < ? AS ended, count(*) AS n FROM certificate GROUP BY 1, 2';

const BY_REASON = `
  SELECT reason = 'certificateHold' AS held, not_after < ? AS ended, count(*) AS n
  FROM revocation WHERE reason IS NOT NULL GROUP BY 1, 2`;

/** Interrupted issuances may be revoked too, in case the certificate exists. */
const REVOKED_INTENTS = `
  SELECT certificate.not_after < ? AS ended, count(*) AS n FROM certificate
  JOIN revocation ON revocation.certificate = certificate.id
  WHERE status = 'intent' AND reason IS NOT NULL GROUP BY 1`;

function countsOf(database: SqliteDatabase, now: Date): CertificateCounts {
  const count = (sql: string) => {
    const rows = [...database.rows(sql, seconds(now))];
    return (wanted: Row): number =>
      rows
        .filter((row) => Object.entries(wanted).every(([name, value]) => row[name] === value))
        .reduce((sum, { n }) => sum + Number(n), 0);
  };
  const [all, revoked, intents] = [BY_STATUS, BY_REASON, REVOKED_INTENTS].map(count) as [
    ReturnType<typeof count>,
    ReturnType<typeof count>,
    ReturnType<typeof count>,
  ];
  const standing = (ended: 0 | 1) =>
    all({ status: 'issued', ended }) - revoked({ ended }) + intents({ ended });
  return {
    good: standing(0),
    expired: standing(1),
    revoked: revoked({ held: 0 }),
    onHold: revoked({ held: 1 }),
    failed: all({ status: 'failed' }),
    interrupted: all({ status: 'intent' }) - intents({}),
  };
}

const DAY = 86_400; // seconds

function endsOf(database: SqliteDatabase, now: Date): readonly EndsOfDay[] {
  const counts = new Map<number, number>();
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

function lastCrl(database: SqliteDatabase): LastCrl | undefined {
  const whole = database.version < 3 ? '' : 'AND point IS NULL'; // before, all were
  const row = database.row(
    `SELECT number, this_update, next_update FROM crl
     WHERE status = 'issued' AND base IS NULL ${whole} ORDER BY id DESC LIMIT 1`,
  );
  return (
    row && {
      number: String(row['number']),
      thisUpdate: date(row['this_update']),
      nextUpdate: date(row['next_update']),
    }
  );
}

function auditHead(database: SqliteDatabase): AuditHead | undefined {
  const row = database.row('SELECT id, at, hash FROM audit ORDER BY id DESC LIMIT 1');
  return row && { entry: Number(row['id']), at: String(row['at']), hash: hex(octets(row['hash'])) };
}
