import { isObsolete } from '../algorithms/obsolete.ts';
import { isPostQuantumSignature } from '../algorithms/spki.ts';
import { isVerifiable } from '../algorithms/verify.ts';
import type { CandidatePath } from './build-paths.ts';
import type { RevocationChecker } from './check-revocation.ts';
import type { ConstraintChecker } from './name-constraints.ts';
import type { PathCertificate } from './path-certificate.ts';
import { type PathFinding, type PathResult, type PathStep, pathResult } from './path-result.ts';
import { PATH_RULES, type PathRule } from './path-rules.ts';
import type { SignatureChecker, SignatureKind } from './path-signatures.ts';
import { POLICY_RULES } from './policy-rules.ts';
import type { Cited, Remark } from './revocation-verdict.ts';
import type { Wanted } from './wanted.ts';
import { WANTED_RULES } from './wanted-rules.ts';

const RULES: readonly PathRule[] = [...PATH_RULES, ...POLICY_RULES, ...WANTED_RULES];

export interface JudgeOptions {
  /** When the path has to be valid. Whole seconds. */
  readonly at: Date;
  /** Whether a classical signature needs an alternative one beside it (X.509 clause 9.8). */
  readonly requireAlternative: boolean;
  readonly wanted?: Wanted;
  /** True for the path of a CRL's signer, of which only what a CA has to meet is asked. */
  readonly aside?: boolean;
}

/** What is expensive, remembered and bounded over all paths of one validation. */
export interface Checkers {
  readonly signed: SignatureChecker;
  readonly constraints: ConstraintChecker;
  /** Undefined if nothing is there to tell of revocation. */
  readonly revocation: RevocationChecker | undefined;
}

export interface Judged {
  readonly result: PathResult;
  /** How far from holding without a warning: wrong signatures count more than broken rules. */
  readonly distance: number;
}

const FAR = 1000;

/** Checks each signature and each rule for all certificates of a path. */
export async function judgePath(
  { certificates, anchored }: CandidatePath,
  { at, requireAlternative, wanted = {}, aside = false }: JudgeOptions,
  { signed, constraints, revocation }: Checkers,
): Promise<Judged> {
  const [steps, findings, warnings]: [PathStep[], PathFinding[], string[]] = [[], [], []];
  const anchor = certificates.at(-1);
  for (const [index, subject] of certificates.entries()) {
    const last = index === certificates.length - 1;
    const issuer = last ? anchorOfItself(subject, anchored) : certificates[index + 1];
    const signatures = issuer ? await signed.check(subject, issuer) : [];
    const isLeaf = index === 0 && !aside;
    const ask = () => {
      if (issuer && anchor && !last) return revocation?.check({ subject, issuer, anchor, isLeaf });
      return isLeaf && anchored && !issuer ? revocation?.trustedLeaf(subject) : undefined;
    };
    const asked = await ask();
    steps.push({ ...namesOf(subject), trusted: anchored && last, signatures, revocation: asked });
    const remarks = [
      ...signatures.flatMap(({ what, problem }) => asRemarks(SIGNATURE_RULES[what], problem)),
      ...(issuer
        ? alternativeRemarks(subject, issuer, requireAlternative)
        : endRemarks(subject, anchored)),
      ...RULES.flatMap((rule) =>
        asRemarks(
          rule,
          rule.check({ subject, path: certificates, index, at, constraints, wanted }),
        ),
      ),
      ...(asked?.remarks ?? []),
    ];
    findings.push(...findingsOf(subject, remarks));
    warnings.push(...remarks.flatMap(({ rule, text }) => (rule ? [] : [text])));
  }
  const result = pathResult(steps, findings, warnings);
  const wrong = result.signatures.filter(({ problem }) => problem !== undefined).length;
  return { result, distance: wrong * FAR + findings.length + warnings.length / FAR };
}

/**
 * A self-signed trust anchor is its own issuer; who issued another one is not known. Nobody relies
 * on what old roots were signed with, such as SHA-1: they are trusted for their keys (§6.1). Where
 * that is a prototype, so is the key, which is told by its name.
 */
function anchorOfItself(last: PathCertificate, anchored: boolean): PathCertificate | undefined {
  const { signatureAlgorithm: algorithm } = last.certificate;
  const isTold = isVerifiable(algorithm) || isObsolete(algorithm);
  return anchored && last.selfIssued && isTold ? last : undefined;
}

const namesOf = ({ certificate, subject, issuer }: PathCertificate) => ({
  certificate,
  subject,
  issuer,
});

const SIGNATURE_RULES: Readonly<Record<SignatureKind, Cited>> = {
  signature: { id: 'signature', cites: 'RFC 5280 §6.1.3 (a)' },
  'alternative signature': { id: 'alternative-signature', cites: 'X.509 §9.8' },
};

export const TRUST_RULE: Cited = { id: 'trust-anchor', cites: 'RFC 5280 §6.1' };

const asRemarks = (rule: Cited, text: string | undefined): readonly Remark[] =>
  text === undefined ? [] : [{ rule, text }];

/** Each once: the halves of a composite may have the same problem. */
function findingsOf({ subject }: PathCertificate, remarks: readonly Remark[]) {
  const findings = remarks.flatMap(({ rule, text }): readonly PathFinding[] =>
    rule ? [{ certificate: subject, id: rule.id, cites: rule.cites, problem: text }] : [],
  );
  return findings.filter(
    ({ id, problem }, index) =>
      findings.findIndex((other) => other.id === id && other.problem === problem) === index,
  );
}

/**
 * What is to say about a certificate without alternative signature, or with one that nobody can
 * check. Of a CA that gets an alternative key later there are certificates of both kinds, and two
 * certificates of its own; whoever trusts the older one knows no key to check it with.
 */
function alternativeRemarks(
  subject: PathCertificate,
  issuer: PathCertificate,
  required: boolean,
): readonly Remark[] {
  const rule = SIGNATURE_RULES['alternative signature'];
  const hasKey = issuer.extensions.subjectAltPublicKeyInfo !== undefined;
  if (subject.extensions.altSignatureValue && !hasKey) {
    const text = `an alternative signature, but its issuer ${issuer.subject} has no alternative key`;
    if (required) return [{ rule, text: `it has ${text}` }];
    return [
      { text: `${subject.subject} has ${text} to check it with; --require-alt refuses that` },
    ];
  }
  if (subject.extensions.altSignatureValue) return [];
  if (required && !isPostQuantumSignature(subject.certificate.signatureAlgorithm)) {
    return [{ rule, text: 'it has a classical signature, and no alternative one' }];
  }
  if (!hasKey) return [];
  const text = `the issuer has an alternative key, but ${subject.subject} has no alternative signature; --require-alt refuses that`;
  return [{ text }];
}

/** The last certificate, if its signature cannot be checked for want of an issuer. */
function endRemarks(
  { subject, selfIssued, issuer }: PathCertificate,
  anchored: boolean,
): readonly Remark[] {
  if (anchored) {
    return [{ text: `${subject} is trusted as it is, its own signature cannot be checked` }];
  }
  const text = selfIssued
    ? 'it is not one of the trusted certificates, and its issuer is itself'
    : `there is no certificate of its issuer ${issuer} that leads to a trusted one`;
  return [{ rule: TRUST_RULE, text }];
}
