import { objectIdentifier, octetString, sequence } from '../../src/der/writer.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import {
  EXTENDED_KEY_USAGES,
  EXTENSION_OID,
  type Extension,
  keyIdentifier,
} from '../../src/x509/extensions.ts';
import { certId } from '../../src/x509/ocsp-cert-id.ts';
import {
  encodeResponseData,
  type ResponseData,
  type SingleResponse,
} from '../../src/x509/ocsp-data.ts';
import {
  type BasicResponse,
  encodeOcspResponse,
  parseOcspResponse,
} from '../../src/x509/ocsp-response.ts';
import { encodeSigned } from '../../src/x509/signed.ts';
import type { Party } from './made-certificates.ts';

export const purpose = (...names: readonly (keyof typeof EXTENDED_KEY_USAGES)[]): Extension => ({
  oid: EXTENSION_OID.extKeyUsage,
  critical: false,
  value: sequence(...names.map((name) => objectIdentifier(EXTENDED_KEY_USAGES[name]))),
});

export const NO_CHECK: Extension = {
  oid: EXTENSION_OID.ocspNoCheck,
  critical: false,
  value: Uint8Array.of(5, 0),
};

export const critical: Extension = {
  oid: '1.3.6.1.4.1.99999.2',
  critical: true,
  value: octetString(Uint8Array.of(1)),
};

const at = (time: string) => new Date(`2026-06-01T${time}Z`);

/** A response that is produced at noon and holds for an hour. */
export const noon = {
  at: at('12:30:00'),
  before: at('11:59:59'),
  after: at('13:00:01'),
};

/** "good" about a certificate of `issuer`. */
export const good = (issuer: Certificate, serialNumber: bigint): SingleResponse => ({
  certId: certId(issuer.tbs, serialNumber, 'sha1'),
  status: { kind: 'good' },
  thisUpdate: at('12:00:00'),
  nextUpdate: at('13:00:00'),
  extensions: [],
});

export const saying = (by: Party, ...responses: readonly SingleResponse[]): ResponseData => ({
  responder: { kind: 'key', hash: keyIdentifier(by.signer.publicKey) },
  producedAt: at('12:00:00'),
  responses,
  extensions: [],
});

/** Signs a response, sound or not, with certificates beside it. OCSPResponse, DER. */
export async function respond(
  data: ResponseData,
  { signer }: Party,
  ...sent: readonly Certificate[]
): Promise<Uint8Array> {
  const der = encodeResponseData(data);
  const signed = encodeSigned(der, signer.algorithm.identifier, await signer.sign(der));
  return encodeOcspResponse(
    signed,
    sent.map((one) => one.der),
  );
}

export function basicOf(response: Uint8Array): BasicResponse {
  const { basic } = parseOcspResponse(response);
  if (!basic) throw new Error('a response without an answer');
  return basic;
}
