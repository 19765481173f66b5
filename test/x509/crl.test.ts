import { describe, expect, it } from 'vitest';
import { algorithmNamed } from '../../src/algorithms/registry.ts';
import { DerError } from '../../src/der/reader.ts';
import { time } from '../../src/der/time.ts';
import { contextConstructed, integer, sequence } from '../../src/der/writer.ts';
import {
  altSignature,
  preTbs,
  withAltSignature,
  withoutAltSignature,
} from '../../src/x509/alternative.ts';
import {
  crlNumber,
  encodeTbsCertList,
  parseCrl,
  parseCrlNumber,
  parseTbsCertList,
} from '../../src/x509/crl.ts';
import { encodeExtension } from '../../src/x509/extensions.ts';
import { encodeName } from '../../src/x509/names.ts';
import { encodeRevokedList } from '../../src/x509/revoked-list.ts';
import { encodeSigned } from '../../src/x509/signed.ts';

const { identifier } = algorithmNamed('ed25519');
const name = encodeName([{ type: 'CN', value: 'Root' }]);
const [now, later] = [new Date('2026-11-22T00:00:00Z'), new Date('2050-01-01T00:00:00Z')];
const ENTRIES = [
  {
    serial: '07',
    revocationDate: now.getTime() / 1000,
    reason: 'unspecified',
    invalidityDate: undefined,
  },
  {
    serial: `40${'00'.repeat(19)}`,
    revocationDate: now.getTime() / 1000,
    reason: 'keyCompromise',
    invalidityDate: undefined,
  },
] as const;
const tbs = {
  signature: Uint8Array.from(identifier),
  issuer: Uint8Array.from(name),
  thisUpdate: now,
  nextUpdate: later,
  revoked: Uint8Array.from(await encodeRevokedList([ENTRIES])),
  extensions: [crlNumber(4n)],
};

describe('a CRL', () => {
  it('is read as it was written, with revoked certificates and without', () => {
    for (const list of [tbs, { ...tbs, revoked: new Uint8Array(0) }]) {
      const crl = parseCrl(encodeSigned(encodeTbsCertList(list), identifier, new Uint8Array(64)));
      expect(crl.tbs).toEqual(list);
      expect(parseCrlNumber(crl.tbs.extensions)).toBe(4n);
    }
    expect(parseCrlNumber([])).toBeUndefined();
  });

  it.each([
    ['of version 1', sequence(identifier, name, time(now), time(later))],
    ['without a nextUpdate', sequence(integer(1), identifier, name, time(now))],
    [
      'with a list of revoked certificates that is empty',
      sequence(integer(1), identifier, name, time(now), time(later), sequence()),
    ],
    [
      'with a list of extensions that is empty',
      sequence(
        ...[integer(1), identifier, name, time(now), time(later)],
        contextConstructed(0, sequence()),
      ),
    ],
    [
      'with something behind it',
      sequence(
        ...[integer(1), identifier, name, time(now), time(later)],
        ...[contextConstructed(0, sequence(encodeExtension(crlNumber(1n)))), integer(1)],
      ),
    ],
  ])('%s is refused', (_, der) => {
    expect(() => parseTbsCertList(der)).toThrow(DerError);
  });
});

describe('the alternative signature of a CRL', () => {
  const der = encodeTbsCertList(tbs);
  const whole = withAltSignature(der, Uint8Array.of(1, 2, 3));

  it('is put in and taken out again', () => {
    expect(Buffer.from(altSignature(whole) ?? [])).toEqual(Buffer.of(1, 2, 3));
    expect(withoutAltSignature(whole)).toEqual(der);
  });

  it('covers all but `signature` and itself (ITU-T X.509 clause 7.10.3)', () => {
    const covered = sequence(
      ...[integer(1), name, time(now), time(later)],
      sequence(
        sequence(integer(7), time(now)),
        sequence(
          ...[integer(2n ** 158n), time(now)],
          sequence(
            encodeExtension({ oid: '2.5.29.21', critical: false, value: Uint8Array.of(10, 1, 1) }),
          ),
        ),
      ),
      contextConstructed(0, sequence(encodeExtension(crlNumber(4n)))),
    );
    expect(Buffer.from(preTbs(whole))).toEqual(Buffer.from(covered));
  });
});
