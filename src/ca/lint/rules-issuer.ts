import { timeText } from '../../der/time.ts';
import { ConstraintChecker } from '../../path/name-constraints.ts';
import { type PathCertificate, pathCertificate } from '../../path/path-certificate.ts';
import type { LintRule, LintSubject } from './rule.ts';

/** What the issuer, and the CAs above it, allow to be issued. */
export const ISSUER_RULES: readonly LintRule[] = [
  {
    id: 'issuer-is-ca',
    cites: 'RFC 5280 §4.2.1.9, §6.1.4',
    requires: 'the issuer is a CA',
    check: ({ issuer: { extensions } }) =>
      !extensions || extensions.basicConstraints?.ca
        ? undefined
        : 'the issuer is not a CA by its basicConstraints',
  },
  {
    id: 'issuer-may-sign-certificates',
    cites: 'RFC 5280 §4.2.1.3, §6.1.4',
    requires: 'the issuer has the usage keyCertSign, if it has any',
    check: ({ issuer: { extensions } }) =>
      !extensions?.keyUsage || extensions.keyUsage.includes('keyCertSign')
        ? undefined
        : 'the key usage of the issuer has no keyCertSign',
  },
  {
    id: 'validity-within-issuer',
    cites: 'RFC 5280 §6.1.3',
    requires: 'a certificate begins and ends within the validity of its issuer',
    check: ({ tbs, issuer: { certificate } }) => {
      if (!certificate) return undefined;
      const { notBefore, notAfter } = certificate.tbs;
      if (tbs.notBefore >= notBefore && tbs.notAfter <= notAfter) return undefined;
      return `validity must be within the issuer's, until ${timeText(notAfter)}; it would last until ${timeText(tbs.notAfter)}`;
    },
  },
  {
    id: 'issuer-not-expired',
    cites: 'RFC 5280 §6.1.3',
    requires: 'the issuer has not expired',
    check: ({ tbs, issuer: { certificate } }) =>
      certificate && tbs.notBefore > certificate.tbs.notAfter
        ? `the certificate of the issuer expired at ${timeText(certificate.tbs.notAfter)}`
        : undefined,
  },
  {
    id: 'self-signed-name',
    cites: 'RFC 5280 §3.2',
    requires: 'a self-signed certificate has its subject as issuer',
    check: ({ tbs, issuer }) =>
      issuer.certificate || Buffer.compare(tbs.subject, tbs.issuer) === 0
        ? undefined
        : 'a self-signed certificate must have its subject as issuer',
  },
  {
    id: 'issuer-path-length',
    cites: 'RFC 5280 §4.2.1.9',
    requires: 'an issuer with path length 0 issues to no CA but a root under its own name',
    check: (subject) =>
      subject.extensions.basicConstraints?.ca &&
      subject.issuer.extensions?.basicConstraints?.pathLength === 0 &&
      !isOfRoot(subject)
        ? 'the issuer may only issue end-entity certificates (path length 0)'
        : undefined,
  },
  {
    id: 'path-length-below-issuer',
    cites: 'RFC 5280 §4.2.1.9, §6.1.4',
    requires:
      'the path length of a CA is below that of its issuer, or that of the root of its name',
    check: (subject) => {
      const own = subject.extensions.basicConstraints?.pathLength;
      const limit = subject.issuer.extensions?.basicConstraints?.pathLength;
      if (own === undefined || limit === undefined || own < limit) return undefined;
      if (isOfRoot(subject)) {
        return own === limit
          ? undefined
          : `the path length must not be above ${limit}, the issuer's`;
      }
      if (limit === 0) return undefined; // of that another row tells
      return `the path length must be below that of the issuer, ${limit}; it would be ${own}`;
    },
  },
  {
    id: 'path-length-above-issuer',
    cites: 'RFC 5280 §4.2.1.9, §6.1.4',
    requires: 'no path length above the issuer forbids one CA more',
    check: (subject) => {
      if (!subject.extensions.basicConstraints?.ca) return undefined;
      const [issuer, ...above] = issuersOf(subject);
      let below = issuer?.selfIssued ? 0 : 1; // CAs between the one above and the new one
      for (const { subject: name, selfIssued, extensions } of above) {
        const limit = extensions.basicConstraints?.pathLength;
        if (limit !== undefined && limit <= below) {
          return `the path length of ${name}, above the issuer, is ${limit} and allows no further CA`;
        }
        if (!selfIssued) below++;
      }
      return undefined;
    },
  },
  {
    id: 'issuer-name-constraints',
    cites: 'RFC 5280 §4.2.1.10, §6.1.3',
    requires: 'the names are within the name constraints of the issuer and of all CAs above',
    check: (subject) => {
      const issuers = issuersOf(subject);
      const unread = issuers.find(({ malformed }) => malformed !== undefined);
      if (unread) return `the certificate of ${unread.subject} is malformed: ${unread.malformed}`;
      const constrained = issuers.filter(({ nameConstraints }) => nameConstraints);
      if (constrained.length === 0) return undefined;
      const own = asIssued(subject);
      // a CA under its own name, as in a change of its key, was constrained when it got the name
      if (own.selfIssued && own.extensions.basicConstraints?.ca) return undefined;
      const checker = new ConstraintChecker();
      for (const { nameConstraints, subject: name } of constrained) {
        const problem = nameConstraints && checker.problem(nameConstraints, own);
        if (problem !== undefined) return `${problem}, those of ${name}`;
      }
      return (
        own.malformed && `its names cannot be compared with name constraints: ${own.malformed}`
      );
    },
  },
];

/**
 * A root that certifies its own name, as in a change of its key: path lengths do not count that
 * (RFC 5280 §6.1.4 (l)). Below a root, a CA of its issuer's name is more likely a mistake.
 */
const isOfRoot = ({ tbs, issuer }: LintSubject): boolean => {
  const root = issuer.certificate?.tbs;
  return [tbs.subject, root?.issuer].every(
    (name) => name && Buffer.compare(name, issuer.name) === 0,
  );
};

/** The issuer's certificate and those above it; none while a CA makes its own. */
const issuersOf = ({ issuer }: LintSubject): readonly PathCertificate[] =>
  issuer.certificate ? [issuer.certificate, ...(issuer.chain ?? [])].map(pathCertificate) : [];

/** The certificate to be as path validation will see it, which looks at no signature for this. */
const asIssued = ({ tbs }: LintSubject): PathCertificate => {
  const none = new Uint8Array();
  const signed = { der: none, tbsDer: none, signatureAlgorithm: none, signature: none };
  return pathCertificate({ ...signed, tbs });
};
