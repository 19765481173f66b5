import { beforeAll, describe, expect, it } from 'vitest';
import { type DraftOptions, draft, randomSerialNumber } from '../../src/ca/draft.ts';
import type { Issuer } from '../../src/ca/issuer.ts';
import { type CertificateRequest, requestForOwnKey } from '../../src/ca/request.ts';
import { PkiError } from '../../src/errors.ts';
import { profileNamed } from '../../src/profiles/built-in.ts';
import { knownExtensions } from '../../src/x509/extensions.ts';
import { generalNameText } from '../../src/x509/general-names.ts';
import { nameText } from '../../src/x509/names.ts';
import { newIssuer, newKeys, newParts, newSigner } from '../support/authority.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();
const NOW = new Date('2027-03-01T12:00:00.500Z');
const entropy = (length: number) => new Uint8Array(length).fill(0x5a);

let issuer: Issuer;
let own: CertificateRequest;

beforeAll(async () => {
  const parts = { ...newParts(directory), clock: () => new Date('2027-01-01T00:00:00Z') };
  issuer = await newIssuer(await newKeys('ecdsa-p256'), parts);
  own = requestForOwnKey((await newSigner('ecdsa-p256')).publicKey);
});

function drafted(
  profile: string,
  options: Partial<DraftOptions> = {},
  request: Partial<CertificateRequest> = {},
  clock = () => NOW,
) {
  const names = { subject: [], subjectAltName: [], ...options };
  const asked = { ...own, ...request };
  return draft(asked, profileNamed(profile), issuer, names, { clock, entropy });
}

describe('serial numbers', () => {
  it('have 159 bits, and are never zero', () => {
    expect(randomSerialNumber(() => new Uint8Array(20).fill(0xff))).toBe((1n << 159n) - 1n);
    expect(randomSerialNumber(() => new Uint8Array(20))).toBe(1n);
    expect(randomSerialNumber(() => Uint8Array.from([0x80, ...new Array(19).fill(0)]))).toBe(1n);
  });
});

describe('validity', () => {
  it('begins five minutes ago in whole seconds, and includes both ends', () => {
    const { tbs } = drafted('tls-server', { validityDays: 1 });
    expect(tbs.notBefore.toISOString()).toBe('2027-03-01T11:55:00.000Z');
    expect(tbs.notAfter.toISOString()).toBe('2027-03-02T11:54:59.000Z');
  });

  it('does not begin before the issuer’s', () => {
    const { tbs } = drafted('tls-server', {}, {}, () => new Date('2026-12-31T23:59:00Z'));
    expect(tbs.notBefore).toEqual(issuer.certificate?.tbs.notBefore);
  });

  it.each([
    ['2027-03-14T23:59:59Z', 90, []],
    ['2029-03-14T23:59:59Z', 90, []],
    [
      '2029-03-15T00:00:00Z',
      46,
      [
        'validity shortened to the 46 days that TLS BR §6.3.2 recommends, since the profile claims to follow them',
      ],
    ],
  ])('is what TLS BR recommend at %s, by a profile that claims them', (at, days, notes) => {
    const profile = { ...profileNamed('tls-server'), policies: [{ oid: '2.23.140.1.2.1' }] };
    const names = { subject: [], subjectAltName: [] };
    const parts = { clock: () => new Date(at), entropy };
    const claimed = draft(own, profile, issuer, names, parts);
    const { notBefore, notAfter } = claimed.tbs;
    expect(notAfter.getTime() - notBefore.getTime() + 1000).toBe(days * 86_400_000);
    expect(claimed.notes).toEqual(notes);
    const asked = draft(own, profile, issuer, { ...names, validityDays: 90 }, parts);
    expect(asked.tbs.notAfter.getTime() - notBefore.getTime() + 1000).toBe(90 * 86_400_000);
    expect(asked.notes).toEqual([]); // what the operator asks for is for the lints to judge
  });

  it('is shortened to the issuer’s on request, and says so', () => {
    const end = issuer.certificate?.tbs.notAfter;
    const { tbs, notes } = drafted('tls-server', { validityDays: 36_500, clamp: true });
    expect(tbs.notAfter).toEqual(end);
    expect(notes).toEqual([
      `validity shortened to the issuer's, until ${end?.toISOString().replace('.000Z', 'Z')}`,
    ]);
    expect(drafted('tls-server', { clamp: true }).notes).toEqual([]);
  });
});

describe('names', () => {
  const names = ({ tbs }: ReturnType<typeof draft>) =>
    knownExtensions(tbs.extensions).subjectAltName?.map(generalNameText);

  it('come from the operator first, then from the request, each once', () => {
    const result = drafted(
      'tls-server',
      {
        subject: [{ type: 'CN', value: 'a.example.com' }],
        subjectAltName: [
          { type: 'dns', value: 'b.example.com' },
          { type: 'ip', value: '2001:DB8:0::1' },
        ],
      },
      {
        subject: [{ type: 'CN', value: 'c.example.com' }],
        subjectAltName: [
          { type: 'dns', value: 'B.example.com' },
          { type: 'ip', value: '2001:db8::1' },
          { type: 'dns', value: 'd.example.com' },
        ],
      },
    );
    expect(names(result)).toEqual([
      'dns:a.example.com',
      'dns:b.example.com',
      'ip:2001:db8::1',
      'dns:d.example.com',
    ]);
    expect(nameText(result.subject)).toBe('CN=a.example.com');
    expect(result.notes).toEqual(['CN=c.example.com of the request was replaced']);
  });

  it('of the request that the profile does not take are left out, and that is noted', () => {
    const result = drafted(
      'tls-server',
      {},
      {
        subject: [
          { type: 'O', value: 'Example' },
          { type: 'CN', value: 'a.example.com' },
        ],
        subjectAltName: [{ type: 'email', value: 'a@example.com' }],
        otherExtensions: ['2.5.29.19'],
      },
    );
    expect(nameText(result.subject)).toBe('CN=a.example.com');
    expect(names(result)).toEqual(['dns:a.example.com']);
    expect(result.notes).toEqual(
      ['O=Example', 'email:a@example.com', 'extension 2.5.29.19'].map(
        (what) =>
          `left out of what was requested, since profile "tls-server" does not take it: ${what}`,
      ),
    );
  });

  it('of the operator that the profile does not take are refused, all at once', () => {
    const subject = [{ type: 'O', value: 'Example' }];
    const subjectAltName = [{ type: 'email' as const, value: 'a@example.com' }];
    expect(() => drafted('tls-server', { subject, subjectAltName })).toThrow(
      new PkiError('POLICY', 'profile "tls-server" does not take all of these names', {
        hints: [
          'it takes no O in the subject: O=Example',
          'it takes no email names: email:a@example.com',
        ],
      }),
    );
  });

  it('stand from country to common name', () => {
    const subject = ['CN', 'OU', 'C', 'O'].map((type) => ({ type, value: type }));
    expect(nameText(drafted('tls-client', { subject }).subject)).toBe('C=C, O=O, OU=OU, CN=CN');
  });

  it('are critical in subjectAltName where the subject is empty', () => {
    const { tbs } = drafted('tls-server', {
      subjectAltName: [{ type: 'ip', value: '192.0.2.1' }],
    });
    const found = tbs.extensions.find(({ oid }) => oid === '2.5.29.17');
    expect(found?.critical).toBe(true);
  });
});

describe('key usage', () => {
  it('has keyEncipherment for RSA keys alone', async () => {
    const { publicKey } = await newSigner('rsa-2048');
    const usage = (request: Partial<CertificateRequest>) =>
      knownExtensions(drafted('tls-server', {}, request).tbs.extensions).keyUsage;
    expect(usage({ publicKey })).toEqual(['digitalSignature', 'keyEncipherment']);
    expect(usage({})).toEqual(['digitalSignature']);
  });
});
