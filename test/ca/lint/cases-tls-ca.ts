import type { Draft } from '../../../src/ca/draft.ts';
import { objectIdentifier, sequence } from '../../../src/der/writer.ts';
import type { TbsCertificate } from '../../../src/x509/certificate.ts';
import { encodeCertificatePolicies } from '../../../src/x509/certificate-policies.ts';
import {
  EXTENDED_KEY_USAGES,
  EXTENSION_OID,
  encodeBasicConstraints,
} from '../../../src/x509/extensions.ts';
import { encodeName } from '../../../src/x509/names.ts';
import { pointerExtensions } from '../../../src/x509/pointers.ts';
import { agreed, type LintCase, type LintWorld, replaced, usages } from './case.ts';

const AT = new Date('2026-06-01T12:00:00Z');

const policies = (...oids: readonly string[]) =>
  encodeCertificatePolicies(oids.map((oid) => ({ oid })));

const purposes = (...names: readonly (keyof typeof EXTENDED_KEY_USAGES)[]) =>
  sequence(...names.map((name) => objectIdentifier(EXTENDED_KEY_USAGES[name])));

const subject = (...types: readonly ('C' | 'O' | 'CN')[]) => ({
  subject: encodeName(types.map((type) => ({ type, value: type === 'C' ? 'CZ' : 'Example' }))),
});

const pointers = (crl: string, caIssuers = 'http://ca.example.com/ca.crt') =>
  pointerExtensions({ caIssuers: [caIssuers], ocsp: [], crl: [crl] });

/** A draft of a CA below a root that meets TLS BR, and claims to. */
export function tlsCaDraft({ issuer, drafted: draft }: LintWorld): Draft {
  const drafted = draft('issuing-ca', issuer);
  const extensions = [
    ...drafted.tbs.extensions,
    ...pointers('http://crl.example.com/ca.crl'),
    { oid: EXTENSION_OID.extKeyUsage, critical: false, value: purposes('serverAuth') },
    { oid: EXTENSION_OID.certificatePolicies, critical: false, value: policies(RESERVED) },
  ];
  return { ...drafted, at: AT, tbs: { ...drafted.tbs, ...subject('C', 'O', 'CN'), extensions } };
}

const RESERVED = '2.23.140.1.2.1';

type Change = (tbs: TbsCertificate) => Partial<TbsCertificate>;

const caCase = (id: string, change: Change): LintCase => ({
  id,
  spoil: (world) => {
    const drafted = tlsCaDraft(world);
    return {
      drafted: { ...drafted, tbs: { ...drafted.tbs, ...change(drafted.tbs) } },
      issuer: world.issuer,
    };
  },
});

/** A root that claims TLS BR, which it need not. */
const rootCase = (id: string, change: Change): LintCase => ({
  id,
  spoil: ({ self, drafted: draft }) => {
    const drafted = draft('root-ca', self);
    const claiming = replaced(drafted.tbs, EXTENSION_OID.certificatePolicies, policies(RESERVED));
    const tbs = { ...drafted.tbs, ...claiming };
    return { drafted: { ...drafted, tbs: { ...tbs, ...change(tbs) } }, issuer: self };
  },
});

const years =
  (count: number): Change =>
  ({ notBefore }) => ({
    notAfter: new Date(notBefore.getTime() + count * 365 * 86_400_000),
  });

const { keyUsage, extKeyUsage, certificatePolicies, authorityInfoAccess } = EXTENSION_OID;

const withoutPointers = ({ extensions }: TbsCertificate) =>
  extensions.filter(
    ({ oid }) => oid !== authorityInfoAccess && oid !== EXTENSION_OID.crlDistributionPoints,
  );

/** Each row of TLS BR about CAs. */
export const TLS_CA_CASES: readonly LintCase[] = [
  agreed(
    'e_ca_country_name_missing',
    caCase('tls-br-ca-subject', () => subject('O', 'CN')),
  ),
  agreed(
    'e_ca_organization_name_missing',
    caCase('tls-br-ca-subject', () => subject('C', 'CN')),
  ),
  caCase('tls-br-ca-subject', () => subject('C', 'O', 'O', 'CN')),
  agreed(
    'e_ca_crl_sign_not_set',
    caCase('tls-br-ca-key-usage', (tbs) => replaced(tbs, keyUsage, usages('keyCertSign'))),
  ),
  caCase('tls-br-ca-key-usage', (tbs) =>
    replaced(tbs, keyUsage, usages('keyCertSign', 'cRLSign', 'nonRepudiation')),
  ),
  caCase('tls-br-ca-purposes', (tbs) => replaced(tbs, extKeyUsage, undefined)),
  caCase('tls-br-ca-purposes', (tbs) =>
    replaced(tbs, extKeyUsage, purposes('serverAuth', 'emailProtection')),
  ),
  caCase('tls-br-ca-policies', (tbs) =>
    replaced(tbs, certificatePolicies, policies(RESERVED, '2.5.29.32.0')),
  ),
  agreed(
    'e_sub_ca_crl_distribution_points_missing',
    caCase('tls-br-ca-revocation', (tbs) =>
      replaced(tbs, EXTENSION_OID.crlDistributionPoints, undefined),
    ),
  ),
  caCase('tls-br-ca-revocation', (tbs) => ({
    extensions: [...withoutPointers(tbs), ...pointers('ldap://crl.example.com/ca')],
  })),
  caCase('tls-br-ca-access', (tbs) => ({
    extensions: [
      ...withoutPointers(tbs),
      ...pointers('http://crl.example.com/ca.crl', 'ldap://ca.example.com/ca'),
    ],
  })),
  rootCase('tls-br-root-policies', () => ({})),
  rootCase('tls-br-root-purposes', (tbs) => replaced(tbs, extKeyUsage, purposes('serverAuth'))),
  rootCase('tls-br-root-validity', years(7)),
  rootCase('tls-br-root-validity', years(26)),
  rootCase('tls-br-root-path-length', (tbs) =>
    replaced(
      tbs,
      EXTENSION_OID.basicConstraints,
      encodeBasicConstraints({ ca: true, pathLength: 1 }),
    ),
  ),
];
