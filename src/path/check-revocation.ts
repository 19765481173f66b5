import type { Crl } from '../x509/crl.ts';
import { EXTENSION_OID } from '../x509/extensions.ts';
import { CrlChecker } from './check-crls.ts';
import { OcspChecker, type OcspOptions, type PathOcsp } from './check-ocsp.ts';
import type { PathCertificate } from './path-certificate.ts';
import { pathCrl } from './path-crl.ts';
import type { RevocationVerdict } from './revocation-verdict.ts';

/** What is there to tell whether certificates are revoked. */
export interface RevocationEvidence {
  readonly crls: readonly Crl[];
  readonly responses: readonly PathOcsp[];
  /** Of which certificates it has to be known; about all others, what is known counts. */
  readonly required: 'leaf' | 'all';
}

/** Asks CRLs and OCSP responses about certificates of paths, each pair with an issuer once. */
export class RevocationChecker {
  readonly #crls: CrlChecker | undefined;
  readonly #ocsp: OcspChecker | undefined;
  readonly #required: RevocationEvidence['required'];
  readonly #known = new Map<PathCertificate, Map<PathCertificate, RevocationVerdict>>();

  constructor({ crls, responses, required }: RevocationEvidence, options: OcspOptions) {
    this.#crls = crls.length === 0 ? undefined : new CrlChecker(crls.map(pathCrl), options);
    this.#ocsp = responses.length === 0 ? undefined : new OcspChecker(responses, options);
    this.#required = required;
  }

  /**
   * About the certificate at `index` of a path. One that is revoked for anybody is; one that is good
   * for one source is good; one that nobody tells of is refused only where it has to be known.
   */
  async check(
    subject: PathCertificate,
    issuer: PathCertificate,
    index: number,
  ): Promise<RevocationVerdict> {
    const ofSubject = this.#known.get(subject) ?? new Map<PathCertificate, RevocationVerdict>();
    this.#known.set(subject, ofSubject);
    const verdict = ofSubject.get(issuer) ?? (await this.#ask(subject, issuer));
    ofSubject.set(issuer, verdict);
    const excused = verdict.status === 'undetermined' && index > 0 && this.#required === 'leaf';
    return excused ? { ...verdict, remarks: [] } : verdict;
  }

  async #ask(subject: PathCertificate, issuer: PathCertificate): Promise<RevocationVerdict> {
    if (saysNobodyTells(subject)) return { status: 'good', by: [NO_REV_AVAIL], remarks: [] };
    const verdicts = [
      ...(this.#ocsp ? [await this.#ocsp.check(subject, issuer)] : []),
      ...(this.#crls ? [await this.#crls.check(subject, issuer)] : []),
    ];
    for (const status of ['revoked', 'good'] as const) {
      const told = verdicts.filter((verdict) => verdict.status === status);
      if (told.length > 0) return merged(status, told);
    }
    return merged('undetermined', verdicts);
  }
}

const NO_REV_AVAIL = 'its own noRevAvail';

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
