import { DerError } from '../der/reader.ts';
import { timeText } from '../der/time.ts';
import { serialText } from '../x509/certificate.ts';
import { EXTENSION_OID } from '../x509/extensions.ts';
import { parseNonce } from '../x509/ocsp-nonce.ts';
import { type ExaminedResponse, examineOcsp, type OcspEvidence } from './ocsp-evidence.ts';
import { answerAbout, RELIANCE_RULES } from './ocsp-rules.ts';

/** Why a response is refused. */
export interface OcspFinding {
  readonly id: string;
  readonly cites: string;
  readonly problem: string;
}

export interface OcspResult {
  readonly examined: ExaminedResponse;
  /** Empty if the response holds and, where a certificate was given, that is good. */
  readonly findings: readonly OcspFinding[];
  /** Sentences about what holds, but should be known. */
  readonly warnings: readonly string[];
}

/**
 * Whether somebody may rely on a response (RFC 6960 §3.2), and on the certificate that it is asked
 * about. Throws DerError for what is no response.
 */
export async function verifyOcsp(evidence: OcspEvidence): Promise<OcspResult> {
  const examined = await examineOcsp(evidence);
  const findings = RELIANCE_RULES.flatMap(({ id, cites, check }) => {
    const problem = malformedOr(() => check(examined));
    return problem === undefined ? [] : [{ id, cites, problem }];
  });
  return {
    examined,
    findings: [...findings, ...statusFindings(examined)],
    warnings: warningsAbout(examined),
  };
}

/** A response that holds may tell of a certificate that does not. */
function statusFindings(examined: ExaminedResponse): readonly OcspFinding[] {
  const single = answerAbout(examined);
  if (!single || single.status.kind === 'good') return [];
  const { status, certId } = single;
  const since = status.kind === 'revoked' ? `revoked since ${timeText(status.at)}` : 'not known';
  const problem = `the certificate ${serialText(certId.serialNumber)} is ${since}`;
  return [{ id: 'status', cites: 'RFC 6960 §2.2', problem }];
}

function warningsAbout({ request, data, delegated, responder }: ExaminedResponse): string[] {
  const asked = request && malformedOr(() => parseNonce(request.extensions) && 'a nonce');
  const found = data.extensions.some(({ oid }) => oid === EXTENSION_OID.ocspNonce);
  const endless = data.responses.some(({ nextUpdate }) => nextUpdate === undefined);
  const checked = responder?.certificate.tbs.extensions.every(
    ({ oid }) => oid !== EXTENSION_OID.ocspNoCheck,
  );
  return [
    ...(asked && !found ? ['the response has no nonce, although the request has one'] : []),
    ...(endless ? ['the response does not say how long it holds'] : []),
    ...(delegated && checked
      ? ['whether the certificate of the responder is revoked was not checked']
      : []),
  ];
}

function malformedOr(check: () => string | undefined): string | undefined {
  try {
    return check();
  } catch (error) {
    if (error instanceof DerError) return `it is malformed: ${error.message}`;
    throw error;
  }
}
