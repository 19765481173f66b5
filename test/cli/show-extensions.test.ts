import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { algorithmNamed, keyAlgorithmNamed } from '../../src/algorithms/registry.ts';
import { encodeSpki } from '../../src/algorithms/spki.ts';
import type { CertificateDescription } from '../../src/cli/describe/describe-certificate.ts';
import { readDer } from '../../src/der/reader.ts';
import { time } from '../../src/der/time.ts';
import {
  bitString,
  contextConstructed,
  integer,
  NULL,
  objectIdentifier,
  octetString,
  sequence,
} from '../../src/der/writer.ts';
import { encodeExtension } from '../../src/x509/extensions.ts';
import { encodeName } from '../../src/x509/names.ts';
import { encodeQcStatements } from '../../src/x509/qc-statements.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { world } from '../support/world.ts';
import { anyKey, extension, madeCertificate, P256_KEY } from './made-certificate.ts';

const cwd = temporaryDirectory();
const pki = world({ cwd });

const DELTA = '2.16.840.1.114027.80.6.1';
const RELATED = '1.3.6.1.5.5.7.1.36';
const QC_STATEMENTS = '1.3.6.1.5.5.7.1.3';
const NO_REV_AVAIL = '2.5.29.56';
const ALTERNATIVE = ['2.5.29.72', '2.5.29.73', '2.5.29.74'] as const;

async function shown(der: Uint8Array): Promise<CertificateDescription> {
  writeFileSync(join(cwd, 'made.der'), der);
  const { status, stdout, stderr } = await pki('show', '--json', 'made.der');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

const shownExtension = async (oid: string, value: Uint8Array) =>
  (await shown(madeCertificate({ extensions: [extension(oid, value)] }))).extensions[0];

describe('show of an extension', () => {
  it('that names a related certificate: hash function and hash', async () => {
    const hash = createHash('sha384').update('certificate').digest();
    const value = sequence(sequence(objectIdentifier('2.16.840.1.101.3.4.2.2')), octetString(hash));
    expect(await shownExtension(RELATED, value)).toEqual({
      oid: RELATED,
      name: 'Related Certificate',
      critical: false,
      value: [`SHA-384: ${hash.toString('hex')}`],
      relatedCertificate: { hashAlgorithm: 'SHA-384', hash: hash.toString('hex') },
    });
  });

  it('that constrains names, a subtree a line, with nothing that acts on a terminal', async () => {
    const base = (tag: number, contents: Uint8Array) =>
      sequence(Uint8Array.of(tag, contents.length, ...contents));
    const value = sequence(
      contextConstructed(
        0,
        base(0x82, Buffer.from('example.com\u001b[31m')),
        base(0x81, Buffer.from('.example.com')),
        base(0x87, Uint8Array.of(192, 0, 2, 0, 255, 255, 255, 128)),
        base(0xa4, encodeName([{ type: 'O', value: 'Example' }])),
      ),
      contextConstructed(
        1,
        base(0x87, Uint8Array.of(...new Uint8Array(32))),
        base(0x87, Uint8Array.of(10, 0, 0, 1, 255, 0, 0, 255)),
        base(0x87, Uint8Array.of(10, 0, 0, 1)),
        base(0x88, Uint8Array.of(42)),
      ),
    );
    expect(await shownExtension('2.5.29.30', value)).toMatchObject({
      name: 'Name Constraints',
      value: [
        expect.stringMatching(/^permitted dns: example\.com[^\p{Cc}]*\[31m$/u),
        'permitted email: .example.com',
        'permitted ip: 192.0.2.0/25',
        'permitted directory: O=Example',
        'excluded ip: ::/0',
        'excluded ip: 10.0.0.1/255.0.0.255',
        'excluded form 87, not understood',
        'excluded form 88, not understood',
      ],
    });
    expect(await shownExtension('2.5.29.30', Uint8Array.of(4, 0))).toMatchObject({
      value: ['2 octets, not understood'],
    });
  });

  it('that binds a TLS server, by the names of what it is bound to', async () => {
    const value = sequence(integer(5), integer(17), integer(3));
    expect(await shownExtension('1.3.6.1.5.5.7.1.24', value)).toMatchObject({
      name: 'TLS Feature',
      value: ['status_request', 'status_request_v2', '3'],
    });
  });

  it('that states what a qualified certificate is, a statement a line', async () => {
    const known = encodeQcStatements({
      compliance: true,
      limit: { currency: 'EUR', amount: 5, exponent: 4 },
      retentionYears: 15,
      sscd: true,
      disclosures: [{ language: 'en', url: 'https://a.example/\u009b' }],
      types: ['esign', '1.2.3'],
      legislation: ['CZ'],
    });
    const other = sequence(objectIdentifier('1.3.6.1.5.5.7.11.2'), sequence());
    const value = sequence(readDer(known).contents, other);
    expect(await shownExtension(QC_STATEMENTS, value)).toMatchObject({
      name: 'QC Statements',
      value: [
        'qualified',
        'transactions up to 5 × 10^4 EUR',
        'records kept for 15 years',
        'key in a qualified device',
        'disclosure statement (en): https://a.example/\\x9b',
        'type: esign',
        'type: 1.2.3',
        'by the law of: CZ',
        'statement 1.3.6.1.5.5.7.11.2',
      ],
    });
    expect(await shownExtension(QC_STATEMENTS, sequence())).toMatchObject({
      value: ['2 octets, not understood'],
    });
  });

  it('that names one by a hash function unknown here: its OID', async () => {
    const value = sequence(sequence(objectIdentifier('1.2.3.4')), octetString(Uint8Array.of(1, 2)));
    expect(await shownExtension(RELATED, value)).toMatchObject({ value: ['1.2.3.4: 0102'] });
  });

  it.each([
    [NO_REV_AVAIL, 'No Revocation Available'],
    ['1.3.6.1.5.5.7.48.1.5', 'OCSP No Check'],
  ])('%s: that it is there', async (oid, name) => {
    expect(await shownExtension(oid, NULL)).toEqual({ oid, name, critical: false, value: [] });
  });

  it('that nobody knows: a dump, which ends after 256 octets', async () => {
    const { value = [] } =
      (await shownExtension('1.2.3.4', octetString(new Uint8Array(5000)))) ?? {};
    expect(value).toHaveLength(17);
    expect(value[0]).toMatch(/^04 82 13 88 /);
    expect(value[16]).toBe('… 5004 octets in all');
  });

  it.each([
    ...[DELTA, RELATED, NO_REV_AVAIL, ...ALTERNATIVE].map(
      (oid) => [oid, 'text', octetString(Uint8Array.of(1))] as const,
    ),
    ...[DELTA, RELATED, ...ALTERNATIVE].map((oid) => [oid, 'NULL', NULL] as const),
    ...[DELTA, RELATED, ALTERNATIVE[0], ALTERNATIVE[1]].map(
      (oid) => [oid, 'an empty SEQUENCE', sequence()] as const,
    ),
    [NO_REV_AVAIL, 'a NULL with contents', Uint8Array.of(5, 1, 0)] as const,
    [ALTERNATIVE[2], 'half of an octet', Uint8Array.of(3, 2, 4, 0xf0)] as const,
    [
      RELATED,
      'more than there should be',
      sequence(sequence(objectIdentifier('1.2.3')), octetString(NULL), NULL),
    ] as const,
  ])('%s that holds %s: only how long it is', async (oid, _, value) => {
    const found = await shownExtension(oid, value);
    expect(found?.value).toEqual([`${value.length} octets, not understood`]);
    expect(found?.name).not.toBe(oid);
  });
});

describe('show of a delta certificate descriptor', () => {
  const mlDsa = algorithmNamed('ml-dsa-44');
  const name = (text: string) => encodeName([{ type: 'CN', value: text }]);
  const [from, until] = [new Date('2032-01-01T00:00:00Z'), new Date('2033-01-01T00:00:00Z')];
  const key = encodeSpki(mlDsa, new Uint8Array(1312));
  const usage = encodeExtension(extension('2.5.29.15', Uint8Array.of(3, 2, 7, 0x80)));
  const unknown = encodeExtension(extension('1.2.3.4', NULL));
  const parts = [
    mlDsa.identifier,
    name('Delta Issuer'),
    sequence(time(from), time(until)),
    name('Delta Subject'),
  ];
  /** Without tag and length, which are those of short SEQUENCEs. */
  const contents = (octets: Uint8Array) => octets.subarray(octets[1] === 0x81 ? 3 : 2);
  const delta = (
    tagged: (number: number, octets: Uint8Array) => Uint8Array,
    extensions: Uint8Array,
  ) =>
    sequence(
      integer(255n),
      ...parts.map((octets, number) => tagged(number, octets)),
      key,
      tagged(4, extensions),
      bitString(new Uint8Array(2420)),
    );
  const implicit = (number: number, octets: Uint8Array) =>
    contextConstructed(number, contents(octets));

  it.each([
    ['IMPLICIT', 'one', implicit, sequence(usage), ['2.5.29.15']],
    ['EXPLICIT', 'one', contextConstructed, sequence(usage), ['2.5.29.15']],
    ['IMPLICIT', 'two', implicit, sequence(unknown, usage), ['1.2.3.4', '2.5.29.15']],
    ['EXPLICIT', 'two', contextConstructed, sequence(unknown, usage), ['1.2.3.4', '2.5.29.15']],
  ] as const)('with %s tags and %s extensions', async (_, __, tagged, list, extensions) => {
    const found = await shownExtension(DELTA, delta(tagged, list));
    expect(found?.deltaCertificate).toMatchObject({
      serial: 'ff',
      subject: 'CN=Delta Subject',
      issuer: 'CN=Delta Issuer',
      notBefore: '2032-01-01T00:00:00Z',
      notAfter: '2033-01-01T00:00:00Z',
      inherited: [],
      key: 'ml-dsa-44',
      signature: 'ml-dsa-44',
      algorithms: [{ octets: 1312 }, { octets: 2420 }],
      extensions,
    });
    expect(found?.value.slice(-extensions.length)).toEqual(
      extensions.map((oid, index) => {
        const label = index === 0 ? 'extensions ' : '           ';
        return `${label}  ${oid === '1.2.3.4' ? oid : 'Key Usages'}`;
      }),
    );
  });

  it('that differs in its key alone: the rest as the certificate around it', async () => {
    const value = sequence(integer(1n), P256_KEY, bitString(new Uint8Array(70)));
    const found = await shownExtension(DELTA, value);
    expect(found?.deltaCertificate).toMatchObject({
      subject: 'CN=Subject',
      issuer: 'CN=Issuer',
      notBefore: '2030-01-01T00:00:00Z',
      inherited: ['issuer', 'subject', 'validity', 'signature'],
      signature: 'ecdsa-with-SHA256',
    });
    expect(found?.value).toContain('issuer       CN=Issuer (as the certificate around it)');
    expect(found?.value).toContain('signature    ecdsa-with-SHA256 (as the certificate around it)');
  });

  it('with hostile text: escaped', async () => {
    const subject = contextConstructed(3, name('a\u001b[2J\n\u202e'));
    const value = sequence(integer(1n), subject, P256_KEY, bitString(new Uint8Array(70)));
    expect((await shownExtension(DELTA, value))?.value[1]).toBe(
      'subject      CN=a\\1b[2J\\0a\\e2\\80\\ae',
    );
  });
});

describe('show of an algorithm', () => {
  const identifier = (oid: string, ...parameters: readonly Uint8Array[]) =>
    sequence(objectIdentifier(oid), ...parameters);

  it.each(['ml-kem-512', 'ml-kem-768', 'ml-kem-1024'])('%s: its name', async (name) => {
    const row = keyAlgorithmNamed(name);
    if (row.family !== 'ml-kem') throw new TypeError(name);
    const publicKey = encodeSpki(row, new Uint8Array(row.publicKeyBytes));
    const { key, algorithms } = await shown(madeCertificate({ publicKey }));
    expect(key).toBe(name);
    expect(algorithms[0]).toMatchObject({ status: 'standard', cites: 'FIPS 203, RFC 9935 §3' });
  });

  it.each([
    ['sha1WithRSAEncryption', identifier('1.2.840.113549.1.1.5', NULL)],
    ['RSASSA-PSS', identifier('1.2.840.113549.1.1.10', sequence())],
    ['ecdsa-with-SHA1', identifier('1.2.840.10045.4.1')],
    ['ml-dsa-44 with other parameters', identifier('2.16.840.1.101.3.4.3.17', NULL)],
    ['sha256WithRSAEncryption with other parameters', identifier('1.2.840.113549.1.1.11')],
    ['1.2.3.4', identifier('1.2.3.4')],
  ])('of a signature that is not supported: %s', async (name, signature) => {
    const { algorithms } = await shown(madeCertificate({ signature }));
    expect(algorithms[1]).toEqual({
      ...{ role: 'signature', name, status: 'unsupported', octets: 70, parts: [] },
    });
    expect((await pki('show', 'made.der')).stdout).toContain(
      `  signature    ${name}\n                 70 octets; not supported\n`,
    );
  });

  it.each([
    ['ec on secp256k1', identifier('1.2.840.10045.2.1', objectIdentifier('1.3.132.0.10'))],
    ['ec on 1.2.3.4', identifier('1.2.840.10045.2.1', objectIdentifier('1.2.3.4'))],
    ['x25519', identifier('1.3.101.110')],
    ['1.2.3.4', identifier('1.2.3.4', NULL)],
  ])('of a key that is not supported: %s', async (name, found) => {
    const { key, algorithms } = await shown(
      madeCertificate({ publicKey: anyKey(found, new Uint8Array(32)) }),
    );
    expect(key).toBe(name);
    expect(algorithms[0]).toMatchObject({ status: 'unsupported', octets: 32 });
  });

  it('of an old composite: that it is one', async () => {
    const signature = identifier('2.16.840.1.114027.80.8.1.28');
    const { algorithms } = await shown(madeCertificate({ signature }));
    expect(algorithms[1]).toMatchObject({
      name: '2.16.840.1.114027.80.8.1.28',
      status: 'unsupported',
      reason: expect.stringMatching(/^it is a composite of an old draft /),
    });
  });

  it('of a composite with its halves in a SEQUENCE: that it is old, and no halves', async () => {
    const row = algorithmNamed('MLDSA44-ECDSA-P256-SHA256');
    const pair = sequence(bitString(new Uint8Array(2420)), bitString(new Uint8Array(70)));
    const parts = { signature: row.identifier, publicKey: encodeSpki(row, pair) };
    const { algorithms } = await shown(madeCertificate(parts, pair));
    const old = {
      name: row.name,
      status: 'unsupported',
      reason:
        'it is of an old draft, whose halves are in a SEQUENCE; draft 19 is what is supported',
      parts: [],
    };
    expect(algorithms).toMatchObject([old, old]);
  });

  it('of a composite too short for two halves: its length alone', async () => {
    const row = algorithmNamed('MLDSA44-Ed25519-SHA512');
    const parts = { signature: row.identifier, publicKey: encodeSpki(row, new Uint8Array(1312)) };
    const { algorithms } = await shown(madeCertificate(parts, new Uint8Array(2420)));
    expect(algorithms).toMatchObject([
      { name: row.name, octets: 1312, parts: [] },
      { name: row.name, octets: 2420, parts: [] },
    ]);
  });

  it('of an alternative signature without its value: no octets', async () => {
    const extensions = [extension(ALTERNATIVE[1], algorithmNamed('ml-dsa-44').identifier)];
    const { alternativeSignature, algorithms } = await shown(madeCertificate({ extensions }));
    expect(alternativeSignature).toBe('ml-dsa-44');
    expect(algorithms[2]).toMatchObject({ role: 'alternative signature', octets: 0 });
  });
});
