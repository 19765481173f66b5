import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readDer } from '../../../src/der/reader.ts';
import {
  contextConstructed,
  integer,
  NULL,
  objectIdentifier,
  octetString,
  sequence,
} from '../../../src/der/writer.ts';
import { encodeName } from '../../../src/x509/names.ts';
import { encodeQcStatements } from '../../../src/x509/qc-statements.ts';
import {
  ALTERNATIVE,
  DELTA,
  NO_REV_AVAIL,
  QC_STATEMENTS,
  RELATED,
  shownExtension,
} from '../shown-extension.ts';

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
