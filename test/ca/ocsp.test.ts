import { describe, expect, it } from 'vitest';
import type { Issuer } from '../../src/ca/issuer.ts';
import type { OcspSubject } from '../../src/ca/lint/rule.ts';
import { OCSP_RULES } from '../../src/ca/lint/rules-ocsp.ts';
import { approveOcsp } from '../../src/ca/lint.ts';
import { answerOcsp, certStatus, MAX_QUESTIONS } from '../../src/ca/ocsp.ts';
import {
  delegatedResponder,
  type OcspResponder,
  ownResponder,
} from '../../src/ca/ocsp-responder.ts';
import type { CertificateRecord } from '../../src/ca/store.ts';
import { contextConstructed, octetString, sequence } from '../../src/der/writer.ts';
import { PkiError } from '../../src/errors.ts';
import { type Extension, encodeExtension, keyIdentifier } from '../../src/x509/extensions.ts';
import { certId } from '../../src/x509/ocsp-cert-id.ts';
import type { ResponseData } from '../../src/x509/ocsp-data.ts';
import { ocspNonce } from '../../src/x509/ocsp-nonce.ts';
import { newIssuer, newKeys, newParts } from '../support/authority.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const parts = newParts(temporaryDirectory());
const keys = await newKeys('ecdsa-p256');
const issuer = await newIssuer(keys, parts);
const stranger = await newIssuer(await newKeys('ecdsa-p256'), parts);
const own = ownResponder(issuer);
const DAY = 86_400_000;
const now = new Date(Math.floor(Date.now() / 1000) * 1000);
const later = (milliseconds: number) => new Date(now.getTime() + milliseconds);

const [sound] = [
  {
    responder: { kind: 'key', hash: keyIdentifier(issuer.signing.publicKey) },
    producedAt: now,
    responses: [
      {
        certId: certId(own.ca.tbs, 7n, 'sha1'),
        status: { kind: 'revoked', at: now, reason: 1 },
        thisUpdate: now,
        nextUpdate: later(DAY),
        extensions: [],
      },
    ],
    extensions: [],
  } satisfies ResponseData,
];
const [single] = sound.responses;
type Single = ResponseData['responses'][number];
const saying = (change: Partial<Single>) => ({ responses: [{ ...(single as Single), ...change }] });
const usage = (change: Partial<NonNullable<Issuer['extensions']>>): Partial<OcspResponder> => ({
  delegated: true,
  signing: {
    ...issuer,
    ...(issuer.extensions && { extensions: { ...issuer.extensions, ...change } }),
  },
});
const critical: Extension = { oid: '1.2.3', critical: true, value: octetString(Uint8Array.of(1)) };

interface OcspCase {
  readonly id: string;
  readonly change?: Partial<ResponseData>;
  readonly by?: Partial<OcspResponder>;
  readonly status?: OcspSubject['responderStatus'];
}

/** Each rule, and responses that it refuses. */
const CASES: readonly OcspCase[] = [
  { id: 'ocsp-responder-issued-by-ca', by: await delegatedResponder(own.ca, stranger) },
  { id: 'ocsp-responder-purpose', by: usage({ extKeyUsage: ['serverAuth'] }) },
  { id: 'ocsp-responder-key-usage', by: usage({ keyUsage: ['keyCertSign'] }) },
  {
    id: 'ocsp-responder-not-revoked',
    by: { delegated: true },
    status: { kind: 'revoked', at: now, reason: undefined },
  },
  { id: 'ocsp-within-responder', change: saying({ nextUpdate: later(100 * 365 * DAY) }) },
  { id: 'ocsp-within-responder', change: { producedAt: later(-100 * 365 * DAY) } },
  { id: 'ocsp-responder-id', change: { responder: { kind: 'key', hash: new Uint8Array(20) } } },
  { id: 'ocsp-responses', change: { responses: [] } },
  { id: 'ocsp-responses', change: { responses: [single, single] as Single[] } },
  {
    id: 'ocsp-certificate-of-ca',
    change: saying({
      certId: certId({ ...own.ca.tbs, publicKey: stranger.signing.publicKey }, 7n, 'sha256'),
    }),
  },
  { id: 'ocsp-times', change: saying({ thisUpdate: later(1000) }) },
  { id: 'ocsp-times', change: saying({ nextUpdate: now }) },
  { id: 'ocsp-next-update', change: saying({ nextUpdate: undefined }) },
  {
    id: 'ocsp-revoked',
    change: saying({ status: { kind: 'revoked', at: later(1000), reason: 1 } }),
  },
  { id: 'ocsp-revoked', change: saying({ status: { kind: 'revoked', at: now, reason: 8 } }) },
  { id: 'ocsp-nonce', change: { extensions: [ocspNonce(new Uint8Array(129))] } },
  { id: 'ocsp-extensions', change: { extensions: [critical] } },
  { id: 'ocsp-extensions', change: saying({ extensions: [critical] }) },
  {
    id: 'ocsp-extensions',
    change: { extensions: [ocspNonce(Uint8Array.of(1)), ocspNonce(Uint8Array.of(1))] },
  },
];

function refusedBy({ change, by, status = { kind: 'good' } }: Omit<OcspCase, 'id'>) {
  try {
    approveOcsp({ ...sound, ...change }, { responder: { ...own, ...by }, responderStatus: status });
    return [];
  } catch (error) {
    if (!(error instanceof PkiError) || error.code !== 'POLICY') throw error;
    expect(error.message).toBe('not signing an OCSP response by CN=Test Root CA');
    return error.hints.map((hint) => /\(([a-z-]+), [^()]*\)$/.exec(hint)?.[1] ?? hint);
  }
}

describe('the rules for OCSP responses', () => {
  it('take a sound one', () => {
    expect(refusedBy({})).toEqual([]);
  });

  it('have a case each', () => {
    expect([...new Set(CASES.map(({ id }) => id))]).toEqual(OCSP_RULES.map(({ id }) => id));
  });

  it.each(CASES)('$id refuses what it is there for', ({ id, ...wrong }) => {
    expect(refusedBy(wrong)).toContain(id);
  });
});

describe('what the store says of a certificate', () => {
  const record: CertificateRecord = {
    serial: '07',
    profile: 'tls-server',
    subject: 'CN=a',
    notBefore: now,
    notAfter: now,
    tbsHash: new Uint8Array(32),
    status: 'issued',
    at: now,
    der: undefined,
    revocation: undefined,
  };

  it('is unknown unless it was issued', () => {
    expect(certStatus(undefined)).toEqual({ kind: 'unknown' });
    expect(certStatus({ ...record, status: 'intent' })).toEqual({ kind: 'unknown' });
    expect(certStatus({ ...record, status: 'failed' })).toEqual({ kind: 'unknown' });
    expect(certStatus(record)).toEqual({ kind: 'good' });
  });

  it('is revoked for a reason, which may be that none was specified', () => {
    const revoked = (reason: 'unspecified' | 'certificateHold') =>
      certStatus({ ...record, revocation: { at: now, reason, invalidityDate: undefined } });
    expect(revoked('unspecified')).toEqual({ kind: 'revoked', at: now, reason: undefined });
    expect(revoked('certificateHold')).toEqual({ kind: 'revoked', at: now, reason: 6 });
  });

  it('is revoked where an interrupted issuance was, as a CRL has it', () => {
    const revocation = { at: now, reason: 'keyCompromise' as const, invalidityDate: undefined };
    expect(certStatus({ ...record, status: 'intent', revocation })).toEqual({
      kind: 'revoked',
      at: now,
      reason: 1,
    });
  });
});

describe('an answer', () => {
  const ask = (ids: readonly Uint8Array[], extensions: readonly Extension[] = []) => {
    const list = sequence(...ids.map((der) => sequence(der)));
    const asked = extensions.length
      ? [contextConstructed(2, sequence(...extensions.map(encodeExtension)))]
      : [];
    return answerOcsp(sequence(sequence(list, ...asked)), own, DAY, parts);
  };
  const about = (serial: number) => certId(own.ca.tbs, BigInt(serial), 'sha256').der;

  it('tells of each certificate once', async () => {
    const { data } = await ask([about(1), about(2), about(1)]);
    expect(data?.responses.map(({ certId: id }) => id.serialNumber)).toEqual([1n, 2n]);
  });

  it('ends with the responder, if that is before', async () => {
    const { notAfter } = own.ca.tbs;
    const clock = () => new Date(notAfter.getTime() - 5000);
    const request = sequence(sequence(sequence(sequence(about(1)))));
    const { data } = await answerOcsp(request, own, DAY, { ...parts, clock });
    expect(data?.responses[0]?.nextUpdate).toEqual(notAfter);
  });

  it.each([
    ['too many questions', Array.from({ length: MAX_QUESTIONS + 1 }, (_, n) => about(n)), []],
    ['an empty nonce', [about(1)], [ocspNonce(new Uint8Array(0))]],
    ['a nonce that is too long', [about(1)], [ocspNonce(new Uint8Array(129))]],
    ['a critical extension that nobody knows', [about(1)], [critical]],
  ])('to %s is malformedRequest', async (_, ids, extensions) => {
    expect(await ask(ids, extensions)).toMatchObject({
      status: 'malformedRequest',
      data: undefined,
    });
  });

  it.each([1, 128])('repeats a nonce of %i octets', async (length) => {
    const nonce = ocspNonce(new Uint8Array(length).fill(7));
    expect((await ask([about(1)], [nonce])).data?.extensions).toEqual([nonce]);
  });

  it('that the key spoilt does not get out', async () => {
    const signer = {
      ...keys.signer,
      sign: async (message: Uint8Array) =>
        (await keys.signer.sign(message)).map((octet, index) => (index === 20 ? octet ^ 1 : octet)),
    };
    const spoilt = ownResponder({ ...issuer, open: async () => ({ ...keys, signer }) });
    const request = sequence(sequence(sequence(sequence(about(1)))));
    await expect(answerOcsp(request, spoilt, DAY, parts)).rejects.toMatchObject({
      code: 'INTEGRITY',
      message:
        'the OCSP response that came back was discarded: its ecdsa-with-SHA256 signature does not verify',
    });
  });
});
