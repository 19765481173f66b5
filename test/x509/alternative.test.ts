import { describe, expect, it } from 'vitest';
import { algorithmNamed } from '../../src/algorithms/registry.ts';
import { encodeSpki } from '../../src/algorithms/spki.ts';
import { enterDer } from '../../src/der/reader.ts';
import { bitString, sequence } from '../../src/der/writer.ts';
import {
  altSignature,
  altSignatureAlgorithm,
  preTbs,
  subjectAltPublicKeyInfo,
  withAltSignature,
  withoutAltSignature,
} from '../../src/x509/alternative.ts';
import { encodeTbs, parseTbs } from '../../src/x509/certificate.ts';
import { encodeExtension } from '../../src/x509/extensions.ts';
import { encodeName } from '../../src/x509/names.ts';

const [ed25519, mlDsa] = [algorithmNamed('ed25519'), algorithmNamed('ml-dsa-44')];
const name = encodeName([{ type: 'CN', value: 'Root' }]);
const tbs = {
  serialNumber: 7n,
  signature: ed25519.identifier,
  issuer: name,
  notBefore: new Date('2026-01-01T00:00:00Z'),
  notAfter: new Date('2026-12-31T23:59:59Z'),
  subject: name,
  publicKey: encodeSpki(ed25519, new Uint8Array(32)),
  extensions: [
    { oid: '2.5.29.19', critical: true, value: sequence() },
    subjectAltPublicKeyInfo(encodeSpki(mlDsa, new Uint8Array(1312))),
    altSignatureAlgorithm(mlDsa.identifier),
  ],
};
const signature = new Uint8Array(2420).fill(9);
const whole = parseTbs(withAltSignature(encodeTbs(tbs), signature));

function parts(der: Uint8Array): Uint8Array[] {
  const reader = enterDer(der);
  const found: Uint8Array[] = [];
  while (!reader.done) found.push(Uint8Array.from(reader.read().octets));
  return found;
}

describe('the alternative signature', () => {
  it('is the last extension, in a BIT STRING', () => {
    expect(whole.extensions.at(-1)).toEqual({
      oid: '2.5.29.74',
      critical: false,
      value: bitString(signature),
    });
    expect(withoutAltSignature(encodeTbs(whole))).toEqual(encodeTbs(tbs));
    expect(altSignature(encodeTbs(whole))).toEqual(signature);
    expect(altSignature(encodeTbs(tbs))).toBeUndefined();
  });

  it('and what belongs to it are extensions that nobody has to know', () => {
    const alternative = whole.extensions.filter(({ oid }) => /^2\.5\.29\.7[234]$/.test(oid));
    expect(alternative.map(({ oid, critical }) => [oid, critical])).toEqual([
      ['2.5.29.72', false],
      ['2.5.29.73', false],
      ['2.5.29.74', false],
    ]);
  });
});

describe('what the alternative signature covers', () => {
  it('is the TBSCertificate without `signature` and without itself, and nothing else less', () => {
    const [all, covered] = [parts(encodeTbs(whole)), parts(preTbs(encodeTbs(whole)))];
    expect(covered.slice(0, -1)).toEqual([...all.slice(0, 2), ...all.slice(3, -1)]);
    const list = enterDer(covered.at(-1) ?? sequence(), 0xa3).read().octets;
    expect(parts(list)).toEqual(
      tbs.extensions.map((extension) => Uint8Array.from(encodeExtension(extension))),
    );
  });

  it('is the same before and after it was put in', () => {
    expect(preTbs(encodeTbs(whole))).toEqual(preTbs(encodeTbs(tbs)));
  });

  it('does not change with the algorithm of the other signature', () => {
    const other = { ...whole, signature: algorithmNamed('ecdsa-p256').identifier };
    expect(preTbs(encodeTbs(other))).toEqual(preTbs(encodeTbs(whole)));
  });

  it('changes with everything else', () => {
    const covered = preTbs(encodeTbs(whole));
    const changes = [
      { serialNumber: 8n },
      { subject: encodeName([]) },
      { notAfter: new Date('2027-12-31T23:59:59Z') },
      { extensions: whole.extensions.toReversed() },
    ];
    for (const change of changes) {
      expect(preTbs(encodeTbs({ ...whole, ...change }))).not.toEqual(covered);
    }
  });

  it('keeps the order of the extensions, wherever the signature stands', () => {
    const [first, ...others] = whole.extensions;
    const moved = [...others, ...(first ? [first] : [])];
    const kept = moved.filter(({ oid }) => oid !== '2.5.29.74');
    expect(preTbs(encodeTbs({ ...whole, extensions: moved }))).toEqual(
      preTbs(encodeTbs({ ...tbs, extensions: kept })),
    );
    expect(parseTbs(encodeTbs({ ...whole, extensions: moved })).extensions).toHaveLength(4);
  });
});
