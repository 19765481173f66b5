import { wholeSeconds } from '../der/time.ts';
import type { Certificate } from '../x509/certificate.ts';
import { type CandidatePath, candidatePaths, type PathPool } from './build-paths.ts';
import { RevocationChecker, type RevocationEvidence } from './check-revocation.ts';
import { CrlSigners } from './crl-signers.ts';
import { type Checkers, type Judged, judgePath, TRUST_RULE } from './judge-path.ts';
import { ConstraintChecker } from './name-constraints.ts';
import { type PathCertificate, pathCertificate } from './path-certificate.ts';
import { type PathResult, pathResult } from './path-result.ts';
import { SignatureChecker } from './path-signatures.ts';
import type { Wanted } from './wanted.ts';

export interface PathInput {
  /** The certificate that is asked about. */
  readonly certificate: Certificate;
  /** Certificates that may stand between; they are trusted in nothing. */
  readonly intermediates: readonly Certificate[];
  /** Trust anchors. To be one is to be the same certificate, octet by octet. */
  readonly trust: readonly Certificate[];
  /** When the path has to be valid. */
  readonly at: Date;
  /** Refuses each certificate without a valid alternative signature (X.509 clause 9.8). */
  readonly requireAlternative: boolean;
  /** What the certificate has to be good for. */
  readonly wanted?: Wanted;
  /** What tells of revocation; without any, nothing is asked. */
  readonly revocation?: RevocationEvidence;
}

/**
 * Path validation of RFC 5280 §6.1, with alternative signatures of ITU-T X.509 clause 9.8 beside
 * the others. Trust anchors have to meet the requirements too, as OpenSSL wants it. The first path
 * that holds without a warning is the result, or else one that holds, or the one that comes closest.
 * What foreign certificates can make this do is bounded, whatever they are.
 */
export async function validatePath(input: PathInput): Promise<PathResult> {
  const { leaf, pool } = wrapped(input);
  const at = wholeSeconds(input.at); // as fine as certificates are
  const { candidates, exhausted } = candidatePaths(leaf, pool);
  const checkers = checkersFor(input, at, pool);
  const { signed } = checkers;
  let best: Judged | undefined;
  for (const candidate of candidates) {
    if (best && !signed.hasBudget) break;
    const judged = await judgePath(candidate, { ...input, at }, checkers);
    if (judged.distance === 0) return judged.result;
    if (!best || judged.distance < best.distance) best = judged;
  }
  if (!best) throw new Error('there is always a candidate');
  if (best.result.findings.length === 0) return best.result;
  return exhausted || !signed.hasBudget ? givenUp(best.result, leaf) : best.result;
}

/** Revocation is told by CRLs whose signers have paths too, which the same checkers judge. */
function checkersFor(input: PathInput, at: Date, pool: PathPool): Checkers {
  const { requireAlternative, revocation: evidence } = input;
  const signed = new SignatureChecker();
  const constraints = new ConstraintChecker();
  const judge = async (candidate: CandidatePath) => {
    if (!signed.hasBudget) return undefined;
    const options = { at, requireAlternative, aside: true };
    return (await judgePath(candidate, options, checkers)).result;
  };
  const revocation =
    evidence &&
    new RevocationChecker(evidence, { at, requireAlternative }, new CrlSigners(pool, judge));
  const checkers: Checkers = { signed, constraints, revocation };
  return checkers;
}

/** Each certificate once. */
function wrapped({ certificate, intermediates, trust }: PathInput) {
  const known = new Map<string, PathCertificate>();
  const wrap = (one: Certificate): PathCertificate => {
    const key = Buffer.from(one.der).toString('latin1');
    const found = known.get(key) ?? pathCertificate(one);
    known.set(key, found);
    return found;
  };
  const anchors = new Set(trust.map(wrap));
  const leaf = wrap(certificate);
  for (const one of intermediates) wrap(one);
  const bySubject = Map.groupBy(known.values(), ({ subjectKey }) => subjectKey);
  const pool: PathPool = { anchors, bySubject };
  return { leaf, pool };
}

/** Told where a path that holds may have been missed. */
function givenUp(result: PathResult, { subject }: PathCertificate): PathResult {
  const problem =
    'there are too many possible paths and not all were tried, give fewer certificates';
  const findings = [...result.findings, { ...TRUST_RULE, certificate: subject, problem }];
  return pathResult(result.path, findings, result.warnings);
}
