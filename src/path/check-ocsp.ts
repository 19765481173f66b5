import { isPostQuantumSignature } from '../algorithms/spki.ts';
import { DerError } from '../der/reader.ts';
import { timeText } from '../der/time.ts';
import type { BasicResponse } from '../x509/ocsp-response.ts';
import { answerAbout } from './ocsp-rules.ts';
import type { PathCertificate } from './path-certificate.ts';
import type { Cited, Remark, RevocationVerdict } from './revocation-verdict.ts';
import { type OcspResult, verifyOcsp } from './verify-ocsp.ts';

const REVOKED: Cited = { id: 'revoked', cites: 'RFC 6960 §2.2' };
const NO_RESPONSE: Cited = { id: 'ocsp', cites: 'RFC 6960 §3.2' };
const ALTERNATIVE: Cited = { id: 'ocsp-alternative-signature', cites: 'X.509 §9.8' };

/** Responses that are verified in one validation: a bound for hostile collections. */
const MAX_RESPONSES = 100;

/** An OCSP response that was read, and how messages name it. */
export interface PathOcsp {
  readonly basic: BasicResponse;
  readonly name: string;
}

export interface OcspOptions {
  readonly at: Date;
  readonly requireAlternative: boolean;
}

/** Asks OCSP responses about certificates; each is verified by whom `pki ocsp verify` asks too. */
export class OcspChecker {
  readonly #responses: readonly PathOcsp[];
  readonly #options: OcspOptions;
  #left = MAX_RESPONSES;

  constructor(responses: readonly PathOcsp[], options: OcspOptions) {
    this.#responses = responses;
    this.#options = options;
  }

  async check(subject: PathCertificate, issuer: PathCertificate): Promise<RevocationVerdict> {
    const verdicts: RevocationVerdict[] = [];
    for (const response of this.#responses) {
      if (--this.#left < 0) break;
      const verdict = await this.#ask(response, subject, issuer);
      if (verdict) verdicts.push(verdict);
    }
    const decided = ['revoked', 'good'].map((wanted) =>
      verdicts.find(({ status }) => status === wanted),
    );
    const remarks = verdicts.flatMap((verdict) => verdict.remarks);
    const unknown: Remark = { rule: NO_RESPONSE, text: 'none of the OCSP responses tells of it' };
    const undetermined = { status: 'undetermined', by: [] } as const;
    return (
      decided.find((verdict) => verdict !== undefined) ?? {
        ...undetermined,
        remarks: remarks.length > 0 ? remarks : [unknown],
      }
    );
  }

  /** Undefined if the response does not tell of the certificate, or nobody can find out. */
  async #ask(
    response: PathOcsp,
    { certificate }: PathCertificate,
    { certificate: issuer }: PathCertificate,
  ): Promise<RevocationVerdict | undefined> {
    const { basic } = response;
    const { at } = this.#options;
    try {
      const result = await verifyOcsp({ basic, issuer, certificate, request: undefined, at });
      return answerAbout(result.examined) && this.#verdict(response, result);
    } catch (error) {
      if (error instanceof DerError) return undefined; // such as an issuer whose key is malformed
      throw error;
    }
  }

  #verdict(
    { basic, name }: PathOcsp,
    { examined, findings, warnings }: OcspResult,
  ): RevocationVerdict {
    const status = answerAbout(examined)?.status;
    const classical = !isPostQuantumSignature(basic.signatureAlgorithm);
    const refused: readonly Remark[] = [
      ...findings
        .filter(({ id }) => id !== 'status')
        .map(({ id, cites, problem }) => ({
          rule: { id: `ocsp-${id}`, cites },
          text: `${name} does not count: ${problem}`,
        })),
      ...(this.#options.requireAlternative && classical
        ? [{ rule: ALTERNATIVE, text: `${name} does not count: ${NO_ALTERNATIVE}` }]
        : []),
    ];
    if (refused.length > 0) return { status: 'undetermined', by: [], remarks: refused };
    if (status?.kind === 'good') {
      const remarks = warnings.map((text) => ({ text: `${name}: ${text}` }));
      return { status: 'good', by: [name], remarks };
    }
    if (status?.kind === 'revoked') {
      const text = `it is revoked since ${timeText(status.at)}, says ${name}`;
      return { status: 'revoked', by: [name], remarks: [{ rule: REVOKED, text }] };
    }
    const text = `the responder does not know it, says ${name}`;
    return { status: 'undetermined', by: [], remarks: [{ rule: NO_RESPONSE, text }] };
  }
}

const NO_ALTERNATIVE = 'it has a classical signature, and there are no alternative ones in OCSP';
