import { DerError, type DerReader, enterDer } from '../der/reader.ts';
import { contextConstructed, type Der, sequence, TAG } from '../der/writer.ts';
import { type Extension, encodeExtension, parseExtensions } from './extensions.ts';
import { type CertId, parseCertId } from './ocsp-cert-id.ts';
import { ocspNonce } from './ocsp-nonce.ts';

/** A question about one certificate (RFC 6960 §4.1.1). */
export interface SingleRequest {
  readonly certId: CertId;
  readonly extensions: readonly Extension[];
}

/** OCSPRequest. The name and the signature of a requestor are read over: answers are public. */
export interface OcspRequest {
  /** One at least. */
  readonly requests: readonly SingleRequest[];
  readonly extensions: readonly Extension[];
}

const TAGS = { requestorName: 0xa1, requestExtensions: 0xa2, signature: 0xa0 } as const;

/** A request of the form that RFC 5019 §2.1.1 wants, about one certificate and not signed. */
export const encodeOcspRequest = ({ der }: CertId, nonce?: Uint8Array): Der =>
  sequence(
    sequence(
      sequence(sequence(der)),
      ...(nonce ? [contextConstructed(2, sequence(encodeExtension(ocspNonce(nonce))))] : []),
    ),
  );

/** Reads a request; throws DerError. */
export function parseOcspRequest(der: Uint8Array): OcspRequest {
  const reader = enterDer(der);
  const tbs = reader.enter();
  const signature = reader.optional(TAGS.signature);
  reader.end();
  if (signature) mustBeSignature(signature.contents);
  tbs.optional(TAGS.requestorName);
  const requests = parseRequests(tbs.enter());
  const extensions = optionalExtensions(tbs, TAGS.requestExtensions);
  tbs.end();
  return { requests, extensions };
}

/** `Signature`: an algorithm, a BIT STRING and certificates, of which only the form is looked at. */
function mustBeSignature(contents: Uint8Array): void {
  const signature = enterDer(contents);
  signature.read(TAG.sequence);
  signature.bitString();
  signature.optional(0xa0);
  signature.end();
}

function parseRequests(reader: DerReader): readonly SingleRequest[] {
  const requests: SingleRequest[] = [];
  while (!reader.done) {
    const request = reader.enter();
    const certId = parseCertId(request);
    const extensions = optionalExtensions(request, 0xa0);
    request.end();
    requests.push({ certId, extensions });
  }
  if (requests.length === 0) throw new DerError('it asks about no certificate');
  return requests;
}

/** Extensions behind an explicit tag; none if that is not there. */
export function optionalExtensions(reader: DerReader, tag: number): readonly Extension[] {
  const found = reader.optional(tag);
  return found ? parseExtensions(enterDer(found.contents)) : [];
}

/** What a client appends to the URL of the responder for a GET (RFC 6960 §A.1, RFC 5019 §5). */
export const ocspPath = (request: Uint8Array): string =>
  encodeURIComponent(Buffer.from(request).toString('base64'));

/** The octets in such a path; undefined for what is no base64. Some clients escape nothing. */
export function parseOcspPath(path: string): Uint8Array | undefined {
  try {
    const text = decodeURIComponent(path);
    return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
