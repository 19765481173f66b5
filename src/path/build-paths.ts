import type { PathCertificate } from './path-certificate.ts';

/** A chain by names: the certificate first, each followed by one with its issuer's name. */
export interface CandidatePath {
  readonly certificates: readonly PathCertificate[];
  /** True if the last one is a trust anchor; else it ends for want of an issuer. */
  readonly anchored: boolean;
}

/** Certificates that paths are made of, by the names of their subjects. */
export interface PathPool {
  readonly anchors: ReadonlySet<PathCertificate>;
  readonly bySubject: ReadonlyMap<string, readonly PathCertificate[]>;
}

/** Certificates in a path, both ends included. Real ones have three or four. */
const MAX_PATH_CERTIFICATES = 10;

/** Unfinished paths that are followed: with many certificates of one name there is no end of them. */
const MAX_PATHS = 2000;

/** Paths to an anchor that are handed out. */
const MAX_CANDIDATES = 40;

export interface CandidatePaths {
  /** Those that end at an anchor, the shortest first; without any, the longest that ended before. */
  readonly candidates: readonly CandidatePath[];
  /** True if there may be more, which were not looked for. */
  readonly exhausted: boolean;
}

/**
 * Breadth first, so that cycles among certificates of one name cannot hide a path that is shorter
 * than they are. Key identifiers decide which of several issuers comes first, and nothing else:
 * the signature tells whether it is the one.
 */
export function candidatePaths(leaf: PathCertificate, pool: PathPool): CandidatePaths {
  const anchored: CandidatePath[] = [];
  // from one that is trusted itself a longer path may still tell more, such as of its revocation
  if (pool.anchors.has(leaf)) anchored.push({ certificates: [leaf], anchored: true });
  const queue: (readonly PathCertificate[])[] = [[leaf]];
  const issuersOf = issuerFinder(pool);
  let deadEnd: readonly PathCertificate[] = [];
  let exhausted = false;
  for (const certificates of queue) {
    if (certificates.length > deadEnd.length) deadEnd = certificates;
    if (certificates.length === MAX_PATH_CERTIFICATES) continue;
    for (const issuer of issuersOf(certificates.at(-1) ?? leaf)) {
      if (certificates.includes(issuer)) continue;
      const longer = [...certificates, issuer];
      const isAnchor = pool.anchors.has(issuer);
      if (isAnchor && anchored.length < MAX_CANDIDATES) {
        anchored.push({ certificates: longer, anchored: true });
      } else if (!isAnchor && queue.length < MAX_PATHS) queue.push(longer);
      else exhausted = true;
    }
  }
  const candidates = anchored.length > 0 ? anchored : [{ certificates: deadEnd, anchored: false }];
  return { candidates, exhausted };
}

/** Finds all of the issuer's name: those with the right key identifier first, then anchors. */
function issuerFinder({ anchors, bySubject }: PathPool) {
  const found = new Map<PathCertificate, readonly PathCertificate[]>();
  return (certificate: PathCertificate): readonly PathCertificate[] => {
    const known = found.get(certificate);
    if (known) return known;
    const issuers = (bySubject.get(certificate.issuerKey) ?? [])
      .map((issuer) => ({
        issuer,
        order: rank(certificate, issuer) + (anchors.has(issuer) ? 0 : 1),
      }))
      .toSorted((one, other) => one.order - other.order)
      .map(({ issuer }) => issuer);
    found.set(certificate, issuers);
    return issuers;
  };
}

/** Lower is likelier: the identifiers agree, one of them is missing, they disagree. */
function rank(certificate: PathCertificate, issuer: PathCertificate): number {
  const wanted = certificate.extensions.authorityKeyIdentifier;
  const found = issuer.extensions.subjectKeyIdentifier;
  if (!wanted || !found) return 2;
  return Buffer.compare(wanted, found) === 0 ? 0 : 4;
}
