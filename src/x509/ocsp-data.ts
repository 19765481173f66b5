import { DerError, type DerReader, enterDer, readDer } from '../der/reader.ts';
import { generalizedTime, generalizedTimeValue } from '../der/time.ts';
import {
  contextConstructed,
  contextPrimitive,
  type Der,
  octetString,
  sequence,
  TAG,
} from '../der/writer.ts';
import { type Extension, encodeExtension } from './extensions.ts';
import { type CertId, parseCertId } from './ocsp-cert-id.ts';
import { optionalExtensions } from './ocsp-request.ts';
import { enumerated, enumeratedValue } from './ocsp-response.ts';

/** What became of a certificate (RFC 6960 §2.2). */
export type CertStatus =
  | { readonly kind: 'good' }
  | {
      readonly kind: 'revoked';
      readonly at: Date;
      /** CRLReason by its number (RFC 5280 §5.3.1); undefined if nothing was specified. */
      readonly reason: number | undefined;
    }
  | { readonly kind: 'unknown' };

/** The answer about one certificate (RFC 6960 §4.2.1). Times are whole seconds. */
export interface SingleResponse {
  readonly certId: CertId;
  readonly status: CertStatus;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  readonly extensions: readonly Extension[];
}

/** Who signs, by the SHA-1 of its key or by its name in DER. */
export type ResponderId =
  | { readonly kind: 'key'; readonly hash: Uint8Array }
  | { readonly kind: 'name'; readonly name: Uint8Array };

/** ResponseData, version 1: what is signed (RFC 6960 §4.2.1). */
export interface ResponseData {
  readonly responder: ResponderId;
  readonly producedAt: Date;
  readonly responses: readonly SingleResponse[];
  readonly extensions: readonly Extension[];
}

export const encodeResponseData = (data: ResponseData): Der =>
  sequence(
    encodeResponder(data.responder),
    generalizedTime(data.producedAt),
    sequence(...data.responses.map(encodeSingle)),
    ...explicitExtensions(data.extensions),
  );

const encodeResponder = (responder: ResponderId): Der =>
  responder.kind === 'name'
    ? contextConstructed(1, responder.name)
    : contextConstructed(2, octetString(responder.hash));

const encodeSingle = (single: SingleResponse): Der =>
  sequence(
    single.certId.der,
    encodeStatus(single.status),
    generalizedTime(single.thisUpdate),
    ...(single.nextUpdate ? [contextConstructed(0, generalizedTime(single.nextUpdate))] : []),
    ...explicitExtensions(single.extensions),
  );

/** `[0]` and `[2]` are NULL, `[1]` is RevokedInfo, all of them IMPLICIT. */
function encodeStatus(status: CertStatus): Der {
  const none = new Uint8Array(0);
  if (status.kind === 'good') return contextPrimitive(0, none);
  if (status.kind === 'unknown') return contextPrimitive(2, none);
  const { at, reason } = status;
  const why = reason === undefined ? [] : [contextConstructed(0, enumerated(reason))];
  return contextConstructed(1, generalizedTime(at), ...why);
}

const explicitExtensions = (extensions: readonly Extension[]): readonly Der[] =>
  extensions.length === 0
    ? []
    : [contextConstructed(1, sequence(...extensions.map(encodeExtension)))];

/** Reads what a response says; throws DerError. */
export function parseResponseData(der: Uint8Array): ResponseData {
  const reader = enterDer(der);
  const responder = parseResponder(reader);
  const producedAt = generalizedTimeValue(reader.read());
  const list = reader.enter();
  const responses: SingleResponse[] = [];
  while (!list.done) responses.push(parseSingle(list.enter()));
  const extensions = optionalExtensions(reader, 0xa1);
  reader.end();
  return { responder, producedAt, responses, extensions };
}

function parseResponder(reader: DerReader): ResponderId {
  const { tag, contents } = reader.read();
  if (tag === 0xa1) return { kind: 'name', name: readDer(contents, TAG.sequence).octets };
  if (tag === 0xa2) return { kind: 'key', hash: readDer(contents, TAG.octetString).contents };
  throw new DerError('it does not say who signed it');
}

function parseSingle(reader: DerReader): SingleResponse {
  const certId = parseCertId(reader);
  const status = parseStatus(reader);
  const thisUpdate = generalizedTimeValue(reader.read());
  const next = reader.optional(0xa0);
  const nextUpdate = next && generalizedTimeValue(readDer(next.contents));
  const extensions = optionalExtensions(reader, 0xa1);
  reader.end();
  return { certId, status, thisUpdate, nextUpdate, extensions };
}

function parseStatus(reader: DerReader): CertStatus {
  const { tag, contents, octets } = reader.read();
  if (tag === 0xa1) return parseRevoked(enterDer(octets, 0xa1));
  if (contents.length === 0 && tag === 0x80) return { kind: 'good' };
  if (contents.length === 0 && tag === 0x82) return { kind: 'unknown' };
  throw new DerError('there is no such certificate status');
}

function parseRevoked(reader: DerReader): CertStatus {
  const at = generalizedTimeValue(reader.read());
  const why = reader.optional(0xa0);
  reader.end();
  const reason = why && enumeratedValue(readDer(why.contents, TAG.enumerated).contents);
  return { kind: 'revoked', at, reason };
}
