import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { algorithmNamed } from '../../../src/algorithms/registry.ts';
import { pem } from '../../../src/der/pem.ts';
import { bitString, integer, NULL, sequence, TAG, tlv } from '../../../src/der/writer.ts';
import { generatePkcs8 } from '../../../src/signers/generate-key.ts';
import { importPkcs8, softwareSigner } from '../../../src/signers/software-key.ts';
import { EXTENSION_OID } from '../../../src/x509/extensions.ts';
import { encodeGeneralNames } from '../../../src/x509/general-names.ts';
import { encodeRevokedList } from '../../../src/x509/revoked-list.ts';
import { cn, party } from '../../path/made-certificates.ts';
import { entry, entryWith, makeCrl, scope } from '../../path/made-crls.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { world } from '../../support/world.ts';
import { noOpenssl, openssl } from '../openssl.ts';
import { refusals } from '../refusal.ts';

const cwd = temporaryDirectory();
const inCwd = (name: string) => join(cwd, name);
const pki = world({ cwd, now: new Date('2030-01-01T12:00:00Z') });
const refused = refusals(cwd);

const newParty = async (name: string) =>
  party(
    name,
    softwareSigner(await importPkcs8(await generatePkcs8(algorithmNamed('ed25519')), name)),
  );

const write = (name: string, contents: Uint8Array | string): string => {
  writeFileSync(inCwd(name), contents);
  return name;
};

async function shown(file: string): Promise<string> {
  const { status, stdout, stderr } = await pki('show', file);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

const asJson = async (file: string) => JSON.parse((await pki('show', file, '--json')).stdout);

describe('show of a CRL', () => {
  let serial = '';

  beforeAll(async () => {
    await pki(
      'init-ca',
      '--name',
      'Root',
      '--dir',
      'ca',
      '--no-passphrase',
      '--hybrid',
      'catalyst',
    );
    const files = ['--key-out', 'a.key', '--out', 'a.crt'];
    const issued = await pki('issue', '--ca-dir', 'ca', '--cn', 'a.example', ...files, '--json');
    serial = JSON.parse(issued.stdout).serial;
    const since = ['--invalidity-date', '2029-12-31'];
    await pki('revoke', '--ca-dir', 'ca', 'a.crt', '--reason', 'keyCompromise', ...since);
    await pki(
      'crl',
      '--ca-dir',
      'ca',
      '--out',
      'a.crl',
      '--freshest-crl',
      'http://a.example/d.crl',
    );
    await pki('crl', '--ca-dir', 'ca', '--delta', '--out', 'delta.crl');
  });

  it('reads standard input', async () => {
    const file = write('piped.crl', pem('X509 CRL', (await makeCrl(await newParty('Piped'))).der));
    const piped = world({ cwd, stdin: readFileSync(inCwd(file)) });
    expect((await piped('show', '-')).stdout).toBe(await shown(file));
    const cut = world({ cwd, stdin: Buffer.from(pem('X509 CRL', Uint8Array.of(0x30, 0))) });
    expect(await refused(cut, 'show', '-')).toMatchObject({
      status: 2,
      stderr: [
        expect.stringMatching(/^pki: error: standard input cannot be read: /),
        'pki: hint: it has to be a CRL, in PEM or DER',
      ],
    });
  });

  it('tells what is in it, and which head of the audit trail', async () => {
    const head = (await pki('audit', 'head', '--crl', 'a.crl')).stdout.trim();
    const der = readFileSync(inCwd('ca/crl/ca.crl'));
    const text = await shown('a.crl');
    const [summary = ''] = text.split('  Authority Key Identifier');
    expect(summary.replace(/\d+(?= octets; standard: RFC 5758)/, 'SOME')).toBe(
      [
        'CRL of CN=Root',
        '  number                 1',
        '  this update            2030-01-01T12:00:00Z',
        '  next update            2030-01-31T12:00:00Z',
        '  revoked                1',
        `  audit head             ${head}`,
        '  signature              ecdsa-with-SHA384',
        '                           SOME octets; standard: RFC 5758 §3.2',
        '  alternative signature  ml-dsa-65',
        '                           3309 octets; standard: FIPS 204, RFC 9881 §2',
        `  SHA-256                ${createHash('sha256').update(der).digest('hex')}`,
        '',
      ].join('\n'),
    );
    expect(text).toContain('  Freshest CRL\n    http://a.example/d.crl\n');
    expect(text).toContain(`  Audit Head\n    ${head}\n`);
    const entryLine = `${serial}  2030-01-01T12:00:00Z, keyCompromise, invalid since 2029-12-31T00:00:00Z`;
    expect(text.endsWith(`  Entries\n    ${entryLine}\n`)).toBe(true);
  });

  it('tells the same of DER, and of a delta CRL what it builds on', async () => {
    expect(await shown('ca/crl/ca.crl')).toBe(await shown('a.crl'));
    const text = await shown('delta.crl');
    expect(text).toMatch(/^delta CRL of CN=Root\n {2}number +2\n {2}base +CRL 1\n/);
    expect(text).toMatch(/\n {2}changed +0\n/);
    expect(text).toContain('  Delta CRL Indicator (critical)\n    changes since CRL 1\n');
    expect(await asJson('delta.crl')).toMatchObject({ number: '2', base: '1', entries: [] });
  });

  it('tells the first ten entries, and how many more there are', async () => {
    const page = Array.from({ length: 1000 }, (_, index) => ({
      serial: (0x4000 + index).toString(16),
      revocationDate: 1_700_000_000,
      reason: 'superseded' as const,
      invalidityDate: undefined,
    }));
    const revoked = await encodeRevokedList([page]);
    const crl = await makeCrl(await newParty('Many'), { tbs: { revoked } });
    const file = write('many.crl', crl.der);
    const lines = (await shown(file)).split('\n').slice(-13);
    expect(lines).toEqual([
      '  Entries',
      ...page.slice(0, 10).map((one) => `    ${one.serial}  2023-11-14T22:13:20Z, superseded`),
      '    and 990 more',
      '',
    ]);
    const { revoked: count, entries } = await asJson(file);
    expect([count, entries.length]).toEqual([1000, 10]);
  });

  it('tells of which certificates it is, and whose the entries are', async () => {
    const url = 'http://a.example/\u001b[2J.crl';
    const certificateIssuer = {
      oid: EXTENSION_OID.certificateIssuer,
      critical: true,
      value: encodeGeneralNames([{ type: 'directory', value: 'CN=Other' }]),
    };
    const unknown = { oid: EXTENSION_OID.reasonCode, critical: false };
    const revoked = [
      entryWith(1n, certificateIssuer),
      entryWith(2n, { ...unknown, value: tlv(TAG.enumerated, Uint8Array.of(7)) }),
      entryWith(3n, { ...unknown, value: NULL }),
      entry(4n, 'removeFromCRL'),
    ];
    const extensions = [scope({ url, flag: 4, reasons: [1, 4] })];
    const crl = await makeCrl(await newParty('Scoped'), { revoked, extensions });
    const text = await shown(write('scoped.crl', crl.der));
    expect(text).toContain(
      [
        '  Issuing Distribution Point (critical)',
        '    uri:http://a.example/\\x1b[2J.crl',
        '    only for keyCompromise, superseded',
        '    certificates of other issuers too',
        '',
      ].join('\n'),
    );
    const at = '2026-05-01T00:00:00Z';
    expect(text.split('  Entries\n')[1]?.split('\n')).toEqual([
      `    01  ${at}, issued by CN=Other`,
      `    02  ${at}, reason 7`,
      `    03  ${at}, not understood`,
      `    04  ${at}, removeFromCRL`,
      '',
    ]);
  });

  it('tells what RFC 5280 forbids, and does not refuse it', async () => {
    const party = await newParty('Odd');
    const { signatureAlgorithm } = await makeCrl(party);
    const tbs = sequence(
      signatureAlgorithm, // version 1, without a nextUpdate, with a time without seconds
      cn('Odd'),
      tlv(TAG.utcTime, Buffer.from('2601010000Z')),
      sequence(sequence(integer(-5n), tlv(TAG.utcTime, Buffer.from('2601010000Z')))),
    );
    const der = sequence(tbs, signatureAlgorithm, bitString(new Uint8Array(8)));
    const file = write('odd.crl', pem('X509 CRL', der));
    expect(await shown(file)).toMatch(
      /^CRL of CN=Odd\n {2}this update +2026-01-01T00:00:00Z\n {2}next update +not told\n/,
    );
    expect(await asJson(file)).toMatchObject({
      nextUpdate: null,
      entries: [{ revokedAt: null }],
    });
  });

  it('refuses what cannot be read', async () => {
    const crl = await makeCrl(await newParty('Broken'), { revoked: [NULL] });
    const problem = {
      status: 2,
      stderr: [
        'pki: error: broken.crl cannot be read: tag 30 expected, 05 found',
        'pki: hint: it has to be a CRL, in PEM or DER',
      ],
    };
    write('broken.crl', crl.der);
    expect(await refused(pki, 'show', 'broken.crl')).toEqual(problem);
    write('label.crl', pem('X509 CRL', NULL));
    expect((await refused(pki, 'show', 'label.crl')).stderr[0]).toMatch(
      /^pki: error: label.crl cannot be read: /,
    );
  });
});

describe.skipIf(noOpenssl())('show of a CRL of OpenSSL', () => {
  beforeAll(() => {
    write(
      'openssl.cnf',
      [
        '[ca]\ndefault_ca = here',
        `[here]\ndatabase = ${inCwd('index.txt')}\ncrlnumber = ${inCwd('number')}`,
        'default_md = sha256\ndefault_crl_days = 30\ncrl_extensions = with',
        '[with]\nauthorityKeyIdentifier = keyid\nissuingDistributionPoint = critical, @point',
        '[point]\nfullname = URI:http://a.example/o.crl\nonlyuser = TRUE',
      ].join('\n'),
    );
    const row = (serial: string, reason: string) =>
      `R\t400101000000Z\t260101000000Z${reason}\t${serial}\tunknown\t/CN=${serial}\n`;
    write('index.txt', row('0A', '') + row('0B', ',keyCompromise') + row('0C', ',CACompromise'));
    write('number', '1A\n');
    const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout', inCwd('o.key')];
    openssl('req', '-x509', '-subj', '/CN=OpenSSL CA', ...key, '-out', inCwd('o.crt'));
    const files = ['-keyfile', inCwd('o.key'), '-cert', inCwd('o.crt'), '-out', inCwd('o.crl')];
    openssl('ca', '-config', inCwd('openssl.cnf'), '-gencrl', ...files);
  });

  it('agrees with what OpenSSL tells', async () => {
    const ask = (option: string) => openssl('crl', '-in', inCwd('o.crl'), '-noout', option);
    const crl = ['crl', '-in', inCwd('o.crl'), '-noout', '-sha256', '-fingerprint'];
    const fingerprint = openssl(...crl);
    const told = await asJson('o.crl');
    expect(told).toMatchObject({
      issuer: 'CN=OpenSSL CA',
      number: String(Number(ask('-crlnumber').trim().split('=')[1])),
      revoked: 3,
      signature: 'sha256WithRSAEncryption',
      fingerprint: fingerprint.trim().split('=')[1]?.replaceAll(':', '').toLowerCase(),
    });
    const lastUpdate = new Date(ask('-lastupdate').trim().split('=')[1] ?? '');
    expect(new Date(told.thisUpdate)).toEqual(lastUpdate);
    const revokedAt = '2026-01-01T00:00:00Z';
    expect(told.entries).toEqual([
      { serial: '0a', revokedAt },
      { serial: '0b', revokedAt, reason: 'keyCompromise' },
      { serial: '0c', revokedAt, reason: 'cACompromise' },
    ]);
    expect(await shown('o.crl')).toContain(
      '  Issuing Distribution Point (critical)\n    uri:http://a.example/o.crl\n    only user certificates\n',
    );
  });
});
