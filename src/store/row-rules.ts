/** One way in which rows can contradict each other. */
export interface RowRule {
  /** Stable, for programs and tests. */
  readonly id: string;
  /** The version of the tables that has what it looks at. */
  readonly since: number;
  /** Selects `name` of what is wrong; it must not read octets, and must not sort a million rows. */
  readonly sql: string;
  readonly text: (name: string) => string;
}

const LAST_ENTRY = '(SELECT ifnull(max(id), 0) FROM audit)';

export const ROW_RULES: readonly RowRule[] = [
  {
    id: 'issued-without-octets',
    since: 1,
    sql: `SELECT serial AS name FROM certificate WHERE status = 'issued' AND der IS NULL`,
    text: (serial) => `certificate ${serial} is recorded as issued, and its octets are missing`,
  },
  {
    id: 'octets-not-issued',
    since: 1,
    sql: `SELECT serial AS name FROM certificate WHERE status <> 'issued' AND der IS NOT NULL`,
    text: (serial) => `certificate ${serial} is there, and is not recorded as issued`,
  },
  {
    id: 'revocation-of-nothing',
    since: 2,
    sql: `SELECT serial AS name FROM revocation WHERE NOT EXISTS (
            SELECT 1 FROM certificate WHERE id = revocation.certificate
              AND serial = revocation.serial AND not_after = revocation.not_after)`,
    text: (serial) => `the revocation of ${serial} is of no certificate in the store`,
  },
  {
    id: 'revocation-ahead',
    since: 2,
    sql: `SELECT serial AS name FROM revocation WHERE changed > ${LAST_ENTRY}`,
    text: (serial) => `the revocation of ${serial} is later than the audit trail`,
  },
  {
    id: 'crl-without-octets',
    since: 3,
    sql: `SELECT number AS name FROM crl WHERE der IS NULL AND id IN (
            SELECT max(id) FROM crl WHERE status = 'issued' GROUP BY point, base IS NULL)`,
    text: (number) => `CRL ${number} is the last of its kind, and its octets are missing`,
  },
  {
    id: 'crl-ahead',
    since: 2,
    sql: `SELECT number AS name FROM crl WHERE covers > ${LAST_ENTRY}`,
    text: (number) => `CRL ${number} covers more than the audit trail has`,
  },
  {
    id: 'key-of-nothing',
    since: 3,
    sql: `SELECT certificate AS name FROM certificate_key
          WHERE NOT EXISTS (SELECT 1 FROM certificate WHERE id = certificate_key.certificate)`,
    text: (row) => `a key is recorded for row ${row}, where there is no certificate`,
  },
  {
    id: 'name-of-nothing',
    since: 4,
    sql: `SELECT certificate AS name FROM certificate_name
          WHERE NOT EXISTS (SELECT 1 FROM certificate WHERE id = certificate_name.certificate)
          GROUP BY certificate`,
    text: (row) => `names are recorded for row ${row}, where there is no certificate`,
  },
  {
    id: 'point-of-nothing',
    since: 3,
    sql: `SELECT certificate AS name FROM certificate_point WHERE NOT EXISTS (
            SELECT 1 FROM certificate WHERE id = certificate_point.certificate)
          OR NOT EXISTS (SELECT 1 FROM crl_point WHERE id = certificate_point.point)`,
    text: (row) => `a distribution point is recorded for row ${row}, where there is none`,
  },
  {
    // once that is over no CRL of the point is made any more, whatever is revoked
    id: 'point-ends-early',
    since: 3,
    sql: `SELECT serial AS name FROM certificate_point
          JOIN certificate ON certificate.id = certificate_point.certificate
          JOIN crl_point ON crl_point.id = certificate_point.point
          WHERE certificate.not_after > crl_point.not_after`,
    text: (serial) => `certificate ${serial} ends after the last one of its distribution point`,
  },
  {
    // by the index of ends: few certificates end in one second
    id: 'point-ends-late',
    since: 3,
    sql: `SELECT urls AS name FROM crl_point WHERE NOT EXISTS (
            SELECT 1 FROM certificate
            JOIN certificate_point ON certificate_point.certificate = certificate.id
            WHERE certificate.not_after = crl_point.not_after AND point = crl_point.id)`,
    text: (urls) => `no certificate of the distribution point ${urls} ends when its last one does`,
  },
];
