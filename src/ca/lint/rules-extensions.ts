import { EXTENSION_OID } from '../../x509/extensions.ts';
import type { CertificateSubject, LintRule } from './rule.ts';

const criticality = ({ tbs }: CertificateSubject, oid: string): boolean | undefined =>
  tbs.extensions.find((extension) => extension.oid === oid)?.critical;

/** basicConstraints, keyUsage, extKeyUsage and the key identifiers. */
export const EXTENSION_RULES: readonly LintRule<CertificateSubject>[] = [
  {
    id: 'ca-basic-constraints-critical',
    cites: 'RFC 5280 §4.2.1.9',
    requires: 'basicConstraints of a CA is critical',
    check: (subject) =>
      subject.extensions.basicConstraints?.ca &&
      !criticality(subject, EXTENSION_OID.basicConstraints)
        ? 'basicConstraints must be critical'
        : undefined,
  },
  {
    id: 'path-length-of-ca',
    cites: 'RFC 5280 §4.2.1.9',
    requires: 'only a CA has a path length',
    check: ({ extensions: { basicConstraints: constraints } }) =>
      constraints?.pathLength !== undefined && !constraints.ca
        ? 'pathLenConstraint must not be there without cA'
        : undefined,
  },
  {
    id: 'ca-key-usage',
    cites: 'RFC 5280 §4.2.1.3',
    requires: 'a CA has the usage keyCertSign',
    check: ({ extensions: { basicConstraints, keyUsage } }) =>
      basicConstraints?.ca && !keyUsage?.includes('keyCertSign')
        ? 'a CA must have the key usage keyCertSign'
        : undefined,
  },
  {
    id: 'key-cert-sign-only-ca',
    cites: 'RFC 5280 §4.2.1.3',
    requires: 'only a CA has the usage keyCertSign',
    check: ({ extensions: { basicConstraints, keyUsage } }) =>
      keyUsage?.includes('keyCertSign') && !basicConstraints?.ca
        ? 'keyCertSign must not be there without cA'
        : undefined,
  },
  {
    id: 'key-usage-not-empty',
    cites: 'RFC 5280 §4.2.1.3',
    requires: 'keyUsage has a bit set',
    check: ({ extensions }) =>
      extensions.keyUsage?.length === 0 ? 'keyUsage must have a bit set' : undefined,
  },
  {
    id: 'key-usage-critical',
    cites: 'RFC 5280 §4.2.1.3',
    requires: 'keyUsage is critical',
    severity: 'warning',
    check: (subject) =>
      criticality(subject, EXTENSION_OID.keyUsage) === false
        ? 'keyUsage must be critical'
        : undefined,
  },
  {
    id: 'ext-key-usage-not-empty',
    cites: 'RFC 5280 §4.2.1.12',
    requires: 'extKeyUsage names a purpose',
    check: ({ extensions }) =>
      extensions.extKeyUsage?.length === 0 ? 'extKeyUsage must name a purpose' : undefined,
  },
  {
    id: 'subject-key-identifier-of-ca',
    cites: 'RFC 5280 §4.2.1.2',
    requires: 'a CA has a subjectKeyIdentifier',
    check: ({ extensions }) =>
      extensions.basicConstraints?.ca && !extensions.subjectKeyIdentifier?.length
        ? 'a CA must have a subjectKeyIdentifier'
        : undefined,
  },
  {
    id: 'subject-key-identifier',
    cites: 'RFC 5280 §4.2.1.2',
    requires: 'an end entity has a subjectKeyIdentifier',
    severity: 'warning',
    check: ({ extensions }) =>
      extensions.subjectKeyIdentifier?.length || extensions.basicConstraints?.ca
        ? undefined
        : 'subjectKeyIdentifier should be there',
  },
  {
    id: 'authority-key-identifier-there',
    cites: 'RFC 5280 §4.2.1.1',
    requires: 'what is not self-issued has an authorityKeyIdentifier with a keyIdentifier',
    check: ({ tbs, extensions }) =>
      extensions.authorityKeyIdentifier || Buffer.compare(tbs.issuer, tbs.subject) === 0
        ? undefined
        : 'authorityKeyIdentifier must be there, with a keyIdentifier',
  },
  {
    id: 'key-identifiers-not-critical',
    cites: 'RFC 5280 §4.2.1.1, §4.2.1.2',
    requires: 'subjectKeyIdentifier and authorityKeyIdentifier are not critical',
    check: (subject) => {
      const oids = [EXTENSION_OID.subjectKeyIdentifier, EXTENSION_OID.authorityKeyIdentifier];
      return oids.some((oid) => criticality(subject, oid))
        ? 'key identifiers must not be critical'
        : undefined;
    },
  },
];
