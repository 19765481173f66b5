import { type Verdict, verifySignature } from '../algorithms/verify.ts';
import { DerError } from '../der/reader.ts';
import { type Certificate, parseCertificate } from '../x509/certificate.ts';
import { keyIdentifier } from '../x509/extensions.ts';
import { parseResponseData, type ResponderId, type ResponseData } from '../x509/ocsp-data.ts';
import type { OcspRequest } from '../x509/ocsp-request.ts';
import type { BasicResponse } from '../x509/ocsp-response.ts';
import { type PathCertificate, pathCertificate } from './path-certificate.ts';

/** What somebody has who wants to rely on a response. */
export interface OcspEvidence {
  readonly basic: BasicResponse;
  /** Of the CA that has issued what the response is about. */
  readonly issuer: Certificate;
  /** The certificate that is asked about; absent: the response alone is looked at. */
  readonly certificate: Certificate | undefined;
  /** What was asked, if that is known. */
  readonly request: OcspRequest | undefined;
  /** When the response is relied upon. */
  readonly at: Date;
}

/** A response as its rules look at it: read, and its signatures checked. */
export interface ExaminedResponse extends OcspEvidence {
  readonly data: ResponseData;
  readonly ca: PathCertificate;
  /** The issuer itself, or a certificate that came along; undefined if it is neither. */
  readonly responder: PathCertificate | undefined;
  readonly delegated: boolean;
  /** Why the signature of the response does not hold by the responder's key. */
  readonly signature: Verdict;
  /** Why the issuer has not signed the certificate of a delegated responder. */
  readonly delegation: Verdict;
}

/** Certificates that came along and are looked at: a bound for hostile responses. */
const MAX_SENT = 8;

/** Finds out who has signed, and checks it; throws DerError for what a response cannot say. */
export async function examineOcsp(evidence: OcspEvidence): Promise<ExaminedResponse> {
  const { basic, issuer } = evidence;
  const data = parseResponseData(basic.tbsDer);
  const ca = pathCertificate(issuer);
  const sent = basic.certificates.slice(0, MAX_SENT).flatMap((der) => readable(der));
  const candidates = [issuer, ...sent].filter((one) => isNamed(one, data.responder));
  const checked: Checked[] = [];
  for (const one of candidates) checked.push(await checkedBy(one, evidence));
  const found = checked.toSorted((one, other) => failures(one) - failures(other))[0];
  return { ...evidence, data, ca, ...(found ?? UNKNOWN_RESPONDER) };
}

type Checked = Pick<ExaminedResponse, 'responder' | 'delegated' | 'signature' | 'delegation'>;

const UNKNOWN_RESPONDER: Checked = {
  responder: undefined,
  delegated: false,
  signature: undefined,
  delegation: undefined,
};

async function checkedBy(
  certificate: Certificate,
  { basic, issuer }: OcspEvidence,
): Promise<Checked> {
  const delegated = certificate !== issuer;
  return {
    responder: pathCertificate(certificate),
    delegated,
    signature: await signatureBy(certificate, basic),
    delegation: delegated ? await signatureBy(issuer, certificate) : undefined,
  };
}

/** One key may have several certificates; the one that the issuer has signed is meant. */
const failures = ({ signature, delegation }: Checked): number =>
  (signature === undefined ? 0 : 2) + (delegation === undefined ? 0 : 1);

const signatureBy = (
  { tbs }: Certificate,
  {
    signatureAlgorithm,
    tbsDer,
    signature,
  }: Pick<BasicResponse, 'signatureAlgorithm' | 'tbsDer' | 'signature'>,
): Promise<Verdict> =>
  verifySignature({
    spki: tbs.publicKey,
    identifier: signatureAlgorithm,
    message: tbsDer,
    signature,
  });

function isNamed({ tbs }: Certificate, responder: ResponderId): boolean {
  if (responder.kind === 'name') return Buffer.compare(tbs.subject, responder.name) === 0;
  try {
    return Buffer.compare(keyIdentifier(tbs.publicKey), responder.hash) === 0;
  } catch (error) {
    if (error instanceof DerError) return false;
    throw error;
  }
}

/** What cannot be read has not signed anything that can be trusted. */
function readable(der: Uint8Array): readonly Certificate[] {
  try {
    return [parseCertificate(der)];
  } catch (error) {
    if (error instanceof DerError) return [];
    throw error;
  }
}
