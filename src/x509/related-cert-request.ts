import { SCHEMES } from '../algorithms/schemes.ts';
import {
  algorithmsOfKey,
  describeKey,
  describeSignature,
  publicKeyObject,
} from '../algorithms/spki.ts';
import { checkSignature, type SignatureCheck, type Verdict } from '../algorithms/verify.ts';
import { DerError, enterDer } from '../der/reader.ts';
import { bitString, type Der, ia5String, integer, sequence, TAG } from '../der/writer.ts';
import type { Certificate } from './certificate.ts';
import type { CertificationRequest } from './csr.ts';
import { ATTRIBUTE_OID, encodeAttribute, onlyValue } from './csr-attributes.ts';
import {
  encodeIssuerAndSerialNumber,
  type IssuerAndSerialNumber,
  readIssuerAndSerialNumber,
} from './issuer-and-serial.ts';

/**
 * RequesterCertificate (RFC 9763 §3.1): the requester has another certificate, and signs that with
 * its key.
 */
export interface RelatedCertRequest {
  readonly certID: IssuerAndSerialNumber;
  /** Whole seconds. */
  readonly requestTime: Date;
  /** Where the certificate can be had: http, https or data. Not covered by the signature. */
  readonly locations: readonly string[];
  readonly signature: Uint8Array;
}

type Signed = Pick<RelatedCertRequest, 'certID' | 'requestTime'>;

/** What the key of the related certificate signs: two values in a row, with nothing around them. */
export const relatedCertMessage = ({ certID, requestTime }: Signed): Uint8Array =>
  Buffer.concat([encodeIssuerAndSerialNumber(certID), binaryTime(requestTime)]);

/** BinaryTime (RFC 6019 §2): seconds since 1970, without leap seconds. */
const binaryTime = (date: Date): Der => integer(Math.floor(date.getTime() / 1000));

/** The attribute of a request. */
export const relatedCertRequest = (request: RelatedCertRequest): Der =>
  encodeAttribute(
    ATTRIBUTE_OID.relatedCertRequest,
    sequence(
      encodeIssuerAndSerialNumber(request.certID),
      binaryTime(request.requestTime),
      sequence(...request.locations.map(ia5String)),
      bitString(request.signature),
    ),
  );

/** A day after the year 9999, which is the last that certificates can name. Seconds. */
const MAX_TIME = 253_402_300_800n;

/** The attribute in a request; undefined if there is none, DerError for a malformed one. */
export function relatedCertRequestOf({
  attributes,
}: CertificationRequest): RelatedCertRequest | undefined {
  const value = onlyValue(attributes, ATTRIBUTE_OID.relatedCertRequest);
  if (!value) return undefined;
  const reader = enterDer(value);
  const certID = readIssuerAndSerialNumber(reader);
  const seconds = reader.integer();
  if (seconds < 0n || seconds >= MAX_TIME) throw new DerError('its requestTime is out of range');
  const list = reader.enter();
  const locations: string[] = [];
  while (!list.done) {
    locations.push(Buffer.from(list.read(TAG.ia5String).contents).toString('latin1'));
  }
  if (locations.length === 0) throw new DerError('its locationInfo is empty');
  const signature = reader.bitString();
  reader.end();
  return { certID, requestTime: new Date(Number(seconds) * 1000), locations, signature };
}

/**
 * Checks that the key of the related certificate made the signature. The attribute does not say by
 * which algorithm, so each one counts that the key can be used with.
 */
export async function verifyRelatedCertRequest(
  request: RelatedCertRequest,
  { tbs: { publicKey: spki } }: Certificate,
): Promise<SignatureCheck> {
  const signed = { spki, message: relatedCertMessage(request), signature: request.signature };
  let failed: SignatureCheck | undefined;
  for (const identifier of signatureAlgorithms(spki)) {
    const checks = await checkSignature({ ...signed, identifier });
    const problem = checks.find((check) => check.problem !== undefined)?.problem;
    const check = summary(describeSignature(identifier), checks, problem);
    if (problem === undefined) return check;
    failed ??= check;
  }
  return failed ?? summary(describeKey(spki), [], 'its key cannot sign');
}

/** Of the halves of a composite, as one. */
const summary = (
  algorithm: string,
  checks: readonly SignatureCheck[],
  problem: Verdict,
): SignatureCheck => ({
  algorithm,
  implementation: [...new Set(checks.map((check) => check.implementation))].join(', '),
  problem,
});

/** AlgorithmIdentifiers: those of our rows first, then of the other hashes that go with the key. */
function signatureAlgorithms(spki: Uint8Array): readonly Uint8Array[] {
  const keyType = publicKeyObject(spki)?.asymmetricKeyType ?? '';
  const rows = algorithmsOfKey(spki);
  const schemes = Object.values(SCHEMES).filter(({ keyTypes }) => keyTypes.includes(keyType));
  const identifiers = [...rows, ...schemes].map(({ identifier }) => identifier);
  return [...new Map(identifiers.map((der) => [der.join(), der])).values()];
}
