import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, it } from 'vitest';
import { pemBlocks } from '../../../src/der/pem.ts';
import { parseAuditHead } from '../../../src/x509/audit-head.ts';
import { parseCertificate, serialText } from '../../../src/x509/certificate.ts';
import { parseCrl } from '../../../src/x509/crl.ts';
import { makeEntriesOlder, makeOlder } from '../../support/older-store.ts';
import { runTool, tool } from '../../support/tools.ts';
import { world } from '../../support/world.ts';
import { auditedCa, lines } from './ca.ts';

interface Entry {
  readonly number: number;
  readonly at: string;
  readonly event: string;
  readonly serial?: string;
  readonly hash: string;
  readonly facts: {
    readonly by?: Readonly<Record<string, string>>;
    readonly reason?: string;
    readonly [fact: string]: unknown;
  };
}

const { cwd, pki, done, make, path, tampered } = auditedCa({ PKI_OPERATOR: 'Alice Doe' });
const jq = tool('jq');
const hex = (hash: Uint8Array) => Buffer.from(hash).toString('hex');
const sha256 = (octets: Uint8Array) => createHash('sha256').update(octets).digest('hex');
const der = (file: string) =>
  pemBlocks(readFileSync(path(file), 'latin1'))[0]?.der ?? new Uint8Array(0);
const certificate = (file: string) => parseCertificate(der(file));
const shown = async (...options: readonly string[]) =>
  JSON.parse((await done('audit show --json --limit 100 --ca-dir', ...options)).stdout) as Entry[];

beforeAll(make);

describe('the audit trail of a CA', () => {
  it('holds, and says what was looked at', async () => {
    const head = (await done('audit head --ca-dir ca')).stdout;
    expect(head).toMatch(/^19:[0-9a-f]{64}\n$/);
    expect((await done('audit verify --ca-dir ca --against first.crl')).stdout).toBe(
      [
        'the audit trail holds',
        '  entries       19',
        '  certificates  4',
        '  CRLs          4',
        '  against       CRL 2 in the store',
        '  against       CRL 3 in the store',
        '  against       CRL 4 in the store',
        '  against       first.crl',
        `  head          ${head}`,
      ].join('\n'),
    );
  });

  it('tells of each act: who, what, with which key, and what came of it', async () => {
    const { tbs, tbsDer } = certificate('good.crt');
    const by = { user: 'tester', host: 'ca.test', operator: 'Alice Doe' };
    const publicKeySha256 = sha256(certificate('ca/ca.crt').tbs.publicKey);
    const keys = [{ algorithm: 'ed25519', publicKeySha256, places: ['file:keys/ca.key'] }];
    expect(await shown('ca', '--serial', serialText(tbs.serialNumber))).toMatchObject([
      {
        ...{ number: 3, event: 'intent', serial: serialText(tbs.serialNumber) },
        facts: {
          ...{ by, profile: 'web', subject: 'CN=good.example', keys },
          ...{ crlUrls: ['http://pki.example.com/0.crl'], tbsSha256: sha256(tbsDer) },
          publicKeySha256: sha256(tbs.publicKey),
        },
      },
      {
        ...{ number: 4, event: 'issued' },
        facts: { by, keys, certificateSha256: sha256(der('good.crt')) },
      },
    ]);
    const bad = serialText(certificate('bad.crt').tbs.serialNumber);
    const [, , revoked] = await shown('ca', '--serial', bad.toUpperCase());
    expect(revoked).toMatchObject({
      event: 'revoked',
      facts: { by, revocation: 'keyCompromise', invalidityDate: '2026-01-01T00:00:00Z' },
    });
    expect(revoked?.facts.reason).toBe('disk stolen');
    expect(await shown('ca', '--serial', '1')).toMatchObject([
      { event: 'crl-intent', facts: { by, keys, covers: 10 } },
      { event: 'crl-issued', facts: { by, keys, crlSha256: sha256(der('first.crl')) } },
    ]);
  });

  it('is shown from a time on, and as text that a terminal is safe from', async () => {
    expect(await shown('ca', '--since', '2100-01-01')).toEqual([]);
    const [first] = await shown('ca');
    expect(await shown('ca', '--since', first?.at ?? '')).toHaveLength(19);
    const odd = tampered("UPDATE audit SET event = 'x' || char(27) || 'y' WHERE id = 19");
    const { stdout } = await done('audit show --limit 1 --ca-dir', odd);
    expect(stdout).toContain('  x\\x1by 4\n  by         Alice Doe, tester@ca.test\n');
    expect(stdout).toMatch(/\n {2}key {8}ed25519 in file:keys\/ca\.key, [0-9a-f]{64}\n/);
  });

  it('is bound into each kind of CRL', async () => {
    const entries = await shown('ca');
    for (const [file, number] of Object.entries({
      ...{ 'first.crl': 10, 'delta.crl': 13, 'shard.crl': 15, 'second.crl': 17 },
    })) {
      const extension = parseCrl(der(file)).tbs.extensions.find(({ oid }) =>
        oid.includes('.8000.'),
      );
      expect(extension?.critical).toBe(false);
      const head = parseAuditHead(extension ? [extension] : []);
      expect(head?.number).toBe(number);
      expect(hex(head?.hash ?? new Uint8Array())).toBe(entries[number - 1]?.hash);
      const { stdout } = await done('audit head --crl', file);
      expect(stdout).toBe(`${number}:${entries[number - 1]?.hash}\n`);
    }
  });

  it.skipIf(!jq)('can be verified without pki: each line and the one before it', async () => {
    const { stdout } = await done('audit export --ca-dir ca');
    writeFileSync(path('audit.jsonl'), stdout);
    const script = `previous=$(printf '0%.0s' $(seq 64))
      while read -r line; do
        hash=$( { printf %s "$previous" | tr a-f A-F | basenc --base16 -d
                  printf %s "$line" | ${jq} -cj '[.at,.event,.serial,.detail]'; } | sha256sum | cut -c 1-64)
        [ "$hash" = "$(printf %s "$line" | ${jq} -r .hash)" ] || exit 1
        previous=$hash
      done < audit.jsonl
      echo "$previous"`;
    const last = execFileSync('bash', ['-c', script], { cwd, encoding: 'utf8' });
    expect(`19:${last}`).toBe((await done('audit head --ca-dir ca')).stdout);
    const array = JSON.parse((await done('audit export --json --ca-dir ca')).stdout);
    expect(array).toEqual(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    );
  });

  it.skipIf(!jq)('hashes a text the same as jq, whatever characters there are in it', async () => {
    await done('init-ca --name Odd --dir odd --no-passphrase --algorithm ed25519');
    const names = 'Zoë 🔑 "quoted" \\ / \u{10ffff} <>&\'';
    await done('crl --ca-dir odd --out odd.crl', '--reason', names);
    expect((await shown('odd')).at(-1)?.facts.reason).toBe(names);
    const { stdout } = await done('audit export --ca-dir odd');
    for (const line of stdout.trimEnd().split('\n')) {
      const { at, event, serial, detail } = JSON.parse(line);
      const written = JSON.stringify([at, event, serial, detail]);
      const filter = '[.at,.event,.serial,.detail]';
      expect(execFileSync(jq ?? '', ['-cj', filter], { input: line, encoding: 'utf8' })).toBe(
        written,
      );
    }
  });
});

describe('a reason', () => {
  const last = async (ca: string) => (await shown(ca)).at(-1)?.facts.reason;

  it('is recorded of everything that signs or changes', async () => {
    const plain = '--no-passphrase --algorithm ed25519';
    const why = ['--reason', 'ceremony 7'];
    await done(`init-ca --name Sub --dir sub --parent ca ${plain}`, ...why);
    expect([await last('sub'), await last('ca')]).toEqual(['ceremony 7', 'ceremony 7']);
    await done(`init-ca --name Wait --dir wait --csr wait.csr ${plain}`, ...why);
    await done('issue --ca-dir ca --profile issuing-ca --csr wait.csr --out wait.crt', ...why);
    const issued = (await shown('ca')).at(-2);
    expect(issued?.facts['requestSha256']).toBe(sha256(der('wait.csr')));
    await done('init-ca --dir wait --complete wait.crt --chain ca/ca.crt', ...why);
    expect((await shown('wait')).map(({ event, facts }) => [event, facts.reason])).toEqual([
      ['request', 'ceremony 7'],
      ['intent', 'ceremony 7'],
      ['issued', 'ceremony 7'],
    ]);
    expect((await shown('wait'))[0]?.facts['requestHash']).toBeUndefined();
    await done('renew good.crt --ca-dir ca --out renewed.crt --reason', 'ticket 12');
    expect(await last('ca')).toBe('ticket 12');
    await done('cross-sign odd/ca.crt --ca-dir ca --out cross.crt --reason', 'ticket 13');
    expect(await last('ca')).toBe('ticket 13');
    await done('ocsp sign --ca-dir ca --out responses --reason', 'ticket 14');
    expect((await shown('ca')).at(-1)).toMatchObject({
      event: 'ocsp-signed',
      facts: { reason: 'ticket 14', revoked: 1, keys: [{ algorithm: 'ed25519' }] },
    });
    await done('crl --ca-dir ca --out third.crl --reason', 'ticket 15');
    expect(await last('ca')).toBe('ticket 15');
    await done(`rekey-ca --ca-dir odd --dir odd-2 --no-passphrase`, '--reason', 'ticket 16');
    expect([await last('odd'), await last('odd-2')]).toEqual(['ticket 16', 'ticket 16']);
    await done(`rekey-ca --ca-dir odd-2 --reason`, 'ticket 17');
    expect(await last('odd-2')).toBe('ticket 17');
    for (const ca of ['ca', 'sub', 'wait', 'odd', 'odd-2']) {
      await done('audit verify --ca-dir', ca);
      expect((await shown(ca)).filter(({ facts }) => facts.by?.['user'] !== 'tester')).toEqual([]);
    }
  });

  it.each([
    ['an empty one', ' '],
    ['two lines', 'one\ntwo'],
    ['what acts on a terminal', '\x1b[31mred'],
    ['what turns the direction', 'abc\u202edef'],
    ['half a character', '\ud800'],
    ['a long one', 'x'.repeat(1001)],
  ])('is refused: %s', async (_, text) => {
    const form = 'it has to be one line of 1 to 1,000 characters, none of them a control character';
    const outcome = await pki('crl', '--ca-dir', 'ca', '--reason', text);
    expect(outcome.status).toBe(2);
    expect(outcome.stderr).toContain(`option '--reason <text>' argument '`);
    expect(outcome.stderr).toContain(`is invalid. ${form}\n`);
    const comment = ['revoke', '--ca-dir', 'ca', 'good.crt', '--release', '--comment', text];
    expect((await pki(...comment)).stderr).toContain(form);
  });

  it('and a name of 1,000 characters are taken', async () => {
    await done('crl --ca-dir ca --out long.crl --reason', '🔑'.repeat(1000));
    expect(await last('ca')).toHaveLength(2000);
  });
});

describe('PKI_OPERATOR', () => {
  it('need not be there, and has to be a line', async () => {
    await world({ cwd })('revoke', '--ca-dir', 'ca', 'good.crt', '--reason', 'superseded');
    expect((await shown('ca')).at(-1)?.facts.by).toEqual({ user: 'tester', host: 'ca.test' });
    const outcome = await world({ cwd, env: { PKI_OPERATOR: 'a\nb' } })('crl', '--ca-dir', 'ca');
    expect([outcome.status, ...lines(outcome)]).toEqual([
      2,
      'pki: error: PKI_OPERATOR has to be one line of 1 to 1,000 characters, none of them a control character',
    ]);
  });
});

describe('a trail that an older version began', () => {
  const older = (version: 1 | 2): string => {
    const ca = tampered((database) => database.exec('UPDATE crl SET der = NULL'), 'old');
    makeEntriesOlder(path(ca, 'ca.db'));
    makeOlder(path(ca, 'ca.db'), version);
    return ca;
  };

  beforeAll(async () => {
    await done('init-ca --name Old --dir old --no-passphrase --algorithm ed25519');
    await done('issue --ca-dir old --cn a.example --key-out a.key --out a.crt');
  });

  it.each([1, 2] as const)('holds, and goes on: version %i', async (version) => {
    if (version === 2) {
      await done('revoke --ca-dir old a.crt --reason superseded');
      await done('crl --ca-dir old --out before.crl');
    }
    const ca = older(version);
    const before = (await done('audit head --ca-dir', ca)).stdout.trim();
    await done('audit verify --ca-dir', ca); // which only looks
    await done('crl --out after.crl --force --ca-dir', ca);
    const { stdout } = await done(`audit verify --against ${before} --ca-dir`, ca);
    expect(stdout).toContain(`  against       ${before}\n`);
    const [first, ...others] = await shown(ca);
    expect(first).toMatchObject({ event: 'intent', facts: { profile: 'root-ca' } });
    expect(first?.facts.by).toBeUndefined();
    expect(others.at(-1)?.facts.by).toBeDefined();
    using database = new DatabaseSync(path(ca, 'ca.db'));
    database.exec("UPDATE certificate SET profile = 'x' WHERE id = 1");
    expect(lines(await pki('audit', 'verify', '--ca-dir', ca))).toEqual([
      'pki: error: certificate <serial> is not as entry 1 of the audit trail has it',
      'pki: hint: profile: recorded is root-ca, and in the store is x',
    ]);
  });
});

describe('pki audit head', () => {
  it.each([
    [[], 'give either --ca-dir or --crl'],
    [['--ca-dir', 'ca', '--crl', 'first.crl'], 'give either --ca-dir or --crl'],
  ])('refuses %j', async (options, message) => {
    const { status, stderr } = await pki('audit', 'head', ...options);
    expect({ status, stderr }).toEqual({ status: 2, stderr: `pki: error: ${message}\n` });
  });
});

describe('pki audit show', () => {
  it.each(['0', '10001', 'x'])('refuses to show %s entries', async (limit) => {
    const { status, stderr } = await pki('audit', 'show', '--ca-dir', 'ca', '--limit', limit);
    expect(status).toBe(2);
    expect(stderr).toContain('it has to be a whole number from 1 to 10000');
  });
});

const zlint = tool('zlint');

describe.skipIf(!zlint)('zlint, whose parser takes no arc above 31 bits', () => {
  it.each(['first', 'delta', 'shard', 'second'])('reads %s.crl', (name) => {
    const found = JSON.parse(runTool(zlint ?? '', path(`${name}.crl`))) as Record<string, unknown>;
    expect(found).toHaveProperty('e_crl_has_next_update', { result: 'pass' });
  });
});
