import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { signAgain } from '../../fuzz/sign-again.ts';
import { auditedCa, lines, recompute } from '../audit/ca.ts';

const { pki, done, make, path, tampered } = auditedCa();

beforeAll(make);

/** Runs a command over a store that somebody has changed who knows how its hashes are made. */
async function told(line: string, change: string): Promise<readonly unknown[]> {
  const ca = tampered((database) => {
    database.exec(change);
    recompute(database);
  });
  const outcome = await pki(...line.split(' '), '--ca-dir', ca);
  return [
    outcome.status,
    ...lines(outcome).map((text) => text.replace(path(ca), 'CA').replace(ca, 'CA')),
  ];
}

const LOOSE = (table: string) =>
  `CREATE TABLE loose AS SELECT * FROM ${table}; DROP TABLE ${table};
   ALTER TABLE loose RENAME TO ${table};`;

const OUT_OF_RANGE = 'pki: error: the store CA/ca.db holds a number that is out of range';
const WRONG_TYPE = 'pki: error: the store holds a value of a wrong type';

describe('a store that somebody has made hostile', () => {
  it.each<[line: string, change: string, ...expected: readonly unknown[]]>([
    ['list', 'UPDATE certificate SET not_after = 9007199254740993', 7, OUT_OF_RANGE],
    ['audit verify', 'UPDATE certificate SET at = -9223372036854775808', 7, OUT_OF_RANGE],
    ['list', 'UPDATE certificate SET not_after = 9007199254740991', 7, WRONG_TYPE],
    ['list', `${LOOSE('certificate')} UPDATE certificate SET not_after = 'x'`, 7, WRONG_TYPE],
    ['list', `${LOOSE('certificate')} UPDATE certificate SET status = NULL`, 7, WRONG_TYPE],
    ['list', `${LOOSE('certificate')} UPDATE certificate SET status = 'x'`, 7, WRONG_TYPE],
    ['crl', "UPDATE revocation SET serial = 'zz' WHERE reason IS NOT NULL", 7, WRONG_TYPE],
    ['crl', "UPDATE revocation SET serial = '00ff' WHERE reason IS NOT NULL", 7, WRONG_TYPE],
    ['crl', 'UPDATE revocation SET revoked_at = 253402300800', 7, WRONG_TYPE],
    ['crl --delta', 'UPDATE revocation SET invalidity_date = -1, changed = 99', 7, WRONG_TYPE],
    ['doctor', "UPDATE audit SET at = 'x'", 7, WRONG_TYPE],
    [
      'issue --profile web --cn a.example --key-out x.key',
      "UPDATE audit SET at = 'x'",
      7,
      WRONG_TYPE,
    ],
    ['crl --check', "UPDATE crl SET number = '-x' WHERE id = 1", 0],
    ['crl', "UPDATE crl SET number = 'x' WHERE id = 4", 7, WRONG_TYPE],
    ['store check', "UPDATE crl SET number = 'x' WHERE id = 1", 7, WRONG_TYPE],
    [
      'list',
      'DROP TABLE certificate',
      6,
      'pki: error: the store CA/ca.db failed: no such table: certificate',
    ],
  ])('"pki %s" refuses %s', async (line, change, ...expected) => {
    expect(await told(line, change)).toEqual(expected);
  });
});

/** Without the octets of CRLs, which carry heads of the trail as it was. */
const detail = (json: string) => `
  UPDATE audit SET detail = '{"v":1,${json}}' WHERE id = (
    SELECT max(id) FROM audit WHERE event = 'intent');
  UPDATE crl SET der = NULL`;

describe('a hostile entry of the audit trail', () => {
  it.each<[json: string, profile: string]>([
    ['"profile":{"toString":1}', '{"toString":1}'],
    ['"profile":[["a"],null]', 'a null'],
    ['"profile":null', 'none'],
  ])('is compared: %s', async (json, profile) => {
    expect(await told('audit verify', detail(json))).toEqual([
      7,
      'pki: error: certificate <serial> is not as entry 7 of the audit trail has it',
      `pki: hint: profile: recorded is ${profile}, and in the store is web`,
    ]);
  });

  it.each([
    ['"by":null', '  by    null\n'],
    ['"by":{"user":{},"host":[1]}', '  by    {}@1\n'],
    ['"keys":[{"algorithm":{"toString":1},"places":[{}]}]', '  key   {"toString":1} in {}, null\n'],
  ])('is shown: %s', async (json, expected) => {
    const ca = tampered(detail(json));
    const { status, stdout } = await pki('audit', 'show', '--ca-dir', ca);
    expect(status).toBe(0);
    expect(stdout).toContain(expected);
  });

  it.each(['audit verify', 'audit show', 'audit show --json'])(
    'is not too deep for "pki %s"',
    async (line) => {
      const deep = `"x":${'['.repeat(20_000)}${']'.repeat(20_000)}`;
      const refusal = await told(line, detail(deep));
      const text = 'an entry of the audit trail is nested too deeply';
      expect(refusal).toEqual([
        7,
        line.endsWith('--json')
          ? `{"error":{"code":"INTEGRITY","message":"${text}","hints":[]}}`
          : `pki: error: ${text}`,
      ]);
    },
  );
});

describe('a restored store', () => {
  it('takes nothing from a CRL with an entry that cannot be read, though it is signed', async () => {
    await done('store backup --ca-dir ca backup');
    const { stdout } = await done('list --ca-dir ca --status revoked --json');
    const [{ serial }] = JSON.parse(stdout);
    const hex = readFileSync(path('ca/crl/ca.crl')).toString('hex');
    const damaged = hex.replace(`14${serial}`, `14${'00'.repeat(20)}`);
    expect(damaged).not.toBe(hex);
    const signed = signAgain(path('ca/keys/ca.key'));
    writeFileSync(path('zeros.crl'), await signed(Buffer.from(damaged, 'hex')));
    expect(await pki('store', 'restore', 'backup', '--dir', 'new', '--crl', 'zeros.crl')).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'pki: error: an entry of CRL 4 cannot be read: an INTEGER is not in its shortest form\n',
    });
    expect(existsSync(path('new'))).toBe(false);
  });
});
