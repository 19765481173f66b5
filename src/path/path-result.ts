import type { Certificate } from '../x509/certificate.ts';
import type { CheckedSignature } from './path-signatures.ts';
import type { RevocationVerdict } from './revocation-verdict.ts';

/** Why a path is refused: one requirement that one of its certificates does not meet. */
export interface PathFinding {
  /** Its subject, for people. */
  readonly certificate: string;
  readonly id: string;
  readonly cites: string;
  /** In words that follow the name of the certificate. */
  readonly problem: string;
}

/** One certificate of a path, and which signatures on it were checked. */
export interface PathStep {
  readonly certificate: Certificate;
  /** Names for people, escaped. */
  readonly subject: string;
  readonly issuer: string;
  /** Whether it is a trust anchor. */
  readonly trusted: boolean;
  readonly signatures: readonly CheckedSignature[];
  /** Undefined if nothing was there to tell, and for the end of the path. */
  readonly revocation: RevocationVerdict | undefined;
}

export interface PathResult {
  /** The certificate first, the trust anchor last; without one, as far as it leads. */
  readonly path: readonly PathStep[];
  /** Those of all certificates in the path. */
  readonly signatures: readonly CheckedSignature[];
  readonly findings: readonly PathFinding[];
  /**
   * The findings in words, as in `CN=server: it expired at … (validity, RFC 5280 §6.1.3)`; empty if
   * everything holds.
   */
  readonly problems: readonly string[];
  /** Sentences about what holds, but should be known. */
  readonly warnings: readonly string[];
}

export const pathResult = (
  path: readonly PathStep[],
  findings: readonly PathFinding[],
  warnings: readonly string[],
): PathResult => ({
  path,
  signatures: path.flatMap(({ signatures }) => signatures),
  findings,
  problems: findings.map(
    ({ certificate, problem, id, cites }) => `${certificate}: ${problem} (${id}, ${cites})`,
  ),
  warnings,
});
