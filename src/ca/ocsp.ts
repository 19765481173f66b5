import { DerError } from '../der/reader.ts';
import { wholeSeconds } from '../der/time.ts';
import type { Clock } from '../ports.ts';
import { type Certificate, serialText } from '../x509/certificate.ts';
import { REVOCATION_REASONS } from '../x509/crl-reason.ts';
import { EXTENSION_OID, keyIdentifier } from '../x509/extensions.ts';
import { type CertId, type CertIdHash, certId, isOfIssuer } from '../x509/ocsp-cert-id.ts';
import type { CertStatus, ResponseData } from '../x509/ocsp-data.ts';
import { isSoundNonce, ocspNonce, parseNonce } from '../x509/ocsp-nonce.ts';
import { encodeOcspRequest, type OcspRequest, parseOcspRequest } from '../x509/ocsp-request.ts';
import { encodeErrorResponse, type OcspStatus } from '../x509/ocsp-response.ts';
import { isIssuedHere } from './issued-here.ts';
import { approveOcsp } from './lint.ts';
import type { OcspCache } from './ocsp-cache.ts';
import type { OcspResponder } from './ocsp-responder.ts';
import { sealOcsp } from './seal.ts';
import type { CaStore, CertificateRecord } from './store.ts';

/** How many certificates one request may ask about: each costs a look into the store. */
export const MAX_QUESTIONS = 16;

export interface OcspParts {
  readonly store: Pick<CaStore, 'find'>;
  readonly clock: Clock;
  /** Of answers to those who ask without a nonce; absent: each is signed. */
  readonly cache?: OcspCache;
}

/** An answer to a request. */
export interface OcspAnswer {
  /** OCSPResponse, DER. */
  readonly der: Uint8Array;
  readonly status: OcspStatus;
  /** What was signed; undefined for an error, which is not. */
  readonly data: ResponseData | undefined;
}

/**
 * Answers a request: `malformedRequest` where it cannot be read, `unauthorized` where it asks about
 * certificates of another issuer (RFC 5019 §2.2.3). Certificates that the CA has not issued are
 * `unknown`. `period` is how long the answer holds, in milliseconds, unless the responder ends
 * before. Throws PkiError where the responder may not sign or its key cannot.
 */
export async function answerOcsp(
  request: Uint8Array,
  responder: OcspResponder,
  period: number,
  parts: OcspParts,
): Promise<OcspAnswer> {
  const asked = understood(request);
  if (!asked) return refusal('malformedRequest');
  const ids = distinct(asked.requests.map((one) => one.certId));
  if (!ids.every((id) => isOfIssuer(id, responder.ca.tbs))) return refusal('unauthorized');
  const now = wholeSeconds(parts.clock());
  const end = responder.certificate.tbs.notAfter.getTime();
  const answers: Answered[] = [];
  for (const id of ids) {
    answers.push({ certId: id, status: await statusIn(parts, responder.ca, id.serialNumber) });
  }
  const nonce = parseNonce(asked.extensions);
  const until = new Date(Math.min(now.getTime() + period, end));
  const responderStatus = await statusOfResponder(parts, responder);
  const sign = () => signed(answers, { now, until, nonce, responderStatus }, responder);
  const [one, ...others] = answers;
  const isCommon = one && one.status.kind !== 'unknown' && others.length === 0;
  if (nonce || !parts.cache || !isCommon) return sign();
  const state = JSON.stringify([one.status, responderStatus]);
  return parts.cache.answer({ certId: one.certId.der, state }, now, sign);
}

/**
 * Signs the answer about one certificate of the CA beforehand, for those who ask without a nonce.
 */
export async function presignOcsp(
  record: CertificateRecord,
  { hash, period }: { readonly hash: CertIdHash; readonly period: number },
  responder: OcspResponder,
  parts: OcspParts,
): Promise<OcspAnswer> {
  const now = wholeSeconds(parts.clock());
  const until = new Date(now.getTime() + period);
  const id = certId(responder.ca.tbs, BigInt(`0x${record.serial}`), hash);
  const answer = { certId: id, status: certStatus(record) };
  const responderStatus = await statusOfResponder(parts, responder);
  return signed([answer], { now, until, nonce: undefined, responderStatus }, responder);
}

/** Throws what answering would throw, so that a responder that cannot answer does not start. */
export async function rehearseOcsp(
  responder: OcspResponder,
  period: number,
  parts: OcspParts,
): Promise<void> {
  const { tbs } = responder.ca;
  const request = encodeOcspRequest(certId(tbs, tbs.serialNumber, 'sha256'));
  await answerOcsp(request, responder, period, parts);
}

/**
 * What the store says of a certificate. Issuances that failed made none; one that was interrupted
 * may have, which is why it can be revoked.
 */
export function certStatus(record: CertificateRecord | undefined): CertStatus {
  if (!record?.revocation) return { kind: record?.status === 'issued' ? 'good' : 'unknown' };
  const { at, reason } = record.revocation;
  const number = REVOCATION_REASONS[reason];
  return { kind: 'revoked', at, reason: number === 0 ? undefined : number };
}

/** The store of a CA under a parent holds its own certificate too, of which the parent tells. */
async function statusIn(
  { store }: OcspParts,
  ca: Certificate,
  serialNumber: bigint,
): Promise<CertStatus> {
  const record = await store.find(serialText(serialNumber));
  return certStatus(record && isIssuedHere(record, ca) ? record : undefined);
}

/** The CA tells nothing of itself. */
const statusOfResponder = async (
  parts: OcspParts,
  { ca, certificate, delegated }: OcspResponder,
): Promise<CertStatus> =>
  delegated ? statusIn(parts, ca, certificate.tbs.serialNumber) : { kind: 'unknown' };

type Answered = Pick<ResponseData['responses'][number], 'certId' | 'status'>;

interface Circumstances {
  /** Whole seconds. */
  readonly now: Date;
  readonly until: Date;
  readonly nonce: Uint8Array | undefined;
  /** What the CA says of a delegated responder. */
  readonly responderStatus: CertStatus;
}

/** Drafted, approved and sealed, as everything that a CA signs. */
async function signed(
  answers: readonly Answered[],
  { now, until, nonce, responderStatus }: Circumstances,
  responder: OcspResponder,
): Promise<OcspAnswer> {
  const { publicKey } = responder.certificate.tbs;
  const data: ResponseData = {
    responder: { kind: 'key', hash: keyIdentifier(publicKey) },
    producedAt: now,
    responses: answers.map((answer) => ({
      ...answer,
      thisUpdate: now,
      nextUpdate: until,
      extensions: [],
    })),
    extensions: nonce ? [ocspNonce(nonce)] : [],
  };
  const approved = approveOcsp(data, { responder, responderStatus });
  return { der: await sealOcsp(approved, responder), status: 'successful', data };
}

/** Undefined for what is no request, or one that wants what nobody here knows. */
function understood(request: Uint8Array): OcspRequest | undefined {
  try {
    const parsed = parseOcspRequest(request);
    const nonce = parseNonce(parsed.extensions);
    const extensions = [...parsed.extensions, ...parsed.requests.flatMap((one) => one.extensions)];
    const unknown = extensions.some(
      ({ oid, critical }) => critical && oid !== EXTENSION_OID.ocspNonce,
    );
    const refused = unknown || parsed.requests.length > MAX_QUESTIONS;
    return refused || (nonce && !isSoundNonce(nonce)) ? undefined : parsed;
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

/** Each certificate once, however often it was asked about. */
const distinct = (ids: readonly CertId[]): readonly CertId[] => [
  ...new Map(ids.map((id) => [Buffer.from(id.der).toString('hex'), id])).values(),
];

const refusal = (status: 'malformedRequest' | 'unauthorized'): OcspAnswer => ({
  der: encodeErrorResponse(status),
  status,
  data: undefined,
});
