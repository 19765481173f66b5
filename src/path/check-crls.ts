import { timeText } from '../der/time.ts';
import { findRevoked, reasonOf } from '../x509/revoked-lookup.ts';
import {
  CRL_END_RULE,
  CRL_RULES,
  type CrlPosition,
  type CrlRule,
  INDIRECT_POINT,
  isSignedByIssuer,
  pointsFor,
} from './crl-rules.ts';
import type { CrlSigners } from './crl-signers.ts';
import { ALL_REASONS, reasonNames } from './distribution-points.ts';
import { type PathCertificate, readable } from './path-certificate.ts';
import type { PathCrl } from './path-crl.ts';
import { type CheckedSignature, checkSigned } from './path-signatures.ts';
import type { Cited, Remark, RevocationVerdict } from './revocation-verdict.ts';

const REVOKED: Cited = { id: 'revoked', cites: 'RFC 5280 §6.3.3 (i), (j)' };
const NO_CRL: Cited = { id: 'crl', cites: 'RFC 5280 §6.3.3' };
const NO_BASE: Cited = { id: 'crl-delta-base', cites: 'RFC 5280 §5.2.4, §6.3.3 (c)' };
const REASONS: Cited = { id: 'crl-reasons', cites: 'RFC 5280 §6.3.3 (d), (e), (l)' };

/** Signatures of CRLs that are checked in one validation: a bound for hostile collections. */
const MAX_SIGNATURES = 100;

type CrlOptions = Pick<CrlPosition, 'at' | 'requireAlternative'>;

/** Asks the same CRLs about many certificates; each signature is checked once. */
export class CrlChecker {
  readonly #crls: readonly PathCrl[];
  readonly #options: CrlOptions;
  readonly #signers: CrlSigners | undefined;
  readonly #signatures = new Map<PathCrl, Map<PathCertificate, readonly CheckedSignature[]>>();
  #left = MAX_SIGNATURES;

  /** Without `signers`, the issuer in the path is the only one that may have signed. */
  constructor(crls: readonly PathCrl[], options: CrlOptions, signers?: CrlSigners) {
    this.#crls = crls;
    this.#options = options;
    this.#signers = signers;
  }

  /** RFC 5280 §6.3.3 for one certificate, with that of its issuer, in a path to the anchor. */
  async check(
    subject: PathCertificate,
    issuer: PathCertificate,
    anchor = issuer,
  ): Promise<RevocationVerdict> {
    const positions: CrlPosition[] = [];
    for (const crl of this.#crls.filter(({ issuerKey }) => issuerKey === subject.issuerKey)) {
      const signatures = await this.#signaturesOf(crl, issuer);
      const signed = { issuer, signatures, byOther: false, signerProblem: undefined };
      const own = { crl, subject, ...signed, ...this.#options };
      positions.push(isSignedByIssuer(own) ? own : await this.#signedByOther(own, anchor));
    }
    if (positions.length > 0) return verdictOf(positions);
    const none = `none of the CRLs is of its issuer ${subject.issuer}`;
    const indirect = subject.points.some((point) => point.indirect);
    const text = indirect ? `${INDIRECT_POINT}, and ${none}` : none;
    return { status: 'undetermined', by: [], remarks: [{ rule: NO_CRL, text }] };
  }

  /** With another certificate of the same name, if that has signed; if it holds, the better. */
  async #signedByOther(own: CrlPosition, anchor: PathCertificate): Promise<CrlPosition> {
    let found = own;
    for (const issuer of this.#signers?.candidates(own.crl, own.issuer) ?? []) {
      const other = {
        ...own,
        issuer,
        byOther: true,
        signatures: await this.#signaturesOf(own.crl, issuer),
      };
      if (!isSignedByIssuer(other)) continue;
      found = { ...other, signerProblem: await this.#signers?.problem(issuer, anchor) };
      if (found.signerProblem === undefined) return found;
    }
    return found;
  }

  async #signaturesOf(crl: PathCrl, issuer: PathCertificate) {
    const ofCrl =
      this.#signatures.get(crl) ?? new Map<PathCertificate, readonly CheckedSignature[]>();
    this.#signatures.set(crl, ofCrl);
    const known = ofCrl.get(issuer);
    if (known) return known;
    this.#left--;
    const signed = { signed: crl.crl, name: crl.name, alternative: crl.extensions };
    const checked = this.#left < 0 ? [TOO_MANY] : await checkSigned(signed, issuer);
    ofCrl.set(issuer, checked);
    return checked;
  }
}

const TOO_MANY: CheckedSignature = {
  certificate: '',
  issuer: '',
  what: 'signature',
  algorithm: 'unknown',
  implementation: 'none',
  problem: 'there are too many CRLs and issuers to check, give fewer of them',
};

/** A full CRL, and the newest delta CRL that brings it up to date. */
interface Combined {
  readonly full: CrlPosition;
  readonly delta: CrlPosition | undefined;
}

function verdictOf(positions: readonly CrlPosition[]): RevocationVerdict {
  const refused: Remark[] = [];
  const sound = positions.filter((position) => keep(position, CRL_RULES, refused));
  const [deltas, full] = [sound.filter(isDelta), sound.filter((one) => !isDelta(one))];
  const combined = newestOfEachSeries(full).map((one) => withDelta(one, deltas));
  const usable = combined.filter(
    ({ full, delta }) => (delta && isCurrent(delta)) || keep(full, [CRL_END_RULE], refused),
  );
  const bases = combined.map((one) => one.full);
  refused.push(...deltas.filter((delta) => !bases.some((base) => isBase(base, delta))).map(noBase));
  const revoked = usable.map(revokedBy).find((remark) => remark !== undefined);
  const by = usable.flatMap(({ full, delta }) => [
    full.crl.name,
    ...(delta ? [delta.crl.name] : []),
  ]);
  if (revoked) return { status: 'revoked', by, remarks: [revoked] };
  const missing = ALL_REASONS & ~usable.reduce((mask, one) => mask | reasonsOf(one.full), 0);
  if (missing === 0) return { status: 'good', by, remarks: otherKeyRemarks(usable) };
  const text = `its CRLs do not tell of ${reasonNames(missing).join(', ')}`;
  const remarks = usable.length === 0 ? refused : [...refused, { rule: REASONS, text }];
  return { status: 'undetermined', by: [], remarks };
}

/** Who gives each key of a CA its own CRLs, as `pki rekey-ca` does, has to give that of the right one. */
function otherKeyRemarks(usable: readonly Combined[]): readonly Remark[] {
  const [first] = usable;
  if (!first || usable.some(({ full }) => !full.byOther)) return [];
  const text = `${first.full.crl.name} was signed by another key than ${first.full.subject.subject}; if the CA has CRLs for each of its keys, give the other one too`;
  return [{ text }];
}

/** True if it meets all rules; else the first that it does not meet is a remark. */
function keep(position: CrlPosition, rules: readonly CrlRule[], refused: Remark[]): boolean {
  for (const rule of rules) {
    const problem = readable(
      () => rule.check(position),
      (malformed) => `what it is compared with is malformed: ${malformed}`,
    );
    if (problem === undefined) continue;
    refused.push({ rule, text: `${position.crl.name} does not count: ${problem}` });
    return false;
  }
  return true;
}

const isCurrent = (position: CrlPosition): boolean => CRL_END_RULE.check(position) === undefined;

const isDelta = ({ crl }: CrlPosition): boolean => crl.baseNumber !== undefined;

/** CRLs that each other can bring up to date: of the same key and the same scope. */
const seriesOf = ({ crl, issuer }: CrlPosition): string =>
  `${Buffer.from(issuer.certificate.tbs.publicKey).toString('hex')} ${crl.scopeKey}`;

/** An older one may hold as long, but no longer tells all. */
function newestOfEachSeries(full: readonly CrlPosition[]): readonly CrlPosition[] {
  const all = Map.groupBy(full, seriesOf);
  return [...all.values()].flatMap((series) => series.toSorted(newestFirst).slice(0, 1));
}

function newestFirst({ crl: one }: CrlPosition, { crl: other }: CrlPosition): number {
  const later = other.crl.tbs.thisUpdate.getTime() - one.crl.tbs.thisUpdate.getTime();
  return later === 0 ? Number((other.number ?? 0n) - (one.number ?? 0n)) : later;
}

/**
 * The newest of the same series, to a base that is not newer than the full CRL (§5.2.4). One that ran
 * out does not make the full CRL last longer, but what it says of a certificate stays known.
 */
function withDelta(full: CrlPosition, deltas: readonly CrlPosition[]): Combined {
  const fitting = deltas.filter(
    (delta) => isBase(full, delta) && (delta.crl.number ?? 0n) > (full.crl.number ?? 0n),
  );
  return { full, delta: fitting.toSorted(newestFirst)[0] };
}

/** Whether a full CRL is one that the delta CRL can be added to (§6.3.3 (c)). */
const isBase = (full: CrlPosition, delta: CrlPosition): boolean =>
  seriesOf(full) === seriesOf(delta) &&
  full.crl.number !== undefined &&
  full.crl.number >= (delta.crl.baseNumber ?? 0n);

const noBase = ({ crl: { name, baseNumber } }: CrlPosition): Remark => ({
  rule: NO_BASE,
  text: `${name} does not count: it needs the full CRL ${baseNumber} or a later one beside it`,
});

/** ReasonFlags that a CRL tells of for a certificate, as a mask. */
const reasonsOf = ({ crl, subject }: CrlPosition): number =>
  pointsFor(crl, subject).reduce((mask, { reasons }) => mask | (reasons & crl.scope.reasons), 0);

/** What the delta CRL says of the certificate, or else the full one. */
function revokedBy({ full, delta }: Combined): Remark | undefined {
  const serial = full.subject.certificate.tbs.serialNumber;
  const inDelta = delta && lookUp(delta.crl, serial);
  if (inDelta?.removed) return undefined;
  return (inDelta ?? lookUp(full.crl, serial))?.remark;
}

function lookUp(crl: PathCrl, serial: bigint) {
  const remark = (text: string): Remark => ({ rule: REVOKED, text: `${text}, says ${crl.name}` });
  return readable(
    () => {
      const found = findRevoked(crl.crl.tbs.revoked, serial);
      if (!found) return undefined;
      const reason = reasonOf(found);
      const removed = crl.baseNumber !== undefined && reason === 'removeFromCRL';
      return {
        removed,
        remark: remark(`it is revoked since ${timeText(found.revocationDate)}, ${reason}`),
      };
    },
    (problem) => ({
      removed: false,
      remark: remark(`it is revoked, in an entry that cannot be read (${problem})`),
    }),
  );
}
