/** Raised with each change of the tables; a newer database is refused. */
export const SCHEMA_VERSION = 4;

/**
 * Since version 2. Numbers are TEXT: they may have 20 octets (RFC 5280 §5.2.3). `base` is that of a
 * delta CRL, `covers` the last audit entry before its list was read.
 */
const CRL_TABLE = `
  CREATE TABLE crl (
    id          INTEGER PRIMARY KEY,
    number      TEXT NOT NULL UNIQUE,
    base        TEXT,
    status      TEXT NOT NULL CHECK (status IN ('intent', 'issued', 'failed')),
    this_update INTEGER NOT NULL,
    next_update INTEGER NOT NULL,
    covers      INTEGER NOT NULL,
    tbs_sha256  BLOB NOT NULL,
    at          INTEGER NOT NULL,
    der         BLOB
  ) STRICT;
`;

/**
 * Since version 2: certificates that are or were revoked. `reason` is NULL after a hold that was
 * released, of which delta CRLs have to tell. `changed` is the audit entry of the last change. What
 * a CRL needs of the certificate is repeated, so that a list of a million reads this table alone.
 */
const REVOCATION_TABLE = `
  CREATE TABLE revocation (
    certificate     INTEGER PRIMARY KEY REFERENCES certificate (id),
    serial          TEXT NOT NULL UNIQUE,
    not_after       INTEGER NOT NULL,
    reason          TEXT,
    revoked_at      INTEGER NOT NULL,
    invalidity_date INTEGER,
    changed         INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX revocation_changed ON revocation (changed);
`;

/**
 * Since version 3: which key a certificate is for, by the SHA-256 of its SubjectPublicKeyInfo. It
 * references nothing: whoever only looks at an older store has it as a temporary table, which cannot.
 */
const KEY_TABLE = `
  CREATE TABLE certificate_key (
    certificate       INTEGER PRIMARY KEY,
    public_key_sha256 BLOB NOT NULL
  ) STRICT;
  CREATE INDEX certificate_key_sha256 ON certificate_key (public_key_sha256);
`;

/** Since version 3. Names are compared without case, of ASCII at least (RFC 5280 §7.1). */
const SUBJECT_INDEX = `
  CREATE INDEX certificate_subject ON certificate (subject COLLATE NOCASE);
`;

/**
 * Since version 3: the distribution points that certificates name, by their URLs with spaces in
 * between, and when the last of those certificates ends.
 */
const POINT_TABLES = `
  CREATE TABLE crl_point (
    id        INTEGER PRIMARY KEY,
    urls      TEXT NOT NULL UNIQUE,
    not_after INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE certificate_point (
    certificate INTEGER PRIMARY KEY,
    point       INTEGER NOT NULL
  ) STRICT;
`;

/** Since version 3: to which point a CRL is bound, NULL for those that tell of all certificates. */
const POINT_COLUMNS = `
  ALTER TABLE crl ADD COLUMN point INTEGER;
  ALTER TABLE revocation ADD COLUMN point INTEGER;
  CREATE INDEX crl_of_point ON crl (point) WHERE point IS NOT NULL;
  CREATE INDEX revocation_point ON revocation (point) WHERE point IS NOT NULL;
`;

/**
 * Since version 4: the alternative names of certificates, `type` and `name` as GeneralName has them.
 * What is searched lies together, in the order of issuing.
 */
const NAME_TABLE = `
  CREATE TABLE certificate_name (
    certificate INTEGER NOT NULL,
    position    INTEGER NOT NULL,
    type        TEXT NOT NULL,
    name        TEXT NOT NULL,
    PRIMARY KEY (certificate, position)
  ) STRICT, WITHOUT ROWID;
`;

/** Since version 3, for lists and statistics: these are told by indexes alone, a tenth of the table. */
const LIST_INDEXES = `
  CREATE INDEX certificate_status ON certificate (status, not_after);
  CREATE INDEX certificate_profile ON certificate (profile);
  CREATE INDEX certificate_at ON certificate (at);
`;

/** Since version 3: the entries of the audit trail about one certificate or CRL. */
const AUDIT_INDEX = `
  CREATE INDEX audit_serial ON audit (serial);
`;

/**
 * Times are whole seconds since 1970. `audit.hash` chains the rows, see entryHash(): a change of
 * one row shows in all that follow.
 */
export const SCHEMA = `
  CREATE TABLE certificate (
    id         INTEGER PRIMARY KEY,
    serial     TEXT NOT NULL UNIQUE,
    status     TEXT NOT NULL CHECK (status IN ('intent', 'issued', 'failed')),
    profile    TEXT NOT NULL,
    subject    TEXT NOT NULL,
    not_before INTEGER NOT NULL,
    not_after  INTEGER NOT NULL,
    tbs_sha256 BLOB NOT NULL,
    at         INTEGER NOT NULL,
    der        BLOB
  ) STRICT;
  CREATE INDEX certificate_not_after ON certificate (not_after);
  CREATE TABLE audit (
    id     INTEGER PRIMARY KEY,
    at     TEXT NOT NULL,
    event  TEXT NOT NULL,
    serial TEXT NOT NULL,
    detail TEXT NOT NULL,
    hash   BLOB NOT NULL
  ) STRICT;
  ${CRL_TABLE}
  ${REVOCATION_TABLE}
  ${KEY_TABLE}
  ${SUBJECT_INDEX}
  ${POINT_TABLES}
  ${POINT_COLUMNS}
  ${LIST_INDEXES}
  ${AUDIT_INDEX}
  ${NAME_TABLE}
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** What an older version lacks. Whoever only looks can do without indexes and columns of tables that it has. */
interface Missing {
  readonly tables: string;
  readonly indexes: string;
}

/** What each older version lacks, to bring it to the next one. */
export const MISSING: Readonly<Record<number, Missing>> = {
  1: { tables: `${CRL_TABLE} ${REVOCATION_TABLE}`, indexes: '' },
  2: {
    tables: `${KEY_TABLE} ${POINT_TABLES}`,
    indexes: `${SUBJECT_INDEX} ${POINT_COLUMNS} ${LIST_INDEXES} ${AUDIT_INDEX}`,
  },
  3: { tables: NAME_TABLE, indexes: '' },
};
