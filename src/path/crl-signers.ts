import { serialText } from '../x509/certificate.ts';
import { type CandidatePath, candidatePaths, type PathPool } from './build-paths.ts';
import type { PathCertificate } from './path-certificate.ts';
import type { PathCrl } from './path-crl.ts';
import type { PathResult } from './path-result.ts';

/** Judges a path as all others are; undefined once the bound on signatures is reached. */
type Judge = (candidate: CandidatePath) => Promise<PathResult | undefined>;

/** Signers whose paths are validated in one validation: a bound for hostile collections. */
const MAX_SIGNERS = 20;

const UNKNOWN_YET = 'it is needed to tell whether the certificate of its own signer is revoked';

/**
 * Certificates that may have signed the CRLs of a CA beside the one in the path: those of its other
 * keys, and such as are for CRLs alone (RFC 5280 §6.3.3 (f)). Each has to have a path of its own to
 * the same trust anchor, or a CA of the same name under another one could speak for it (§8).
 */
export class CrlSigners {
  readonly #pool: PathPool;
  readonly #judge: Judge;
  readonly #problems = new Map<PathCertificate, Map<PathCertificate, string | undefined>>();
  #left = MAX_SIGNERS;

  constructor(pool: PathPool, judge: Judge) {
    this.#pool = pool;
    this.#judge = judge;
  }

  /** All but `issuer` that say they may; those with the right key identifier first. */
  candidates({ issuerKey, extensions }: PathCrl, issuer: PathCertificate) {
    const named = extensions.authorityKeyIdentifier ?? new Uint8Array(0);
    const isNamed = ({ extensions: { subjectKeyIdentifier: found } }: PathCertificate) =>
      found !== undefined && Buffer.compare(found, named) === 0;
    return (this.#pool.bySubject.get(issuerKey) ?? [])
      .filter((one) => one !== issuer && one.extensions.keyUsage?.includes('cRLSign'))
      .toSorted((one, other) => Number(isNamed(other)) - Number(isNamed(one)));
  }

  /** Why no path from the signer to the trust anchor holds; undefined if one does. */
  async problem(signer: PathCertificate, anchor: PathCertificate): Promise<string | undefined> {
    const ofSigner = this.#problems.get(signer) ?? new Map<PathCertificate, string | undefined>();
    this.#problems.set(signer, ofSigner);
    if (ofSigner.has(anchor)) return ofSigner.get(anchor);
    ofSigner.set(anchor, UNKNOWN_YET); // what its own CRLs say of it does not count
    const problem = await this.#find(signer, anchor);
    const text =
      problem &&
      `it was signed by the key of another certificate of ${signer.subject}, ${serialText(signer.certificate.tbs.serialNumber)}, which does not hold: ${problem}`;
    ofSigner.set(anchor, text);
    return text;
  }

  async #find(signer: PathCertificate, anchor: PathCertificate): Promise<string | undefined> {
    if (--this.#left < 0) return 'there are too many signers of CRLs, give fewer certificates';
    const { candidates } = candidatePaths(signer, this.#pool);
    let problem = `there is no path from it to the trusted ${anchor.subject}`;
    for (const candidate of candidates) {
      if (!candidate.anchored || candidate.certificates.at(-1) !== anchor) continue;
      const result = await this.#judge(candidate);
      if (!result) return 'there are too many possible paths, give fewer certificates';
      if (result.problems.length === 0) return undefined;
      problem = result.problems[0] ?? problem;
    }
    return problem;
  }
}
