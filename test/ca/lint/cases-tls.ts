import type { Draft } from '../../../src/ca/draft.ts';
import { contextPrimitive, integer, objectIdentifier, sequence } from '../../../src/der/writer.ts';
import type { TbsCertificate } from '../../../src/x509/certificate.ts';
import { encodeCertificatePolicies } from '../../../src/x509/certificate-policies.ts';
import { EXTENDED_KEY_USAGES, EXTENSION_OID } from '../../../src/x509/extensions.ts';
import { encodeGeneralNames } from '../../../src/x509/general-names.ts';
import { encodeNameConstraints } from '../../../src/x509/name-subtrees.ts';
import { encodeName } from '../../../src/x509/names.ts';
import { pointerExtensions } from '../../../src/x509/pointers.ts';
import { agreed, type LintCase, type LintWorld, replaced, usages } from './case.ts';

const DAY = 86_400_000;

/** Issued while 200 days are allowed. */
const AT = new Date('2026-06-01T12:00:00Z');

/** A certificate for days that hold both ends, issued at a moment. */
export const lasting = (at: string, days: number, extraSeconds = 0) => {
  const notBefore = new Date(at);
  return {
    notBefore,
    notAfter: new Date(notBefore.getTime() + days * DAY + (extraSeconds - 1) * 1000),
  };
};

const policies = (...oids: readonly string[]) =>
  encodeCertificatePolicies(oids.map((oid) => ({ oid })));

/** A draft that meets TLS BR, and claims to. */
export function tlsDraft({ issuer, drafted: draft }: LintWorld, key = 'ecdsa-p256'): Draft {
  const drafted = draft('tls-server', issuer, key);
  const pointers = pointerExtensions({
    caIssuers: ['http://ca.example.com/ca.crt'],
    ocsp: [],
    crl: ['http://crl.example.com/ca.crl'],
  });
  const value = policies('2.23.140.1.2.1');
  const oid = EXTENSION_OID.certificatePolicies;
  const extensions = [...drafted.tbs.extensions, ...pointers, { oid, critical: false, value }];
  return { ...drafted, tbs: { ...drafted.tbs, extensions } };
}

const tlsCase = (
  id: string,
  change: (tbs: TbsCertificate, world: LintWorld) => Partial<TbsCertificate>,
  { at = AT, key = 'ecdsa-p256' } = {},
): LintCase => ({
  id,
  spoil: (world) => {
    const drafted = tlsDraft(world, key);
    const tbs = { ...drafted.tbs, ...change(drafted.tbs, world) };
    return { drafted: { ...drafted, at, tbs }, issuer: world.issuer };
  },
});

/** One second more than a limit, on the first and on the last day of each. */
const VALIDITY_CASES = [
  ['2020-09-01T00:00:00Z', 398],
  ['2026-03-14T23:59:59Z', 398],
  ['2026-03-15T00:00:00Z', 200],
  ['2027-03-14T23:59:59Z', 200],
  ['2027-03-15T00:00:00Z', 100],
  ['2029-03-14T23:59:59Z', 100],
  ['2029-03-15T00:00:00Z', 47],
] as const;

/** The same of what is recommended. */
const RECOMMENDED_CASES = VALIDITY_CASES.map(([at, days]) => [at, days - 1] as const);

const purposes = (...names: readonly (keyof typeof EXTENDED_KEY_USAGES)[]) =>
  sequence(...names.map((name) => objectIdentifier(EXTENDED_KEY_USAGES[name])));

const dns = (...values: readonly string[]) =>
  encodeGeneralNames(values.map((value) => ({ type: 'dns', value })));

const { authorityInfoAccess, crlDistributionPoints, extKeyUsage, subjectAltName } = EXTENSION_OID;

function addressCase(value: string): LintCase {
  return tlsCase('tls-br-addresses', (tbs) =>
    replaced(tbs, subjectAltName, encodeGeneralNames([{ type: 'ip', value }])),
  );
}

/** A draft for each row of TLS BR about subscribers. */
export const TLS_CASES: readonly LintCase[] = [
  ...VALIDITY_CASES.map(([at, days]) =>
    tlsCase(`tls-br-validity-${days}`, () => lasting(at, days, 1), { at: new Date(at) }),
  ),
  ...RECOMMENDED_CASES.map(([at, days]) =>
    tlsCase(`tls-br-validity-${days}`, () => lasting(at, days, 1), { at: new Date(at) }),
  ),
  tlsCase('tls-br-subject-key-identifier', () => ({})),
  tlsCase('tls-br-policy', (tbs) =>
    replaced(tbs, EXTENSION_OID.certificatePolicies, policies('2.23.140.1.2.1', '2.23.140.1.2.2')),
  ),
  tlsCase('tls-br-purposes', (tbs) => replaced(tbs, extKeyUsage, purposes('clientAuth'))),
  tlsCase('tls-br-purposes', (tbs) =>
    replaced(tbs, extKeyUsage, purposes('serverAuth', 'codeSigning')),
  ),
  tlsCase('tls-br-names', (tbs) =>
    replaced(tbs, subjectAltName, encodeGeneralNames([{ type: 'email', value: 'a@example.com' }])),
  ),
  tlsCase('tls-br-internal-names', (tbs) => replaced(tbs, subjectAltName, dns('intranet'))),
  tlsCase('tls-br-reverse-zone', (tbs) =>
    replaced(tbs, subjectAltName, dns('1.2.0.192.in-addr.arpa')),
  ),
  tlsCase('tls-br-common-name', () => ({
    subject: encodeName([{ type: 'CN', value: 'b.example.com' }]),
  })),
  tlsCase('tls-br-access', (tbs) => replaced(tbs, authorityInfoAccess, undefined)),
  tlsCase('tls-br-revocation', (tbs) => replaced(tbs, crlDistributionPoints, undefined)),
  tlsCase('tls-br-authority-key-identifier', (tbs) =>
    replaced(
      tbs,
      EXTENSION_OID.authorityKeyIdentifier,
      sequence(contextPrimitive(0, Uint8Array.of(1)), contextPrimitive(2, integer(1).subarray(2))),
    ),
  ),
  tlsCase('tls-br-name-constraints', (tbs) =>
    replaced(
      tbs,
      EXTENSION_OID.nameConstraints,
      encodeNameConstraints({ permitted: { dns: ['example.com'] } }),
      true,
    ),
  ),
  tlsCase('tls-br-key', () => ({}), { key: 'ed25519' }),
  tlsCase('tls-br-signature', ({ publicKey }) => ({ signature: publicKey.slice(2, 23) })),
  ...['10.1.2.3', '172.31.255.255', '192.0.2.1', 'fd00::1'].map((value) =>
    agreed('e_ext_san_contains_reserved_ip', addressCase(value)),
  ),
  ...['::1', '::ffff:8.8.8.8', '240.0.0.1'].map(addressCase),
  ...['a.local', 'a.internal', '*.home.arpa', 'server.test'].map((name) =>
    tlsCase('tls-br-internal-names', (tbs) => replaced(tbs, subjectAltName, dns(name))),
  ),
  tlsCase('tls-br-basic-constraints', (tbs) =>
    replaced(tbs, EXTENSION_OID.basicConstraints, sequence(), false),
  ),
  tlsCase('tls-br-key-usage', (tbs) =>
    replaced(tbs, EXTENSION_OID.keyUsage, usages('digitalSignature', 'nonRepudiation')),
  ),
  tlsCase('tls-br-key-usage', (tbs) =>
    replaced(tbs, EXTENSION_OID.keyUsage, usages('keyAgreement')),
  ),
  tlsCase('tls-br-policy-first', (tbs) =>
    replaced(tbs, EXTENSION_OID.certificatePolicies, policies('1.2.3', '2.23.140.1.2.1')),
  ),
  agreed(
    'e_cab_dv_subject_invalid_values',
    tlsCase('tls-br-domain-validated', () => ({
      subject: encodeName([{ type: 'O', value: 'Example' }]),
    })),
  ),
  tlsCase('tls-br-organization-validated', (tbs) =>
    replaced(tbs, EXTENSION_OID.certificatePolicies, policies('2.23.140.1.2.2')),
  ),
];
