import { integer, NULL, objectIdentifier, sequence } from '../../../src/der/writer.ts';
import type { ProfileConfig } from '../../../src/profiles/profile-config.ts';
import type { TbsCertificate } from '../../../src/x509/certificate.ts';
import { encodeCertificatePolicies } from '../../../src/x509/certificate-policies.ts';
import { EXTENSION_OID } from '../../../src/x509/extensions.ts';
import { encodeNameConstraints } from '../../../src/x509/name-subtrees.ts';
import { type Pointers, pointerExtensions } from '../../../src/x509/pointers.ts';
import { encodeQcStatements } from '../../../src/x509/qc-statements.ts';
import { CA, type LintCase, replaced, tbsCase } from './case.ts';

/** A case of a sound draft by a profile that asks for more. */
const profileCase = (
  id: string,
  more: Partial<ProfileConfig>,
  change: (tbs: TbsCertificate) => Partial<TbsCertificate> = () => ({}),
): LintCase => ({
  id,
  spoil: ({ issuer, drafted: draft }) => {
    const drafted = draft('tls-server', issuer);
    const profile = { ...drafted.profile, ...more };
    return {
      drafted: { ...drafted, profile, tbs: { ...drafted.tbs, ...change(drafted.tbs) } },
      issuer,
    };
  },
});

const { certificatePolicies, crlDistributionPoints, freshestCrl, noRevAvail } = EXTENSION_OID;

const example = encodeNameConstraints({ permitted: { dns: ['example.com'] } });

const CONSTRAINT_CASES: readonly LintCase[] = [
  tbsCase('name-constraints-only-ca', (tbs) =>
    replaced(tbs, EXTENSION_OID.nameConstraints, example, true),
  ),
  tbsCase(
    'name-constraints-critical',
    (tbs) => replaced(tbs, EXTENSION_OID.nameConstraints, example),
    CA,
  ),
  tbsCase(
    'name-constraints-not-empty',
    (tbs) => replaced(tbs, EXTENSION_OID.nameConstraints, sequence(), true),
    CA,
  ),
  tbsCase('certificate-policies-unique', (tbs) =>
    replaced(
      tbs,
      certificatePolicies,
      encodeCertificatePolicies([{ oid: '2.23.140.1.2.1' }, { oid: '2.23.140.1.2.1' }]),
    ),
  ),
  profileCase('profile-key-algorithm', { keyAlgorithms: ['rsa-3072'] }),
];

/** The value of one of the extensions that pointers make. */
function pointing(pointers: Partial<Pointers>): Uint8Array {
  const none = { caIssuers: [], ocsp: [], crl: [] };
  const [extension] = pointerExtensions({ ...none, ...pointers });
  if (!extension) throw new TypeError('nothing points anywhere');
  return extension.value;
}

const crl = pointing({ crl: ['http://crl.example.com/ca.crl'] });

const REVOCATION_CASES: readonly LintCase[] = [
  tbsCase('pointers-not-critical', (tbs) =>
    replaced(
      tbs,
      EXTENSION_OID.authorityInfoAccess,
      pointing({ ocsp: ['http://ocsp.example.com'] }),
      true,
    ),
  ),
  tbsCase('crl-pointers-not-critical', (tbs) => replaced(tbs, crlDistributionPoints, crl, true)),
  tbsCase('pointer-urls', (tbs) =>
    replaced(tbs, crlDistributionPoints, pointing({ crl: ['https://crl.example.com/ca.crl'] })),
  ),
  tbsCase('pointers-not-critical', (tbs) => replaced(tbs, freshestCrl, crl, true)),
  tbsCase('pointer-urls', (tbs) =>
    replaced(tbs, freshestCrl, pointing({ freshestCrl: ['https://crl.example.com/d.crl'] })),
  ),
  tbsCase('no-rev-avail-null', (tbs) => replaced(tbs, noRevAvail, Uint8Array.of(5, 1, 0))),
  tbsCase('no-rev-avail-not-critical', (tbs) => replaced(tbs, noRevAvail, NULL, true)),
  tbsCase('no-rev-avail-not-ca', (tbs) => replaced(tbs, noRevAvail, NULL), CA),
  tbsCase('no-rev-avail-alone', (tbs) => ({
    extensions: [
      ...tbs.extensions,
      { oid: noRevAvail, critical: false, value: NULL },
      {
        oid: EXTENSION_OID.authorityInfoAccess,
        critical: false,
        value: pointing({ ocsp: ['http://ocsp.example.com'] }),
      },
    ],
  })),
  profileCase('short-lived-validity', { shortLived: true }, ({ notBefore }) => ({
    notAfter: new Date(notBefore.getTime() + 7 * 86_400_000),
  })),
  profileCase('short-lived-not-revoked', { shortLived: true }, (tbs) =>
    replaced(tbs, crlDistributionPoints, crl),
  ),
  tbsCase('must-staple-responder', (tbs) =>
    replaced(tbs, EXTENSION_OID.tlsFeature, sequence(integer(5))),
  ),
];

/** A case of a draft that makes these statements. */
const qcCase = (id: string, value: Uint8Array, critical = false): LintCase =>
  tbsCase(id, (tbs) => replaced(tbs, EXTENSION_OID.qcStatements, value, critical));

const compliance = sequence(objectIdentifier('0.4.0.1862.1.1'));
const english = { language: 'en', url: 'https://pki.example.com/pds.pdf' };

const QC_CASES: readonly LintCase[] = [
  qcCase('qc-statements-not-critical', sequence(compliance), true),
  qcCase('qc-statements-unique', sequence(compliance, compliance)),
  ...[[], ['1.2.3'], ['esign', 'web']].map((types) =>
    qcCase('qc-type', encodeQcStatements({ types })),
  ),
  ...[
    { currency: 'eur', amount: 1, exponent: 0 },
    { currency: '000', amount: 1, exponent: 0 },
    { currency: 'EUR', amount: -1, exponent: 0 },
  ].map((limit) => qcCase('qc-limit-value', encodeQcStatements({ limit }))),
  qcCase('qc-retention-period', encodeQcStatements({ retentionYears: -1 })),
  ...['http://pki.example.com/pds.pdf', 'https://a b'].map((url) =>
    qcCase('qc-pds-url', encodeQcStatements({ disclosures: [{ ...english, url }] })),
  ),
  ...[[{ ...english, language: 'cs' }], [{ ...english, language: 'EN' }], [english, english]].map(
    (disclosures) => qcCase('qc-pds-language', encodeQcStatements({ disclosures })),
  ),
  ...[[], ['cz'], ['CZE']].map((legislation) =>
    qcCase('qc-legislation', encodeQcStatements({ legislation })),
  ),
];

/** Cases of what only the profiles of a CA bring. */
export const PROFILE_CASES: readonly LintCase[] = [
  ...CONSTRAINT_CASES,
  ...REVOCATION_CASES,
  ...QC_CASES,
];
