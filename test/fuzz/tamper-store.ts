import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { rechain } from '../support/audit-chain.ts';
import { type Mutation, OCTET_MUTATIONS } from './octet-mutations.ts';
import type { Random } from './random.ts';

/** Damages a store as somebody does who can write to its file, or as a disk does. */
export function tamperStore(path: string, random: Random): void {
  if (!random.once(4)) tamperRows(path, random);
  if (random.once(4)) tamperFile(path, random);
}

type Tampering = (database: DatabaseSync, random: Random) => void;

/** Rows, and the chain made anew over them at times, which readers look further behind. */
function tamperRows(path: string, random: Random): void {
  using database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  database.exec('PRAGMA ignore_check_constraints = ON; PRAGMA synchronous = OFF');
  do {
    unlessRefused(() => random.pick(TAMPERINGS)(database, random));
  } while (random.once(2));
  if (random.once(3)) return;
  unlessRefused(() => rechain(database, (row) => row));
  unlessRefused(() => database.exec('UPDATE crl SET der = NULL')); // which carry heads
}

/** SQLite may have reasons not to do it, and what comes first may leave nothing for the next. */
function unlessRefused(work: () => void): void {
  try {
    work();
  } catch {}
}

const TAMPERINGS: readonly Tampering[] = [
  setValue,
  setValue,
  setValue,
  (database, random) => {
    withoutTypes(database, random);
    setValue(database, random);
  },
  function changeFact(database, random) {
    const id = someRow(database, 'audit', random);
    const row = database.prepare('SELECT detail FROM audit WHERE id = ?').get(id);
    const facts: Record<string, unknown> = JSON.parse(String(row?.['detail']));
    const fact = random.pick([...Object.keys(facts), 'covers', 'profile']);
    const other = random.pick(FACTS);
    const detail = JSON.stringify({ ...facts, [fact]: 'other' }).replace('"other"', other);
    database.prepare('UPDATE audit SET detail = ? WHERE id = ?').run(detail, id);
  },
  function deleteRow(database, random) {
    const table = someTable(database, random);
    database.exec(`DELETE FROM ${table} WHERE rowid = ${someRow(database, table, random)}`);
  },
  function deleteRows(database, random) {
    database.exec(`DELETE FROM ${someTable(database, random)}`);
  },
  function moveRow(database, random) {
    const table = someTable(database, random);
    const to = random.pick([-1, 0, 1000, 2 ** 40]);
    const from = someRow(database, table, random);
    database.exec(`UPDATE ${table} SET rowid = ${to} WHERE rowid = ${from}`);
  },
  function dropSomething(database, random) {
    const { type, name } = random.pick(
      database.prepare("SELECT type, name FROM sqlite_schema WHERE sql <> ''").all(),
    );
    database.exec(`DROP ${type} ${name}`);
  },
  function renameColumn(database, random) {
    const table = someTable(database, random);
    database.exec(`ALTER TABLE ${table} RENAME ${someColumn(database, table, random)} TO other`);
  },
  function addTrigger(database, random) {
    const table = someTable(database, random);
    database.exec(
      `CREATE TRIGGER hostile BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'x\x1b[2J'); END`,
    );
  },
  function setVersion(database, random) {
    database.exec(`PRAGMA user_version = ${random.pick([-1, 0, 1, 2, 3, 4, 2 ** 31 - 1])}`);
  },
  withoutTypes,
];

function setValue(database: DatabaseSync, random: Random): void {
  const table = someTable(database, random);
  const column = someColumn(database, table, random);
  database
    .prepare(`UPDATE ${table} SET ${column} = ? WHERE rowid = ?`)
    .run(random.pick(VALUES), someRow(database, table, random));
}

/** A table whose columns take values of any type. */
function withoutTypes(database: DatabaseSync, random: Random): void {
  const table = someTable(database, random);
  database.exec(`
    CREATE TABLE loose AS SELECT * FROM ${table};
    DROP TABLE ${table};
    ALTER TABLE loose RENAME TO ${table}`);
}

/** JSON in the place of a fact. */
const FACTS: readonly string[] = [
  ...[
    'null',
    '{}',
    '[]',
    '-1',
    '1e300',
    'true',
    '""',
    '{"toString":1}',
    '[{"join":1}]',
    '[[1],"x"]',
  ],
  ...['"\\u001b[2J"', '"2026-02-30"', '{"user":{"valueOf":1},"host":null}', '[{"places":[{}]}]'],
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
];

const VALUES: readonly SQLInputValue[] = [
  ...[null, 0, 1, -1, 2 ** 31, 2 ** 53, 9007199254740993n, 2n ** 63n - 1n, -(2n ** 63n), 1.5],
  ...[8.64e12, 253402300800, -62167219201],
  ...[
    '',
    ' ',
    '0',
    '-1',
    '01',
    '1e9',
    '0x1',
    'abc',
    'issued',
    'intent',
    'failed',
    'revoked',
    'none',
  ],
  ...[
    'certificateHold',
    'constructor',
    '__proto__',
    '\x1b[2J\x07',
    '\u202e',
    'a\nb',
    '9'.repeat(60),
  ],
  ...['http://a.example/x.crl', 'x'.repeat(100_000), '{}', 'null', '[]', '[1]', '"x"', '{"by":{}}'],
  ...['{"__proto__":{"x":1}}', '['.repeat(50_000), '2026-01-01T00:00:00.000Z', '2026-02-30', '\0'],
  ...[new Uint8Array(0), new Uint8Array(32), Uint8Array.of(0x30, 0x80), Uint8Array.of(0x30, 0)],
];

const someTable = (database: DatabaseSync, random: Random): string =>
  String(
    random.pick(database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all())[
      'name'
    ],
  );

const someColumn = (database: DatabaseSync, table: string, random: Random): string =>
  String(random.pick(database.prepare(`PRAGMA table_info(${table})`).all())['name']);

/** The number of one; of an empty table 0. */
function someRow(database: DatabaseSync, table: string, random: Random): number {
  const rows = database.prepare(`SELECT rowid AS id FROM ${table}`).all();
  return rows.length === 0 ? 0 : Number(random.pick(rows)['id']);
}

/** The file as it may be found, or a write-ahead log beside it that is not its own. */
function tamperFile(path: string, random: Random): void {
  const octets = readFileSync(path);
  const damaged = random.pick(FILE_DAMAGES)(octets, random, octets);
  if (random.once(5)) {
    writeFileSync(`${path}-wal`, damaged.subarray(random.below(damaged.length + 1)));
    rmSync(`${path}-shm`, { force: true });
  } else writeFileSync(path, damaged);
}

const PAGE_BYTES = 4096;

const somePage = ({ length }: Uint8Array, random: Random): number =>
  random.below(Math.ceil(length / PAGE_BYTES) || 1) * PAGE_BYTES;

const FILE_DAMAGES: readonly Mutation<Uint8Array>[] = [
  function truncate(octets, random) {
    return octets.subarray(0, somePage(octets, random) + (random.once(2) ? random.below(100) : 0));
  },
  function copyPage(octets, random) {
    const from = somePage(octets, random);
    return Uint8Array.from(octets).copyWithin(somePage(octets, random), from, from + PAGE_BYTES);
  },
  function fillPage(octets, random) {
    const start = somePage(octets, random);
    return Uint8Array.from(octets).fill(random.pick([0, 0xff]), start, start + PAGE_BYTES);
  },
  (octets, random, other) => random.pick(OCTET_MUTATIONS)(octets, random, other),
];
