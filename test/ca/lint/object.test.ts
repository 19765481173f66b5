import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { issue } from '../../../src/ca/authority.ts';
import { issueCrl } from '../../../src/ca/crl.ts';
import { lintObject } from '../../../src/ca/lint/object.ts';
import { ENCODING_RULES } from '../../../src/ca/lint/rules-encoding.ts';
import { ENVELOPE_RULES, SIGNATURE_RULES } from '../../../src/ca/lint/rules-envelope.ts';
import { requestForOwnKey } from '../../../src/ca/request.ts';
import { pemBlocks } from '../../../src/der/pem.ts';
import { time } from '../../../src/der/time.ts';
import { sequence } from '../../../src/der/writer.ts';
import { profileNamed } from '../../../src/profiles/built-in.ts';
import { signedKind } from '../../../src/x509/signed-kind.ts';
import { newIssuer, newKeys, newParts, newSigner } from '../../support/authority.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { vectors } from '../../support/tools.ts';
import { lasting } from './cases-tls.ts';
import { OCTET_CASES, partsOf, together } from './octets.ts';

const parts = newParts(temporaryDirectory());
const issuer = await newIssuer(await newKeys('ecdsa-p256'), parts);
const hybrid = await newIssuer(await newKeys('ecdsa-p256', 'ml-dsa-44'), parts);
const { publicKey } = await newSigner('ecdsa-p256');
const input = {
  request: requestForOwnKey(publicKey),
  profile: profileNamed('tls-server'),
  subject: [{ type: 'CN', value: 'server.example.com' }],
  subjectAltName: [],
} as const;
const { certificate } = await issue(input, issuer, parts);
const now = new Date();

const idsIn = (der: Uint8Array, kind = signedKind(der) ?? 'certificate'): readonly string[] =>
  lintObject(kind, der, { now }).findings.map(({ id }) => id);

describe('what others signed, or we', () => {
  it('passes where it is sound: certificates and CRLs, hybrid ones too', async () => {
    for (const by of [issuer, hybrid]) {
      expect(idsIn((await issue(input, by, parts)).certificate.der)).toEqual([]);
      expect(idsIn(by.certificate?.der ?? new Uint8Array())).toEqual([]);
      expect(idsIn((await issueCrl(by, { days: 1 }, parts)).der)).toEqual([]);
    }
    expect(together(partsOf(certificate))).toEqual(certificate.der);
  });

  it.each(OCTET_CASES)('breaks $id', ({ id, parts: change = () => ({}), whole = (der) => der }) => {
    const sound = partsOf(certificate);
    expect(idsIn(whole(together({ ...sound, ...change(sound) })))).toContain(id);
  });

  it('has a case for each row about octets, envelopes and signatures', () => {
    const rows = [...ENCODING_RULES, ...ENVELOPE_RULES, ...SIGNATURE_RULES].map(({ id }) => id);
    expect(new Set(OCTET_CASES.map(({ id }) => id))).toEqual(new Set(rows));
  });

  it('is read on where its encoding is wrong: no fault hides another', () => {
    const sound = partsOf(certificate);
    const serial = Uint8Array.of(2, 2, 0xff, 0xfe); // -2 in two octets
    expect(idsIn(together({ ...sound, serial }))).toEqual(['der-integer', 'serial-positive']);
  });

  it('is told apart by its structure', () => {
    expect(signedKind(certificate.der)).toBe('certificate');
    expect(signedKind(together({ ...partsOf(certificate), version: [] }))).toBe('certificate');
    expect(signedKind(sequence())).toBeUndefined();
    expect(signedKind(Uint8Array.of(0x30, 0x82))).toBeUndefined();
  });

  it('makes a finding of what is no certificate', () => {
    expect(idsIn(sequence(), 'certificate')).toEqual(['der']);
    expect(idsIn(new Uint8Array(), 'crl')).toEqual(['der']);
  });

  it('ends, and finds no more than values, whatever octet is changed', () => {
    for (let at = 0; at < certificate.der.length; at++) {
      const changed = Uint8Array.from(certificate.der);
      changed[at] = (changed[at] ?? 0) ^ 0x81;
      expect(() => idsIn(changed, 'certificate')).not.toThrow();
      expect(() => signedKind(changed)).not.toThrow();
    }
  });
});

describe('TLS BR, of a certificate that says nothing of them', () => {
  const asked = (at?: Date) =>
    lintObject('certificate', certificate.der, { now, at, asTlsServer: true }).findings;
  const MISSING = ['tls-br-policy', 'tls-br-access', 'tls-br-revocation'];

  it('are asked where that is wanted', () => {
    const of = (severity: string) =>
      asked(new Date('2026-06-01')).flatMap((one) => (one.severity === severity ? one.id : []));
    expect(of('error')).toEqual(MISSING);
    expect(of('notice')).toEqual(['tls-br-subject-key-identifier']);
  });

  it.each([
    ['2027-03-14', []],
    ['2029-03-14', []],
    ['2029-03-15', ['tls-br-validity-47']],
  ])('are those of the day: its 90 days on %s', (day, more) => {
    const errors = asked(new Date(day)).filter(({ severity }) => severity === 'error');
    expect(errors.map(({ id }) => id)).toEqual([...more, ...MISSING]);
  });

  it.each([
    ['2020-08-31T23:59:59Z', 900, []],
    ['2020-09-01T00:00:00Z', 397, []],
    ['2020-09-01T00:00:00Z', 398, ['tls-br-validity-397']],
    ['2026-03-14T23:59:59Z', 398, ['tls-br-validity-397']],
    ['2026-03-15T00:00:00Z', 398, ['tls-br-validity-200']],
    ['2026-03-15T00:00:00Z', 200, ['tls-br-validity-199']],
    ['2026-06-01T00:00:00Z', 201, ['tls-br-validity-200']],
    ['2027-03-14T23:59:59Z', 200, ['tls-br-validity-199']],
    ['2027-03-14T23:59:59Z', 199, []],
    ['2027-03-15T00:00:00Z', 199, ['tls-br-validity-100']],
    ['2027-03-15T00:00:00Z', 100, ['tls-br-validity-99']],
    ['2027-03-15T00:00:00Z', 99, []],
    ['2029-03-14T23:59:59Z', 100, ['tls-br-validity-99']],
    ['2029-03-15T00:00:00Z', 99, ['tls-br-validity-47']],
    ['2029-03-15T00:00:00Z', 47, ['tls-br-validity-46']],
    ['2029-03-15T00:00:00Z', 46, []],
  ])('recommend less than they allow: on %s, %i days', (day, days, ids) => {
    const sound = partsOf(certificate);
    const { notBefore, notAfter } = lasting(day, days);
    const der = together({ ...sound, times: [time(notBefore), time(notAfter)] });
    const { findings } = lintObject('certificate', der, { now, asTlsServer: true });
    const found = findings.map(({ id }) => id).filter((id) => id.startsWith('tls-br-validity'));
    expect(found).toEqual(ids);
  });
});

const directory = vectors();

describe.skipIf(!directory)('the files of others', () => {
  const files = readdirSync(directory ?? '.', { recursive: true, encoding: 'utf8' })
    .map((file) => join(directory ?? '.', file))
    .filter((file) => statSync(file).isFile());

  it('are all read to their end', () => {
    const kinds = files.flatMap((file) => {
      const contents = readFileSync(file);
      const blocks = pemBlocks(contents.toString('latin1')).map(({ der }) => der);
      return [contents, ...blocks].flatMap((der) => {
        for (const kind of ['certificate', 'crl', 'request'] as const) idsIn(der, kind);
        return signedKind(der) ?? [];
      });
    });
    expect(kinds.length).toBeGreaterThan(70);
  });

  it.each([
    [
      'hackathon-r5/bc/ml-dsa-65-with-sha512-2.16.840.1.101.3.4.3.33_ta.der',
      ['ml-dsa-pure', 'key-known'],
    ],
    ['rfc9881/ML-DSA-44.crt', []],
  ])('%s breaks %j', (file, ids) => {
    const contents = readFileSync(join(directory ?? '.', file));
    const [block] = pemBlocks(contents.toString('latin1'));
    expect(idsIn(block?.der ?? contents)).toEqual(expect.arrayContaining([...ids]));
  });
});
