import { rmSync, writeFileSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, it } from 'vitest';
import { auditedCa, lines, recompute } from './audit-ca.ts';

const { pki, done, make, path, tampered } = auditedCa();
const verify = async (ca: string, ...options: readonly string[]) => {
  const outcome = await pki('audit', 'verify', '--ca-dir', ca, ...options);
  return [outcome.status, ...lines(outcome)];
};

beforeAll(make);

const NOT_RECORDED = (entry: number) => [
  7,
  `pki: error: entry ${entry} of the audit trail is not what was recorded`,
  'pki: hint: SHA-256 over the hash before it and its fields is <hash>, and <hash> in the store',
];

describe('a change of the trail itself', () => {
  it.each([
    ['at', "at = '2030-01-01T00:00:00.000Z'"],
    ['event', "event = 'released'"],
    ['serial', "serial = '0a'"],
    ['detail', "detail = replace(detail, 'stolen', 'broken')"],
    ['hash', 'hash = zeroblob(32)'],
  ])('is found in the column %s', async (_, change) => {
    const ca = tampered(`UPDATE audit SET ${change} WHERE detail LIKE '%disk stolen%'`);
    expect(await verify(ca)).toEqual(NOT_RECORDED(9));
  });

  it('is found where two entries have changed places', async () => {
    const columns = 'at, event, serial, detail, hash';
    const ca = tampered(`
      CREATE TEMP TABLE two AS SELECT * FROM audit WHERE id IN (4, 5);
      UPDATE audit SET (${columns}) = (SELECT ${columns} FROM two WHERE two.id = 9 - audit.id)
      WHERE id IN (4, 5)`);
    expect(await verify(ca)).toEqual(NOT_RECORDED(4));
  });

  it.each([
    ['at the start', 'id = 1', 1, 'at its start comes 2'],
    ['in the middle', 'id = 5', 5, 'after entry 4 comes 6'],
  ])('is found where an entry was taken out %s', async (_, which, entry, found) => {
    expect(await verify(tampered(`DELETE FROM audit WHERE ${which}`))).toEqual([
      7,
      `pki: error: entry ${entry} of the audit trail is missing: ${found}`,
    ]);
  });

  it('is found where the numbers have closed the gap', async () => {
    const ca = tampered(
      'DELETE FROM audit WHERE id = 5; UPDATE audit SET id = id - 1 WHERE id > 5',
    );
    expect(await verify(ca)).toEqual(NOT_RECORDED(5));
  });

  it('is found where an entry was put in', async () => {
    const ca = tampered(`
      INSERT INTO audit SELECT max(id) + 1, at, 'released', serial, detail, hash FROM audit`);
    expect((await verify(ca))[1]).toBe(NOT_RECORDED(20)[1]);
  });
});

const certificate = (entry: number, fact: string) => [
  7,
  `pki: error: certificate <serial> is not as entry ${entry} of the audit trail has it`,
  `pki: hint: ${fact}`,
];
const crl = (number: number, entry: number, fact: string) => [
  7,
  `pki: error: CRL ${number} is not as entry ${entry} of the audit trail has it`,
  `pki: hint: ${fact}`,
];
const STORE = 'and in the store is';
const BAD = "WHERE serial = (SELECT serial FROM certificate WHERE subject = 'CN=bad.example')";
const HELD = BAD.replace('bad', 'held');

describe('a change of what the trail tells of', () => {
  it.each<[string, string, readonly unknown[]]>([
    [
      'status',
      "status = 'failed', der = NULL",
      certificate(6, `status: recorded is issued, ${STORE} failed`),
    ],
    [
      'der',
      "der = x'3000'",
      certificate(6, `certificateSha256: recorded is <hash>, ${STORE} <hash>`),
    ],
    [
      'der, which is gone',
      'der = NULL',
      certificate(6, `certificateSha256: recorded is <hash>, ${STORE} none`),
    ],
    ['profile', "profile = 'x'", certificate(5, `profile: recorded is web, ${STORE} x`)],
    [
      'not_before',
      'not_before = 0',
      certificate(5, `notBefore: recorded is <time>, ${STORE} <time>`),
    ],
    [
      'tbs_sha256',
      'tbs_sha256 = zeroblob(32)',
      certificate(5, `tbsSha256: recorded is <hash>, ${STORE} <hash>`),
    ],
    ['at', 'at = 7', certificate(5, `at: recorded is <seconds>, ${STORE} 7`)],
  ])('is found in a certificate: %s', async (_, change, expected) => {
    expect(await verify(tampered(`UPDATE certificate SET ${change} ${BAD}`))).toEqual(expected);
  });

  it.each<[string, string, readonly unknown[]]>([
    [
      'reason',
      "reason = 'superseded'",
      certificate(9, `revocation: recorded is keyCompromise, ${STORE} superseded`),
    ],
    [
      'reason, as if it were released',
      'reason = NULL',
      certificate(9, `revocation: recorded is keyCompromise, ${STORE} none`),
    ],
    ['revoked_at', 'revoked_at = 7', certificate(9, `since: recorded is <time>, ${STORE} <time>`)],
    [
      'invalidity_date',
      'invalidity_date = NULL',
      certificate(9, `invalidityDate: recorded is <time>, ${STORE} none`),
    ],
    ['changed', 'changed = 3', certificate(9, `revocation entry: recorded is 9, ${STORE} 3`)],
    ['not_after', 'not_after = 7', certificate(9, `not_after: recorded is <seconds>, ${STORE} 7`)],
    ['point', 'point = NULL', certificate(9, `point: recorded is 1, ${STORE} null`)],
  ])('is found in a revocation: %s', async (_, change, expected) => {
    expect(await verify(tampered(`UPDATE revocation SET ${change} ${BAD}`))).toEqual(expected);
  });

  it.each<[string, string, readonly unknown[]]>([
    [
      'subject',
      `UPDATE certificate SET subject = 'CN=x' ${BAD}`,
      certificate(5, `subject: recorded is CN=bad.example, ${STORE} CN=x`),
    ],
    [
      'not_after',
      `UPDATE certificate SET not_after = 7 ${BAD}`,
      certificate(5, `notAfter: recorded is <time>, ${STORE} <time>`),
    ],
    [
      'the key',
      'UPDATE certificate_key SET public_key_sha256 = zeroblob(32) WHERE certificate = 3',
      certificate(5, `publicKeySha256: recorded is <hash>, ${STORE} <hash>`),
    ],
    [
      'the point',
      'DELETE FROM certificate_point WHERE certificate = 3',
      certificate(5, `crlUrls: recorded is http://pki.example.com/0.crl, ${STORE} none`),
    ],
    [
      'its URLs',
      "UPDATE crl_point SET urls = 'http://x'",
      certificate(3, `crlUrls: recorded is http://pki.example.com/0.crl, ${STORE} http://x`),
    ],
    [
      'a revocation that is gone',
      `DELETE FROM revocation ${BAD}`,
      certificate(9, `revocation: recorded is some, ${STORE} none`),
    ],
    [
      'a hold that is back',
      `UPDATE revocation SET reason = 'certificateHold' ${HELD}`,
      certificate(13, `revocation: recorded is none, ${STORE} certificateHold`),
    ],
    [
      'a revocation that nobody made',
      "INSERT INTO revocation SELECT 2, serial, not_after, 'superseded', 7, NULL, 3, 1 FROM certificate WHERE id = 2",
      certificate(3, `revocation: recorded is none, ${STORE} superseded`),
    ],
  ])('is found beside it: %s', async (_, change, expected) => {
    expect(await verify(tampered(change))).toEqual(expected);
  });

  it.each<[string, string, readonly unknown[]]>([
    [
      'status',
      "status = 'intent', der = NULL WHERE id = 1",
      crl(1, 12, `status: recorded is issued, ${STORE} intent`),
    ],
    ['base', 'base = NULL WHERE id = 2', crl(2, 14, `base: recorded is 1, ${STORE} none`)],
    [
      'this_update',
      'this_update = 7 WHERE id = 1',
      crl(1, 11, `thisUpdate: recorded is <time>, ${STORE} <time>`),
    ],
    [
      'next_update',
      'next_update = 7 WHERE id = 1',
      crl(1, 11, `nextUpdate: recorded is <time>, ${STORE} <time>`),
    ],
    ['at', 'at = 7 WHERE id = 1', crl(1, 11, `at: recorded is <seconds>, ${STORE} 7`)],
    ['covers', 'covers = 99 WHERE id = 1', crl(1, 11, `covers: recorded is 10, ${STORE} 99`)],
    [
      'tbs_sha256',
      'tbs_sha256 = zeroblob(32) WHERE id = 1',
      crl(1, 11, `tbsSha256: recorded is <hash>, ${STORE} <hash>`),
    ],
    [
      'der',
      'der = (SELECT der FROM crl WHERE id = 4) WHERE id = 3',
      crl(3, 17, `crlSha256: recorded is <hash>, ${STORE} <hash>`),
    ],
    [
      'point',
      'point = NULL WHERE id = 3',
      crl(3, 16, `crlUrls: recorded is http://pki.example.com/0.crl, ${STORE} none`),
    ],
  ])('is found in a CRL: %s', async (_, change, expected) => {
    expect(await verify(tampered(`UPDATE crl SET ${change}`))).toEqual(expected);
  });

  it('is found where a row has no entry', async () => {
    const row = (id: number, values: string) =>
      `INSERT INTO certificate SELECT ${values} FROM certificate WHERE id = ${id}`;
    const added = tampered(
      row(2, "9, '0a', status, profile, subject, not_before, not_after, tbs_sha256, at, der"),
    );
    expect(await verify(added)).toEqual([
      7,
      'pki: error: the audit trail does not tell where certificate 0a comes from',
      'pki: hint: it has to begin with an entry "intent"; there is none',
    ]);
    const renumbered = tampered("UPDATE crl SET number = '9' WHERE id = 4");
    expect(await verify(renumbered)).toEqual([
      7,
      'pki: error: entry 18 of the audit trail (crl-intent) is about CRL 4, which is not in the store',
    ]);
  });

  it('is found where an entry has no row', async () => {
    expect(await verify(tampered('DELETE FROM certificate WHERE id = 2'))).toEqual([
      7,
      'pki: error: entry 3 of the audit trail (intent) is about certificate <serial>, which is not in the store',
    ]);
    expect(
      await verify(tampered('UPDATE revocation SET certificate = 99 WHERE certificate = 3')),
    ).toEqual([7, 'pki: error: the store has a revocation of <serial>, and no such certificate']);
  });

  it('is found where an entry is there a second time', async () => {
    const ca = tampered((database) => {
      database.exec(
        'INSERT INTO audit SELECT 20, at, event, serial, detail, hash FROM audit WHERE id = 6',
      );
      recompute(database);
      database.exec('UPDATE crl SET der = NULL');
    });
    expect((await verify(ca)).slice(0, 2)).toEqual([
      7,
      'pki: error: entry 20 of the audit trail tells a second time of certificate <serial>: issued',
    ]);
  });
});

/** The last revocation and all that came after it never happened. */
const CUT = (database: DatabaseSync) =>
  database.exec(`
    DELETE FROM audit WHERE id > 8;
    DELETE FROM crl; DELETE FROM revocation`);

/** Somebody without the CA's key makes all of it anew, but for a revocation. */
const REMADE = (database: DatabaseSync) => {
  database.exec(`
    DELETE FROM audit WHERE event IN ('revoked', 'released') OR event LIKE 'crl-%';
    DELETE FROM crl; DELETE FROM revocation;
    UPDATE audit SET detail = replace(detail, 'tester', 'nobody')`);
  recompute(database);
};

describe('what the trail alone cannot show', () => {
  it('is found against a head, in each form: entries cut off at the end', async () => {
    const ca = tampered(CUT);
    expect((await verify(ca))[0]).toBe(0);
    const head = (await done('audit head --ca-dir ca')).stdout.trim();
    writeFileSync(path('head.txt'), `${head}\n`);
    writeFileSync(path('head.json'), (await done('audit head --ca-dir ca --json')).stdout);
    const crls = { 'first.crl': 10, 'delta.crl': 13, 'shard.crl': 15, 'second.crl': 17 };
    const given = { 'head.txt': 19, 'head.json': 19, ...crls, [path('ca/crl/ca.crl')]: 17 };
    for (const [file, entry] of Object.entries(given)) {
      expect(await verify(ca, '--against', file)).toEqual([
        7,
        `pki: error: the audit trail ends with entry 8, and ${file} knows entry ${entry}`,
        'pki: hint: entries were taken away at its end, or an older store was put in its place',
      ]);
      expect((await verify('ca', '--against', file))[0]).toBe(0);
    }
    expect((await verify(ca, '--against', head))[1]).toContain('and 19:<hash> knows entry 19');
  });

  it('is found against a head: a trail that was made anew', async () => {
    const ca = tampered(REMADE);
    rmSync(path(ca, 'crl'), { recursive: true });
    expect((await verify(ca))[0]).toBe(0);
    const early = (await done('audit show --ca-dir ca --limit 20 --json')).stdout;
    const { number, hash } = (JSON.parse(early) as { number: number; hash: string }[])[7] ?? {};
    expect(await verify(ca, '--against', `${number}:${hash}`)).toEqual([
      7,
      'pki: error: entry 8 of the audit trail is not that of 8:<hash>',
      'pki: hint: the trail has 8:<hash>, and 8:<hash> has 8:<hash>',
    ]);
  });

  it('is found against the CRLs in the store, as long as somebody leaves them there', async () => {
    const remade = tampered((database) => {
      database.exec("UPDATE audit SET detail = replace(detail, 'tester', 'nobody')");
      recompute(database);
    });
    expect(await verify(remade)).toEqual([
      7,
      'pki: error: entry 13 of the audit trail is not that of CRL 2 in the store',
      'pki: hint: the trail has 13:<hash>, and CRL 2 in the store has 13:<hash>',
    ]);
    const forged = tampered(
      "UPDATE crl SET der = CAST(substr(der, 1, length(der) - 1) || x'00' AS BLOB) WHERE id = 4",
    );
    expect(await verify(forged)).toEqual([
      7,
      expect.stringContaining('CRL 4 in the store is not signed by the CA in '),
    ]);
  });
});

describe('what is no copy of a head', () => {
  it('is refused', async () => {
    writeFileSync(path('note.txt'), 'hello\n');
    expect(await verify('ca', '--against', 'note.txt')).toEqual([
      2,
      'pki: error: note.txt is no copy of an audit head: there is neither a head nor a CRL in it',
      'pki: hint: give NUMBER:HASH, a file from "pki audit head", or a CRL of this CA',
    ]);
    expect(await verify('ca', '--against', 'lost')).toEqual([
      2,
      'pki: error: cannot read lost: no such file or directory',
    ]);
    await done('init-ca --name Other --dir other --no-passphrase --algorithm ed25519');
    await done('crl --ca-dir other --out other.crl');
    expect(await verify('ca', '--against', 'other.crl')).toEqual([
      2,
      `pki: error: other.crl is a CRL of another CA than that in ${path('ca')}`,
    ]);
    await done('init-ca --name Root --dir twin --no-passphrase --algorithm ed25519');
    await done('crl --ca-dir twin --out twin.crl');
    expect(await verify('ca', '--against', 'twin.crl')).toEqual([
      7,
      expect.stringContaining(`twin.crl is not signed by the CA in ${path('ca')}: `),
    ]);
  });
});
