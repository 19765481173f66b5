import { beforeAll, describe, expect, it } from 'vitest';
import { auditedCa, lines, recompute } from './ca.ts';

const { pki, make, tampered } = auditedCa();
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
