import { isPostQuantumSignature } from '../algorithms/spki.ts';
import { sameOctets } from '../der/same-octets.ts';
import { timeText } from '../der/time.ts';
import { EXTENSION_OID } from '../x509/extensions.ts';
import type { DistributionPoint } from './distribution-points.ts';
import type { PathCertificate } from './path-certificate.ts';
import type { PathCrl } from './path-crl.ts';
import type { CheckedSignature, SignatureKind } from './path-signatures.ts';

/** A CRL, asked about a certificate of its issuer. */
export interface CrlPosition {
  readonly crl: PathCrl;
  readonly subject: PathCertificate;
  /** Whose key has signed the CRL, as far as anybody's has: the issuer in the path, or another of its name. */
  readonly issuer: PathCertificate;
  /** Whether it is another one. */
  readonly byOther: boolean;
  /** Why that other certificate does not hold. */
  readonly signerProblem: string | undefined;
  readonly at: Date;
  readonly requireAlternative: boolean;
  /** Of the CRL, by the key of the issuer. */
  readonly signatures: readonly CheckedSignature[];
}

/** One row, one requirement on a CRL that is to tell of a certificate. */
export interface CrlRule {
  readonly id: string;
  readonly cites: string;
  /** Why it does not count, in words that follow "it does not count:". */
  readonly check: (position: CrlPosition) => string | undefined;
}

const UNDERSTOOD: ReadonlySet<string> = new Set([
  EXTENSION_OID.crlNumber,
  EXTENSION_OID.authorityKeyIdentifier,
  EXTENSION_OID.deltaCrlIndicator,
  EXTENSION_OID.issuingDistributionPoint,
  EXTENSION_OID.altSignatureAlgorithm,
  EXTENSION_OID.altSignatureValue,
]);

/** Of a certificate whose CRLs another one than its issuer is to sign (RFC 5280 §4.2.1.13). */
export const INDIRECT_POINT =
  'the distribution point of the certificate has a cRLIssuer, of an indirect CRL, which is not supported';

/** The points of a certificate that a CRL is for. */
export const pointsFor = ({ scope }: PathCrl, { points }: PathCertificate) =>
  points.filter(({ indirect, names }) => !indirect && sharesName(scope.names, names));

const sharesName = (scope: DistributionPoint['names'], point: DistributionPoint['names']) =>
  !scope || (point ?? []).some((name) => scope.includes(name));

const signatureProblem = ({ signatures }: CrlPosition, kind: SignatureKind): string | undefined =>
  signatures.find(({ what, problem }) => what === kind && problem !== undefined)?.problem;

const maySign = ({ issuer: { extensions } }: CrlPosition): boolean =>
  !extensions.keyUsage || extensions.keyUsage.includes('cRLSign');

/** Whether the signature is by the key of the issuer, and that is for CRLs. */
export const isSignedByIssuer = (position: CrlPosition): boolean =>
  maySign(position) && signatureProblem(position, 'signature') === undefined;

/** RFC 5280 §6.3.3, but for how long a CRL lasts, which a delta CRL to it can change. */
export const CRL_RULES: readonly CrlRule[] = [
  {
    id: 'crl-der',
    cites: 'RFC 5280 §5.1',
    check: ({ crl }) => crl.malformed && `it is malformed: ${crl.malformed}`,
  },
  {
    id: 'crl-extensions',
    cites: 'RFC 5280 §5.2',
    check: ({ crl: { crl } }) => {
      const unknown = crl.tbs.extensions.find(
        ({ critical, oid }) => critical && !UNDERSTOOD.has(oid),
      );
      return unknown && `it has the critical extension ${unknown.oid}, which is not supported`;
    },
  },
  {
    id: 'crl-entries',
    cites: 'RFC 5280 §5.3',
    check: ({ crl: { unknownInEntries: oid } }) =>
      oid && `an entry has the critical extension ${oid}, which is not supported`,
  },
  {
    id: 'crl-indirect',
    cites: 'RFC 5280 §5.2.5',
    check: ({ crl }) => (crl.scope.indirect ? 'indirect CRLs are not supported' : undefined),
  },
  {
    id: 'crl-scope',
    cites: 'RFC 5280 §5.2.5, §6.3.3 (b) (2)',
    check: ({ crl: { scope }, subject: { extensions } }) => {
      const kind = extensions.basicConstraints?.ca ? 'CA certificates' : 'user certificates';
      return scope.only && scope.only !== kind ? `it is about ${scope.only} only` : undefined;
    },
  },
  {
    id: 'crl-distribution-point',
    cites: 'RFC 5280 §4.2.1.13, §6.3.3 (b)',
    check: ({ crl, subject }) => {
      if (subject.malformed !== undefined) return 'the certificate is malformed';
      if (crl.malformed !== undefined || pointsFor(crl, subject).length > 0) return undefined;
      return subject.points.some(({ indirect }) => indirect)
        ? INDIRECT_POINT
        : 'it is for another distribution point than those of the certificate';
    },
  },
  {
    id: 'crl-signature-algorithm',
    cites: 'RFC 5280 §5.1.1.2',
    check: ({ crl: { crl } }) =>
      sameOctets(crl.tbs.signature, crl.signatureAlgorithm)
        ? undefined
        : 'the signature algorithm outside of what is signed is another one than inside',
  },
  {
    id: 'crl-issuer-may-sign',
    cites: 'RFC 5280 §4.2.1.3, §6.3.3 (f)',
    check: (position) =>
      maySign(position) ? undefined : 'the key usage of its issuer has no cRLSign',
  },
  {
    id: 'crl-signature',
    cites: 'RFC 5280 §6.3.3 (g)',
    check: (position) => {
      const problem = signatureProblem(position, 'signature');
      const named = position.crl.extensions.authorityKeyIdentifier;
      const key = position.issuer.extensions.subjectKeyIdentifier;
      const other = problem && named && key && !sameOctets(named, key);
      return other ? `it was signed by another key of ${position.issuer.subject}` : problem;
    },
  },
  {
    id: 'crl-signer',
    cites: 'RFC 5280 §6.3.3 (f), §8',
    check: ({ signerProblem }) => signerProblem,
  },
  {
    id: 'crl-alternative-signature',
    cites: 'X.509 §9.8',
    check: (position) => {
      const { crl, signatures, requireAlternative } = position;
      const found = signatures.some(({ what }) => what === 'alternative signature');
      const needed = requireAlternative && !isPostQuantumSignature(crl.crl.signatureAlgorithm);
      if (found || !needed) return signatureProblem(position, 'alternative signature');
      return 'it has a classical signature, and no alternative one that can be checked';
    },
  },
  {
    id: 'crl-this-update',
    cites: 'RFC 5280 §5.1.2.4',
    check: ({ crl: { crl }, at }) =>
      crl.tbs.thisUpdate > at
        ? `it holds from ${timeText(crl.tbs.thisUpdate)}, not yet at ${timeText(at)}`
        : undefined,
  },
];

export const CRL_END_RULE: CrlRule = {
  id: 'crl-next-update',
  cites: 'RFC 5280 §5.1.2.5, §6.3.3 (a)',
  check: ({ crl: { crl }, at }) =>
    crl.tbs.nextUpdate < at
      ? `it held until ${timeText(crl.tbs.nextUpdate)}, no longer at ${timeText(at)}`
      : undefined,
};
