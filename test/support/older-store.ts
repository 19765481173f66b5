import { DatabaseSync } from 'node:sqlite';

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

/** Makes of a store what an older version would have made. */
export function makeOlder(path: string, version: 1 | 2): void {
  using database = new DatabaseSync(path);
  database.exec(WITHOUT_VERSION_3);
  if (version === 1) database.exec('DROP TABLE crl; DROP TABLE revocation');
  database.exec(`PRAGMA user_version = ${version}`);
}
