import { timeText } from '../../der/time.ts';
import { parseCertificate, serialText } from '../../x509/certificate.ts';
import { EXTENSION_OID, type Extension } from '../../x509/extensions.ts';
import { nameText, parseName } from '../../x509/names.ts';
import type { CertId } from '../../x509/ocsp-cert-id.ts';
import { parseResponseData, type ResponderId } from '../../x509/ocsp-data.ts';
import { parseNonce } from '../../x509/ocsp-nonce.ts';
import type { OcspRequest } from '../../x509/ocsp-request.ts';
import type { OcspResponse } from '../../x509/ocsp-response.ts';
import { describeSigning } from '../describe/describe-algorithm.ts';
import { understood } from '../describe/describe-extension.ts';
import { certificateSummary } from '../present.ts';
import { describeSingle } from './describe-answer.ts';

/** How an issuer is named. Hashes in hexadecimal. */
const issuerFields = ({ hash, issuerNameHash, issuerKeyHash }: CertId) => ({
  hash: hash ?? null,
  issuerNameHash: hex(issuerNameHash),
  issuerKeyHash: hex(issuerKeyHash),
});

const extensionFields = (extensions: readonly Extension[]) =>
  extensions
    .filter(({ oid }) => oid !== EXTENSION_OID.ocspNonce)
    .map(({ oid, critical, value }) => ({ oid, critical, value: hex(value) }));

/** Hexadecimal; null if there is none, and what stands there where that is no OCTET STRING. */
function nonceOf(extensions: readonly Extension[]): string | null {
  const found = extensions.find(({ oid }) => oid === EXTENSION_OID.ocspNonce);
  if (!found) return null;
  return hex(understood(() => parseNonce(extensions)) ?? found.value);
}

export type RequestDescription = ReturnType<typeof describeRequest>;

export const describeRequest = ({ requests, extensions }: OcspRequest) => ({
  type: 'request' as const,
  nonce: nonceOf(extensions),
  certificates: requests.map((one) => ({
    serial: serialText(one.certId.serialNumber),
    ...issuerFields(one.certId),
    extensions: extensionFields(one.extensions),
  })),
  extensions: extensionFields(extensions),
});

export type ResponseDescription = ReturnType<typeof describeResponse>;

/** Throws DerError for what a response cannot say. */
export function describeResponse({ status, basic }: OcspResponse) {
  if (!basic) return { type: 'response' as const, status };
  const { responder, producedAt, responses, extensions } = parseResponseData(basic.tbsDer);
  return {
    type: 'response' as const,
    status,
    signed: {
      responder: describeResponder(responder),
      producedAt: timeText(producedAt),
      nonce: nonceOf(extensions),
      certificates: responses.map((single) => ({
        ...describeSingle(single),
        ...issuerFields(single.certId),
        extensions: extensionFields(single.extensions),
      })),
      extensions: extensionFields(extensions),
      signature: describeSigning('signature', basic.signatureAlgorithm, basic.signature),
      sent: basic.certificates.map(describeSent),
    },
  };
}

const describeResponder = (responder: ResponderId) =>
  responder.kind === 'key'
    ? { key: hex(responder.hash) }
    : { name: understood(() => nameText(parseName(responder.name))) ?? null };

/** A certificate that came along; null for what cannot be read. */
const describeSent = (der: Uint8Array) =>
  understood(() => {
    const { serial, subject, issuer, notBefore, notAfter, fingerprint } = certificateSummary(
      parseCertificate(der),
    );
    return { serial, subject, issuer, notBefore, notAfter, fingerprint };
  }) ?? null;

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');
