import { parseNameConstraints } from '../path/name-constraints.ts';
import { parseCertificatePolicies } from '../x509/certificate-policies.ts';
import { EXTENSION_OID, type Extension } from '../x509/extensions.ts';
import type { CertificateSubject, LintRule } from './lint-rule.ts';

const nameConstraints = ({ tbs }: CertificateSubject): Extension | undefined =>
  tbs.extensions.find(({ oid }) => oid === EXTENSION_OID.nameConstraints);

/** What limits a CA. */
export const CONSTRAINT_RULES: readonly LintRule<CertificateSubject>[] = [
  {
    id: 'name-constraints-only-ca',
    cites: 'RFC 5280 §4.2.1.10',
    requires: 'only a CA has nameConstraints',
    check: (subject) =>
      nameConstraints(subject) && !subject.extensions.basicConstraints?.ca
        ? 'nameConstraints must not be there without cA'
        : undefined,
  },
  {
    id: 'name-constraints-critical',
    cites: 'RFC 5280 §4.2.1.10',
    requires: 'nameConstraints is critical',
    check: (subject) =>
      nameConstraints(subject)?.critical === false ? 'nameConstraints must be critical' : undefined,
  },
  {
    id: 'name-constraints-not-empty',
    cites: 'RFC 5280 §4.2.1.10',
    requires: 'nameConstraints permits or excludes something',
    check: (subject) => {
      const found = nameConstraints(subject);
      if (!found) return undefined;
      const { permitted, excluded } = parseNameConstraints(found.value);
      return permitted.length + excluded.length === 0
        ? 'nameConstraints must permit or exclude something'
        : undefined;
    },
  },
  {
    id: 'certificate-policies-unique',
    cites: 'RFC 5280 §4.2.1.4',
    requires: 'no policy is named twice',
    check: ({ tbs }) => {
      const { certificatePolicies } = EXTENSION_OID;
      const found = tbs.extensions.find(({ oid }) => oid === certificatePolicies);
      const oids = found ? parseCertificatePolicies(found.value) : [];
      const twice = oids.find((oid, index) => oids.indexOf(oid) < index);
      return twice && `the policy ${twice} must be there once`;
    },
  },
];
