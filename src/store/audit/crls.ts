import { timeText } from '../../der/time.ts';
import { date, hex, octets, type Row } from '../row.ts';
import type { SqliteDatabase } from '../sqlite-database.ts';
import { gathered, lifeOf, mustAgree, mustBeOfThatTime, mustHaveEndedAs } from './subject.ts';

/** Each CRL beside each entry about it. */
const sql = (version: number): string => `
  SELECT crl.*, ${version < 3 ? 'NULL AS urls' : 'urls'},
    audit.id AS entry, audit.at AS entry_at, event, detail
  FROM crl
    ${version < 3 ? '' : 'LEFT JOIN crl_point ON crl_point.id = crl.point'}
    LEFT JOIN audit ON audit.serial = crl.number AND event LIKE 'crl-%'
  ORDER BY crl.id, audit.id`;

/** Yields each CRL once it is as the audit trail has it; throws INTEGRITY. */
export function* checkedCrls(database: SqliteDatabase): Iterable<Row> {
  for (const [row, entries] of gathered(database.rows(sql(database.version)))) {
    const subject = { name: `CRL ${row['number']}`, entries };
    const { intent, outcome } = lifeOf(subject, ['crl-intent', 'crl-issued', 'crl-failed']);
    const agree = (fact: string, value: string | undefined) =>
      mustAgree(subject, intent, fact, value);
    agree('thisUpdate', timeText(date(row['this_update'])));
    agree('nextUpdate', timeText(date(row['next_update'])));
    agree('covers', String(row['covers']));
    agree('tbsSha256', hex(octets(row['tbs_sha256'])));
    if (!intent.older) {
      agree('base', row['base'] === null ? undefined : String(row['base']));
      agree('crlUrls', row['urls'] === null ? undefined : String(row['urls']));
    }
    mustBeOfThatTime(subject, intent, row);
    mustHaveEndedAs(subject, row, intent, outcome, 'crlSha256');
    yield row;
  }
}
