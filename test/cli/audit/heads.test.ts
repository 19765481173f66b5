import { rmSync, writeFileSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, it } from 'vitest';
import { auditedCa, lines, recompute } from './ca.ts';

const { pki, done, make, path, tampered } = auditedCa();
const verify = async (ca: string, ...options: readonly string[]) => {
  const outcome = await pki('audit', 'verify', '--ca-dir', ca, ...options);
  return [outcome.status, ...lines(outcome)];
};

beforeAll(make);

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
      "UPDATE crl SET der = CAST(substr(der, 1, length(der) - 1) || x'ff' AS BLOB) WHERE id = 4",
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
