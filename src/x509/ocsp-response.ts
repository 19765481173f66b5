import { DerError, enterDer, integerValue, readDer } from '../der/reader.ts';
import {
  contextConstructed,
  type Der,
  objectIdentifier,
  octetString,
  sequence,
  TAG,
  tlv,
} from '../der/writer.ts';
import { parseSigned, type Signed } from './signed.ts';

/** What a response says when it says anything: octets of BasicOCSPResponse (RFC 6960 §4.2.1). */
const BASIC_RESPONSE = '1.3.6.1.5.5.7.48.1.1';

const CERTIFICATES_TAG = 0xa0;

/** OCSPResponseStatus by its numbers; 4 is not used (RFC 6960 §4.2.1). */
export const OCSP_STATUS = {
  successful: 0,
  malformedRequest: 1,
  internalError: 2,
  tryLater: 3,
  sigRequired: 5,
  unauthorized: 6,
} as const;

export type OcspStatus = keyof typeof OCSP_STATUS;

/** BasicOCSPResponse: SIGNED{ResponseData}, and behind it certificates of who signed. */
export interface BasicResponse extends Signed {
  /** Certificates, DER. */
  readonly certificates: readonly Uint8Array[];
}

export interface OcspResponse {
  readonly status: OcspStatus;
  /** There if the status is `successful`. */
  readonly basic: BasicResponse | undefined;
}

/** A response that says why there is none; it is not signed (RFC 6960 §2.3). */
export const encodeErrorResponse = (status: Exclude<OcspStatus, 'successful'>): Der =>
  sequence(enumerated(OCSP_STATUS[status]));

/** OCSPResponse around what was signed, SIGNED{ResponseData}, with certificates beside it. */
export function encodeOcspResponse(signed: Uint8Array, certificates: readonly Uint8Array[]): Der {
  const parts = readDer(signed, TAG.sequence).contents;
  const sent = certificates.length === 0 ? [] : [contextConstructed(0, sequence(...certificates))];
  const basic = sequence(parts, ...sent);
  return sequence(
    enumerated(OCSP_STATUS.successful),
    contextConstructed(0, sequence(objectIdentifier(BASIC_RESPONSE), octetString(basic))),
  );
}

/** Reads a response; throws DerError. */
export function parseOcspResponse(der: Uint8Array): OcspResponse {
  const reader = enterDer(der);
  const status = statusOf(enumeratedValue(reader.read(TAG.enumerated).contents));
  const bytes = reader.optional(0xa0);
  reader.end();
  if ((status === 'successful') !== (bytes !== undefined)) {
    throw new DerError('it is an answer and an error at once, or neither');
  }
  return { status, basic: bytes && parseResponseBytes(bytes.contents) };
}

function statusOf(number: number): OcspStatus {
  const found = Object.entries(OCSP_STATUS).find(([, known]) => known === number);
  if (found) return found[0] as OcspStatus;
  throw new DerError(`there is no response status ${number}`);
}

function parseResponseBytes(contents: Uint8Array): BasicResponse {
  const reader = enterDer(contents);
  const type = reader.objectIdentifier();
  if (type !== BASIC_RESPONSE) throw new DerError(`it is no basic response, but ${type}`);
  const basic = reader.octetString();
  reader.end();
  const parts = enterDer(basic);
  const signed = [parts.read(TAG.sequence), parts.read(TAG.sequence), parts.read(TAG.bitString)];
  const sent = parts.optional(CERTIFICATES_TAG);
  parts.end();
  return {
    ...parseSigned(sequence(...signed.map(({ octets }) => octets))),
    certificates: sent ? sequencesIn(sent.contents) : [],
  };
}

function sequencesIn(contents: Uint8Array): readonly Uint8Array[] {
  const reader = enterDer(contents);
  const found: Uint8Array[] = [];
  while (!reader.done) found.push(reader.read(TAG.sequence).octets);
  return found;
}

/** ENUMERATED of a small number. */
export const enumerated = (value: number): Der => tlv(TAG.enumerated, Uint8Array.of(value));

export function enumeratedValue(contents: Uint8Array): number {
  const value = integerValue(contents);
  if (value < 0n || value > 0x7fn) throw new DerError('an ENUMERATED is out of range');
  return Number(value);
}
