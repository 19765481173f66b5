import { integer, NULL, sequence } from '../../src/der/writer.ts';
import type { ProfileConfig } from '../../src/profiles/profile-config.ts';
import type { TbsCertificate } from '../../src/x509/certificate.ts';
import { encodeCertificatePolicies } from '../../src/x509/certificate-policies.ts';
import { EXTENSION_OID } from '../../src/x509/extensions.ts';
import { encodeNameConstraints } from '../../src/x509/name-subtrees.ts';
import { type Pointers, pointerExtensions } from '../../src/x509/pointers.ts';
import { CA, type LintCase, replaced, tbsCase } from './lint-case.ts';

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

const { certificatePolicies, crlDistributionPoints, noRevAvail } = EXTENSION_OID;

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

/** Cases of what only the profiles of a CA bring. */
export const PROFILE_CASES: readonly LintCase[] = [...CONSTRAINT_CASES, ...REVOCATION_CASES];
