import { timeText } from '../der/time.ts';
import { EXTENSION_OID } from '../x509/extensions.ts';
import { isNetwork, networkText } from '../x509/name-subtrees.ts';
import { POLICY_EXTENSION_OID } from '../x509/policy-extensions.ts';
import { type ConstraintChecker, NAME_CONSTRAINTS_OID } from './name-constraints.ts';
import { ADDRESS_TAG } from './name-forms.ts';
import type { PathCertificate } from './path-certificate.ts';
import type { Wanted } from './wanted.ts';

/** One certificate of a path, as a rule looks at it. */
export interface PathPosition {
  readonly subject: PathCertificate;
  /** The certificate first, the trust anchor last. */
  readonly path: readonly PathCertificate[];
  /** Where in `path` the subject stands; 0 is the certificate that is asked about. */
  readonly index: number;
  /** When it has to be valid. Whole seconds. */
  readonly at: Date;
  readonly constraints: ConstraintChecker;
  readonly wanted: Wanted;
}

/** One row, one requirement of one document, on each certificate of a path. */
export interface PathRule {
  readonly id: string;
  readonly cites: string;
  /** What is wrong, in words that follow the name of the certificate, or undefined. */
  readonly check: (position: PathPosition) => string | undefined;
}

const critical = ({ certificate }: PathCertificate, oid: string): boolean | undefined =>
  certificate.tbs.extensions.find((extension) => extension.oid === oid)?.critical;

/** Extensions by name of which nobody may make use depend. */
const NEVER_CRITICAL = {
  subjectKeyIdentifier: EXTENSION_OID.subjectKeyIdentifier,
  authorityKeyIdentifier: EXTENSION_OID.authorityKeyIdentifier,
  freshestCRL: EXTENSION_OID.freshestCrl,
  authorityInfoAccess: EXTENSION_OID.authorityInfoAccess,
  noRevAvail: EXTENSION_OID.noRevAvail,
} as const;

/**
 * Extensions that are taken account of, so that they may be critical. Without a purpose that is asked
 * for, extKeyUsage forbids nothing.
 */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  EXTENSION_OID.keyUsage,
  EXTENSION_OID.subjectAltName,
  EXTENSION_OID.basicConstraints,
  NAME_CONSTRAINTS_OID,
  EXTENSION_OID.certificatePolicies,
  ...Object.values(POLICY_EXTENSION_OID),
  EXTENSION_OID.extKeyUsage,
  EXTENSION_OID.crlDistributionPoints,
  ...Object.values(NEVER_CRITICAL), // a rule of their own tells of these
  EXTENSION_OID.subjectAltPublicKeyInfo,
  EXTENSION_OID.altSignatureAlgorithm,
  EXTENSION_OID.altSignatureValue,
]);

/** CA certificates between the subject and the end, without those that are self-issued. */
const intermediatesBelow = ({ path, index }: PathPosition): number =>
  path.slice(1, index).filter(({ selfIssued }) => !selfIssued).length;

/** What RFC 5280 wants of each certificate of a path but its signatures. */
export const PATH_RULES: readonly PathRule[] = [
  {
    id: 'der',
    cites: 'RFC 5280 §4.1',
    check: ({ subject }) =>
      subject.malformed === undefined ? undefined : `it is malformed: ${subject.malformed}`,
  },
  {
    id: 'unique-extensions',
    cites: 'RFC 5280 §4.2',
    check: ({ subject: { certificate } }) => {
      const seen = new Set<string>(); // somebody may put very many into a certificate
      const repeated = certificate.tbs.extensions.find(
        ({ oid }) => seen.size === seen.add(oid).size,
      );
      return repeated && `it has the extension ${repeated.oid} twice`;
    },
  },
  {
    id: 'critical-extensions',
    cites: 'RFC 5280 §4.2, §6.1.4 (o), §6.1.5 (f)',
    check: ({ subject: { certificate } }) => {
      const unknown = certificate.tbs.extensions.find(
        (extension) => extension.critical && !UNDERSTOOD.has(extension.oid),
      );
      return unknown && `it has the critical extension ${unknown.oid}, which is not supported`;
    },
  },
  {
    id: 'never-critical',
    cites: 'RFC 5280 §4.2.1.1, §4.2.1.2, §4.2.1.15, §4.2.2.1, RFC 9608 §2',
    check: ({ subject }) => {
      const found = Object.entries(NEVER_CRITICAL).find(([, oid]) => critical(subject, oid));
      return found && `its ${found[0]} is critical, which it must not be`;
    },
  },
  {
    id: 'signature-algorithm',
    cites: 'RFC 5280 §4.1.1.2',
    check: ({ subject: { certificate } }) =>
      Buffer.compare(certificate.tbs.signature, certificate.signatureAlgorithm) === 0
        ? undefined
        : 'the signature algorithm outside of what is signed is another one than inside',
  },
  {
    id: 'validity',
    cites: 'RFC 5280 §4.1.2.5, §6.1.3 (a)',
    check: ({ subject: { certificate }, at }) => {
      const { notBefore, notAfter } = certificate.tbs;
      if (at < notBefore) return `it is not valid before ${timeText(notBefore)}`;
      return at > notAfter ? `it expired at ${timeText(notAfter)}` : undefined;
    },
  },
  {
    id: 'issuer-is-ca',
    cites: 'RFC 5280 §4.2.1.9, §6.1.4 (k)',
    check: ({ subject: { extensions }, index }) =>
      index === 0 || extensions.basicConstraints?.ca
        ? undefined
        : 'it is not a CA by its basicConstraints, but an issuer in this path',
  },
  {
    id: 'ca-basic-constraints-critical',
    cites: 'RFC 5280 §4.2.1.9',
    check: ({ subject, index }) =>
      index > 0 &&
      subject.extensions.basicConstraints?.ca &&
      !critical(subject, EXTENSION_OID.basicConstraints)
        ? 'its basicConstraints is not critical'
        : undefined,
  },
  {
    id: 'issuer-may-sign-certificates',
    cites: 'RFC 5280 §4.2.1.3, §6.1.4 (n)',
    check: ({ subject: { extensions }, index }) =>
      index === 0 || !extensions.keyUsage || extensions.keyUsage.includes('keyCertSign')
        ? undefined
        : 'its key usage has no keyCertSign',
  },
  {
    id: 'path-length',
    cites: 'RFC 5280 §4.2.1.9, §6.1.4 (l), (m)',
    check: (position) => {
      const limit = position.subject.extensions.basicConstraints?.pathLength;
      const below = intermediatesBelow(position);
      if (position.index === 0 || limit === undefined || below <= limit) return undefined;
      return `its path length is ${limit}, but below it are ${below} CA certificates in this path`;
    },
  },
  {
    id: 'name-constraints',
    cites: 'RFC 5280 §4.2.1.10, §6.1.3 (b), (c)',
    check: ({ subject, path, index, constraints }) => {
      for (const [above, issuer] of path.entries()) {
        // those of a self-issued certificate in between were the CA's own to choose
        const exempt = above <= index || (subject.selfIssued && index > 0);
        if (exempt || !issuer.nameConstraints) continue;
        const problem = constraints.problem(issuer.nameConstraints, subject);
        if (problem !== undefined) return `${problem}, those of ${issuer.subject}`;
      }
      return undefined;
    },
  },
  {
    id: 'name-constraints-networks',
    cites: 'RFC 5280 §4.2.1.10, RFC 4632 §3.1',
    check: ({ subject: { nameConstraints: constraints } }) => {
      const bases = constraints ? [...constraints.permitted, ...constraints.excluded] : [];
      const wrong = bases.find(({ tag, octets }) => tag === ADDRESS_TAG && !isNetwork(octets));
      const network = wrong && (networkText(wrong.octets) ?? `of ${wrong.octets.length} octets`);
      return network && `its name constraints have a network without prefix, ${network}`;
    },
  },
  {
    id: 'alternative-extensions',
    cites: 'X.509 §9.8.3, §9.8.4',
    check: ({ subject: { extensions } }) => {
      const { altSignatureAlgorithm: algorithm, altSignatureValue: value } = extensions;
      if (algorithm && !value) return 'it has an altSignatureAlgorithm, but no altSignatureValue';
      return value && !algorithm
        ? 'it has an altSignatureValue, but no altSignatureAlgorithm'
        : undefined;
    },
  },
];
