import { describe, expect, it } from 'vitest';
import { RELIANCE_RULES } from '../../src/path/ocsp-rules.ts';
import { verifyOcsp } from '../../src/path/verify-ocsp.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import { certId } from '../../src/x509/ocsp-cert-id.ts';
import type { ResponseData, SingleResponse } from '../../src/x509/ocsp-data.ts';
import { ocspNonce } from '../../src/x509/ocsp-nonce.ts';
import { encodeOcspRequest, parseOcspRequest } from '../../src/x509/ocsp-request.ts';
import { newSigner } from '../support/authority.ts';
import { CA, cn, make, type Party, party, usage } from './made-certificates.ts';
import {
  basicOf,
  critical,
  good,
  NO_CHECK,
  noon,
  purpose,
  respond,
  saying,
} from './made-responses.ts';

const ca = party('CA', await newSigner('ecdsa-p256'));
const other = party('Other CA', await newSigner('ecdsa-p256'));
const leaf = party('leaf', await newSigner('ecdsa-p256'));
const delegate = party('Responder', await newSigner('ecdsa-p256'));
const issuer = await make({
  subject: ca,
  issuer: ca,
  extensions: [...CA.slice(0, 1), usage(0, 5, 6)],
});
const certificate = await make({ subject: leaf, issuer: ca });
const { serialNumber } = certificate.tbs;
const RESPONDER = [usage(0), purpose('ocspSigning'), NO_CHECK];
const responderBy = (by: Party, ...extensions: typeof RESPONDER) =>
  make({ subject: delegate, issuer: by, extensions });
const responder = await responderBy(ca, ...RESPONDER);

const own = saying(ca, good(issuer, serialNumber));
const single = good(issuer, serialNumber);
const about = (change: Partial<SingleResponse>): ResponseData => ({
  ...own,
  responses: [{ ...single, ...change }],
});
const asked = (nonce?: Uint8Array, serial = serialNumber) =>
  parseOcspRequest(encodeOcspRequest(certId(issuer.tbs, serial, 'sha1'), nonce));

interface Case {
  readonly id: string;
  readonly problem: string | RegExp;
  readonly response: Uint8Array;
  readonly certificate?: Certificate;
  readonly request?: ReturnType<typeof asked>;
  readonly at?: Date;
}

const byDelegate = saying(delegate, single);
const sentBy = async (...extensions: typeof RESPONDER) =>
  respond(byDelegate, delegate, await responderBy(ca, ...extensions));
const ofOther = await responderBy(other, ...RESPONDER);
const malformed = { ...NO_CHECK, oid: '2.5.29.15', value: Uint8Array.of(4, 0) };

/** Each rule, and what it refuses. */
const CASES: readonly Case[] = [
  {
    id: 'responder',
    problem: 'neither the issuer nor a certificate in the response is the responder that it names',
    response: await respond(byDelegate, delegate),
  },
  {
    id: 'signature',
    problem: 'its ecdsa-with-SHA256 signature does not verify',
    response: await respond(own, other),
  },
  {
    id: 'responder-issued-by-ca',
    problem: 'the certificate of the responder was issued by CN=Other CA, not by the issuer itself',
    response: await respond(byDelegate, delegate, ofOther),
  },
  {
    id: 'responder-issued-by-ca',
    problem:
      'the issuer has not signed the certificate of the responder: its ecdsa-with-SHA256 signature does not verify',
    response: await respond(
      byDelegate,
      delegate,
      await responderBy({ ...other, name: ca.name }, ...RESPONDER),
    ),
  },
  {
    id: 'responder-certificate',
    problem: /^the certificate of the responder is malformed: /,
    response: await sentBy(malformed),
  },
  {
    id: 'responder-purpose',
    problem: 'the certificate of the responder has not the extended key usage ocspSigning',
    response: await sentBy(usage(0), purpose('serverAuth', 'anyExtendedKeyUsage'), NO_CHECK),
  },
  {
    id: 'responder-key-usage',
    problem: 'the key usage of the responder has no digitalSignature',
    response: await sentBy(usage(2), purpose('ocspSigning'), NO_CHECK),
  },
  {
    id: 'responder-extensions',
    problem:
      'the certificate of the responder has an unknown critical extension, 1.3.6.1.4.1.99999.2',
    response: await sentBy(...RESPONDER, critical),
  },
  {
    id: 'responder-validity',
    problem:
      'the certificate of the responder is valid from 2026-01-01T00:00:00Z until 2026-06-01T12:00:00Z',
    response: await respond(
      byDelegate,
      delegate,
      await make({
        subject: delegate,
        issuer: ca,
        extensions: RESPONDER,
        tbs: { notAfter: new Date('2026-06-01T12:00:00Z') },
      }),
    ),
  },
  {
    id: 'certificate-ids',
    problem: 'it tells of no certificate',
    response: await respond({ ...own, responses: [] }, ca),
  },
  {
    id: 'certificate-ids',
    problem: 'it tells of a certificate of another issuer, 07',
    response: await respond(
      about({
        certId: certId({ subject: ca.name, publicKey: other.signer.publicKey }, 7n, 'sha1'),
      }),
      ca,
    ),
  },
  {
    id: 'certificate',
    problem: 'it does not tell of the certificate 07',
    response: await respond(own, ca),
    certificate: await make({ subject: leaf, issuer: ca, tbs: { serialNumber: 7n } }),
  },
  {
    id: 'request',
    problem: 'it does not tell of 07, which was asked about',
    response: await respond(own, ca),
    request: asked(undefined, 7n),
  },
  {
    id: 'nonce',
    problem: 'its nonce is not that of the request: it answers another one',
    response: await respond({ ...own, extensions: [ocspNonce(Uint8Array.of(1))] }, ca),
    request: asked(Uint8Array.of(2)),
  },
  {
    id: 'nonce',
    problem: /^it is malformed: /,
    response: await respond(
      { ...own, extensions: [{ ...ocspNonce(Uint8Array.of(1)), value: Uint8Array.of(1) }] },
      ca,
    ),
    request: asked(Uint8Array.of(1)),
  },
  {
    id: 'extensions',
    problem: 'it has an unknown critical extension, 1.3.6.1.4.1.99999.2',
    response: await respond({ ...own, extensions: [critical] }, ca),
  },
  {
    id: 'extensions',
    problem: 'it has an unknown critical extension, 1.3.6.1.4.1.99999.2',
    response: await respond(about({ extensions: [critical] }), ca),
  },
  {
    id: 'this-update',
    problem: 'it holds from 2026-06-01T12:00:00Z, not yet at 2026-06-01T11:59:59Z',
    response: await respond(own, ca),
    at: noon.before,
  },
  {
    id: 'next-update',
    problem: 'it held until 2026-06-01T13:00:00Z, no longer at 2026-06-01T13:00:01Z',
    response: await respond(own, ca),
    at: noon.after,
  },
];

const judged = ({
  response,
  certificate: cert,
  request,
  at = noon.at,
}: Omit<Case, 'id' | 'problem'>) =>
  verifyOcsp({ basic: basicOf(response), issuer, certificate: cert, request, at });

const HOLDING: readonly (readonly [string, Uint8Array])[] = [
  ['by the CA', await respond(own, ca)],
  ['by a delegated responder', await respond(byDelegate, delegate, responder)],
  ['by one with several certificates', await respond(byDelegate, delegate, ofOther, responder)],
  ['by a name', await respond({ ...own, responder: { kind: 'name', name: cn('CA') } }, ca)],
  ['that tells more', await respond({ ...own, responses: [good(issuer, 7n), single] }, ca)],
  ['with its nonce', await respond({ ...own, extensions: [ocspNonce(Uint8Array.of(1))] }, ca)],
];

describe('a response that holds', () => {
  it.each(HOLDING)('%s has no findings and no warnings', async (name, response) => {
    const request = asked(name === 'with its nonce' ? Uint8Array.of(1) : undefined);
    const { findings, warnings } = await judged({ response, certificate, request });
    expect({ findings, warnings }).toEqual({ findings: [], warnings: [] });
  });
});

describe('a response that tells of another certificate what does not hold', () => {
  const lapsed = {
    ...good(issuer, 7n),
    nextUpdate: new Date('2026-06-01T12:10:00Z'),
    extensions: [critical],
  };

  it('holds for one that is asked about, and not where both are', async () => {
    const response = await respond({ ...own, responses: [lapsed, single] }, ca);
    expect((await judged({ response, certificate })).findings).toEqual([]);
    for (const request of [undefined, asked(undefined, 7n)]) {
      const { findings } = await judged({ response, ...(request && { certificate, request }) });
      const ids = findings.map(({ id }) => id);
      expect(ids).toEqual(['extensions', 'next-update']);
    }
  });
});

describe('the rules', () => {
  it('have a case each', () => {
    expect([...new Set(CASES.map(({ id }) => id))]).toEqual(RELIANCE_RULES.map(({ id }) => id));
  });

  it.each(CASES)('$id refuses: $problem', async ({ id, problem, ...evidence }) => {
    const { findings } = await judged(evidence);
    expect(findings.filter((one) => one.id === id)).toEqual([
      {
        id,
        cites: expect.any(String),
        problem: typeof problem === 'string' ? problem : expect.stringMatching(problem),
      },
    ]);
  });
});

describe('a certificate that is not good', () => {
  it.each([
    [{ kind: 'revoked', at: noon.before, reason: 1 }, 'revoked since 2026-06-01T11:59:59Z'],
    [{ kind: 'unknown' }, 'not known'],
  ] as const)('%j is refused where it was asked about', async (status, what) => {
    const response = await respond(about({ status }), ca);
    expect((await judged({ response })).findings).toEqual([]);
    const { findings } = await judged({ response, certificate });
    const serial = serialNumber.toString(16).padStart(4, '0');
    expect(findings.map(({ id, problem }) => [id, problem])).toEqual([
      ['status', `the certificate ${serial} is ${what}`],
    ]);
  });
});

describe('a warning', () => {
  it('tells of a nonce that did not come back', async () => {
    const { findings, warnings } = await judged({
      response: await respond(own, ca),
      request: asked(Uint8Array.of(1)),
    });
    expect({ findings, warnings }).toEqual({
      findings: [],
      warnings: ['the response has no nonce, although the request has one'],
    });
  });

  it('tells of a response without an end, and of a responder that may be revoked', async () => {
    const endless = { ...byDelegate, responses: [{ ...single, nextUpdate: undefined }] };
    const unchecked = await responderBy(ca, usage(0), purpose('ocspSigning'));
    const { findings, warnings } = await judged({
      response: await respond(endless, delegate, unchecked),
    });
    expect({ findings, warnings }).toEqual({
      findings: [],
      warnings: [
        'the response does not say how long it holds',
        'whether the certificate of the responder is revoked was not checked',
      ],
    });
  });
});
