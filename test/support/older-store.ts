import { DatabaseSync } from 'node:sqlite';
import { rechain } from './audit-chain.ts';

/** What version 4 has added, in its reverse. */
const WITHOUT_VERSION_4 = 'DROP TABLE certificate_name';

/** What version 3 has added, in its reverse. */
const WITHOUT_VERSION_3 = `
  DROP INDEX certificate_at;
  DROP INDEX certificate_profile;
  DROP INDEX certificate_status;
  DROP INDEX audit_serial;
  DROP INDEX revocation_point;
  DROP INDEX crl_of_point;
  ALTER TABLE revocation DROP COLUMN point;
  ALTER TABLE crl DROP COLUMN point;
  DROP TABLE certificate_point;
  DROP TABLE crl_point;
  DROP INDEX certificate_subject;
  DROP TABLE certificate_key;
`;

/** Makes of a store one of an older version; its audit trail stays as it is. */
export function makeOlder(path: string, version: 1 | 2 | 3): void {
  using database = new DatabaseSync(path);
  database.exec(WITHOUT_VERSION_4);
  if (version < 3) database.exec(WITHOUT_VERSION_3);
  if (version === 1) database.exec('DROP TABLE crl; DROP TABLE revocation');
  database.exec(`PRAGMA user_version = ${version}`);
}

/** Makes of the audit trail what older versions wrote, of which no CRL has a head. */
export function makeEntriesOlder(path: string): void {
  using database = new DatabaseSync(path);
  rechain(database, (row) => ({ ...row, detail: olderText(row.event, JSON.parse(row.detail)) }));
}

/** Entries were texts. */
function olderText(event: string, facts: Readonly<Record<string, string>>): string {
  const { profile, tbsSha256, certificateSha256, crlSha256, revocation, since } = facts;
  if (event === 'intent') return `${profile} ${tbsSha256}`;
  if (event === 'revoked') return `${revocation} ${since}`;
  return tbsSha256 ?? certificateSha256 ?? crlSha256 ?? '';
}
