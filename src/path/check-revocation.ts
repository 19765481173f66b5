import type { Crl } from '../x509/crl.ts';
import { EXTENSION_OID } from '../x509/extensions.ts';
import { CrlChecker } from './check-crls.ts';
import { OcspChecker, type OcspOptions, type PathOcsp } from './check-ocsp.ts';
import type { CrlSigners } from './crl-signers.ts';
import type { PathCertificate } from './path-certificate.ts';
import { pathCrl } from './path-crl.ts';
import type { Cited, RevocationVerdict } from './revocation-verdict.ts';

/** What is there to tell whether certificates are revoked. */
export interface RevocationEvidence {
  readonly crls: readonly Crl[];
  readonly responses: readonly PathOcsp[];
  /** Of which certificates it has to be known; about all others, what is known counts. */
  readonly required: 'leaf' | 'all';
}

/** A certificate of a path, as it is asked whether it is revoked. */
export interface AskedCertificate {
  readonly subject: PathCertificate;
  readonly issuer: PathCertificate;
  readonly anchor: PathCertificate;
  /** Whether it is the one that all of the validation is for. */
  readonly isLeaf: boolean;
}

interface Answer extends Omit<AskedCertificate, 'subject' | 'isLeaf'> {
  readonly verdict: RevocationVerdict;
}

/** Asks CRLs and OCSP responses about certificates of paths, once with each issuer and anchor. */
export class RevocationChecker {
  readonly #crls: CrlChecker | undefined;
  readonly #ocsp: OcspChecker | undefined;
  readonly #required: RevocationEvidence['required'];
  readonly #known = new Map<PathCertificate, Answer[]>();

  constructor(
    { crls, responses, required }: RevocationEvidence,
    options: OcspOptions,
    signers: CrlSigners,
  ) {
    this.#crls =
      crls.length === 0 ? undefined : new CrlChecker(crls.map(pathCrl), options, signers);
    this.#ocsp = responses.length === 0 ? undefined : new OcspChecker(responses, options);
    this.#required = required;
  }

  /**
   * One that is revoked for anybody is; one that is good for one source is good; one that nobody
   * tells of is refused only where it has to be known.
   */
  async check({ isLeaf, ...asked }: AskedCertificate): Promise<RevocationVerdict> {
    const verdict = await this.#answer(asked);
    const excused = verdict.status === 'undetermined' && !isLeaf && this.#required === 'leaf';
    return excused ? { ...verdict, remarks: [] } : verdict;
  }

  /**
   * A certificate that is trusted itself and was not issued by itself: whoever could tell whether it is
   * revoked is not in the path.
   */
  trustedLeaf(subject: PathCertificate): RevocationVerdict {
    if (saysNobodyTells(subject)) return GOOD_BY_ITSELF;
    return { status: 'undetermined', by: [], remarks: [{ rule: NO_ISSUER, text: TRUSTED_LEAF }] };
  }

  async #answer(asked: Omit<AskedCertificate, 'isLeaf'>): Promise<RevocationVerdict> {
    const { subject, issuer, anchor } = asked;
    const answers = this.#known.get(subject) ?? [];
    this.#known.set(subject, answers);
    const known = answers.find((one) => one.issuer === issuer && one.anchor === anchor);
    if (known) return known.verdict;
    const verdict = await this.#ask(asked);
    answers.push({ issuer, anchor, verdict });
    return verdict;
  }

  async #ask({
    subject,
    issuer,
    anchor,
  }: Omit<AskedCertificate, 'isLeaf'>): Promise<RevocationVerdict> {
    if (saysNobodyTells(subject)) return GOOD_BY_ITSELF;
    const verdicts = [
      ...(this.#ocsp ? [await this.#ocsp.check(subject, issuer)] : []),
      ...(this.#crls ? [await this.#crls.check(subject, issuer, anchor)] : []),
    ];
    for (const status of ['revoked', 'good'] as const) {
      const told = verdicts.filter((verdict) => verdict.status === status);
      if (told.length > 0) return merged(status, told);
    }
    return merged('undetermined', verdicts);
  }
}

const GOOD_BY_ITSELF: RevocationVerdict = {
  status: 'good',
  by: ['its own noRevAvail'],
  remarks: [],
};

const NO_ISSUER: Cited = { id: 'revocation', cites: 'RFC 5280 §6.3' };

const TRUSTED_LEAF =
  'it is the trusted certificate itself, without an issuer in the path who tells whether it is revoked';

/** RFC 9608 §4: nothing is asked about such a certificate; a CA is none (§3). */
const saysNobodyTells = ({ certificate, extensions }: PathCertificate): boolean =>
  !extensions.basicConstraints?.ca &&
  certificate.tbs.extensions.some(({ oid }) => oid === EXTENSION_OID.noRevAvail);

const merged = (
  status: RevocationVerdict['status'],
  verdicts: readonly RevocationVerdict[],
): RevocationVerdict => ({
  status,
  by: verdicts.flatMap(({ by }) => by),
  remarks: verdicts.flatMap(({ remarks }) => remarks),
});
