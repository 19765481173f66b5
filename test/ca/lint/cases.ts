import { keyAlgorithmNamed } from '../../../src/algorithms/registry.ts';
import { encodeSpki } from '../../../src/algorithms/spki.ts';
import {
  bitString,
  boolean,
  contextConstructed,
  integer,
  NULL,
  objectIdentifier,
  octetString,
  sequence,
  TAG,
  tlv,
} from '../../../src/der/writer.ts';
import type { TbsCertificate } from '../../../src/x509/certificate.ts';
import { EXTENSION_OID, type Extension } from '../../../src/x509/extensions.ts';
import { encodeGeneralNames, type GeneralName } from '../../../src/x509/general-names.ts';
import { encodeName } from '../../../src/x509/names.ts';
import { relatedCertificate } from '../../../src/x509/related-certificate.ts';
import { modulusOf, WEAK_PRIMES } from '../../support/weak-rsa.ts';
import { agreed, CA, type LintCase, type LintWorld, replaced, tbsCase, usages } from './case.ts';
import { ALTERNATIVE_SIGNATURE_CASES } from './cases-alternative.ts';
import { BACKGROUND_CASES } from './cases-background.ts';
import { EXISTING_CASES } from './cases-existing.ts';
import { ISSUER_CASES } from './cases-issuer.ts';
import { POLICY_CASES } from './cases-policies.ts';
import { PROFILE_CASES } from './cases-profiles.ts';
import { TLS_CASES } from './cases-tls.ts';
import { TLS_CA_CASES } from './cases-tls-ca.ts';

const { basicConstraints, keyUsage, extKeyUsage, subjectAltName } = EXTENSION_OID;

/** Turns the critical flag of one extension over. */
const flipped = (tbs: TbsCertificate, oid: string): Partial<TbsCertificate> => ({
  extensions: tbs.extensions.map((extension) =>
    extension.oid === oid ? { ...extension, critical: !extension.critical } : extension,
  ),
});

const names = (...list: readonly GeneralName[]): Uint8Array => encodeGeneralNames(list);

const subject = (type: string, value: string): Partial<TbsCertificate> => ({
  subject: encodeName([{ type, value }]),
});

const rsaKey = (modulus: bigint, exponent: bigint): Uint8Array =>
  sequence(
    sequence(objectIdentifier('1.2.840.113549.1.1.1'), NULL),
    bitString(sequence(integer(modulus), integer(exponent))),
  );

/** A case of a sound draft with an alternative key of the subject. */
const alternativeCase = (
  id: string,
  key: (tbs: TbsCertificate, world: LintWorld) => Uint8Array,
): LintCase =>
  tbsCase(id, (tbs, world) =>
    replaced(tbs, EXTENSION_OID.subjectAltPublicKeyInfo, key(tbs, world)),
  );

/** A case of a draft that is related to the issuer's certificate, which has other usages. */
const relatedCase = (
  id: string,
  change: (extension: Extension) => Extension,
  profile = 'tls-server',
): LintCase => ({
  id,
  spoil: ({ issuer, drafted: draft }) => {
    const drafted = draft(profile, issuer);
    const { certificate: related } = issuer;
    if (!related) throw new TypeError('the issuer has no certificate');
    const extensions = [...drafted.tbs.extensions, change(relatedCertificate(related))];
    return { drafted: { ...drafted, related, tbs: { ...drafted.tbs, extensions } }, issuer };
  },
});
const oddNumber = (bits: number): bigint => (1n << BigInt(bits - 1)) + 1n;

/** otherName of the right type, with a value of the wrong one. */
const mailboxInIa5String = (mailbox: string): Uint8Array =>
  contextConstructed(
    0,
    objectIdentifier('1.3.6.1.5.5.7.8.9'),
    contextConstructed(0, tlv(TAG.ia5String, Buffer.from(mailbox, 'utf8'))),
  );

/** At least one draft for each rule that the rule has to refuse. */
export const LINT_CASES: readonly LintCase[] = [
  tbsCase('serial-positive', () => ({ serialNumber: -1n })),
  tbsCase('serial-length', () => ({ serialNumber: 1n << 159n })),
  tbsCase('signature-algorithm-of-issuer', (tbs) => ({ signature: tbs.publicKey.slice(2, 23) })),
  tbsCase('issuer-name', () => ({ issuer: encodeName([{ type: 'CN', value: 'Another' }]) })),
  tbsCase('issuer-not-empty', () => ({ issuer: encodeName([]) })),
  tbsCase('validity-order', (tbs) => ({ notAfter: tbs.notBefore })),
  tbsCase('validity-within-issuer', (tbs) => ({
    notAfter: new Date(tbs.notAfter.getTime() + 30 * 365 * 86_400_000),
  })),
  tbsCase('self-signed-name', () => subject('CN', 'Another'), { profile: 'root-ca', by: 'self' }),
  ...ISSUER_CASES,
  tbsCase('unique-extensions', ({ extensions }) => ({
    extensions: [...extensions, ...extensions.slice(0, 1)],
  })),
  tbsCase(
    'alternative-extensions-not-critical',
    (tbs) => flipped(tbs, EXTENSION_OID.altSignatureAlgorithm),
    { by: 'hybrid' },
  ),
  tbsCase(
    'alternative-signature-of-issuer',
    (tbs) => replaced(tbs, EXTENSION_OID.altSignatureAlgorithm, undefined),
    { by: 'hybrid' },
  ),
  tbsCase('subject-of-ca', () => ({ subject: encodeName([]) }), CA),
  tbsCase('subject-or-alternative-name', (tbs) => ({
    ...replaced(tbs, subjectAltName, undefined),
    subject: encodeName([]),
  })),
  tbsCase('subject-alt-name-criticality', () => ({ subject: encodeName([]) })),
  tbsCase('subject-alt-name-not-critical', (tbs) => flipped(tbs, subjectAltName)),
  tbsCase('subject-alt-name-not-empty', (tbs) => replaced(tbs, subjectAltName, names())),
  tbsCase('subject-alt-name-well-formed', (tbs) =>
    replaced(tbs, subjectAltName, names({ type: 'dns', value: 'a.*.example.com' })),
  ),
  ...['xn--a', 'xn--i-7iq', 'xn--server-'].map((label) =>
    tbsCase('a-labels', (tbs) =>
      replaced(tbs, subjectAltName, names({ type: 'dns', value: `${label}.example.com` })),
    ),
  ),
  tbsCase('smtp-utf8-mailbox', (tbs) =>
    replaced(tbs, subjectAltName, sequence(mailboxInIa5String('\u00e9@example.com'))),
  ),
  ...['a@example.com', '@example.com'].map((value) =>
    tbsCase('smtp-utf8-mailbox-needed', (tbs) =>
      replaced(tbs, subjectAltName, names({ type: 'smtputf8', value })),
    ),
  ),
  tbsCase('smtp-utf8-mailbox-domain', (tbs) =>
    replaced(tbs, subjectAltName, names({ type: 'smtputf8', value: 'é@bücher.example' })),
  ),
  ...['é @example.com', '\ufeffé@example.com', 'é@-.example'].map((value) =>
    tbsCase('smtp-utf8-mailbox', (tbs) =>
      replaced(tbs, subjectAltName, names({ type: 'smtputf8', value })),
    ),
  ),
  tbsCase('attribute-length', () => subject('CN', 'x'.repeat(65))),
  tbsCase('attribute-characters', () => subject('O', ' Example')),
  tbsCase('attribute-ascii', () => subject('DC', 'bücher')),
  tbsCase('email-address-in-subject-alt-name', () => subject('emailAddress', 'a@b.example')),
  tbsCase('country-code', () => subject('C', 'cz')),
  tbsCase('common-name-in-subject-alt-name', () => subject('CN', 'Our server')),
  tbsCase('ca-basic-constraints', (tbs) => replaced(tbs, basicConstraints, undefined), CA),
  tbsCase('ca-basic-constraints-critical', (tbs) => flipped(tbs, basicConstraints), CA),
  tbsCase('path-length-of-ca', (tbs) => replaced(tbs, basicConstraints, sequence(integer(0)))),
  tbsCase('ca-key-usage', (tbs) => replaced(tbs, keyUsage, usages('cRLSign')), CA),
  tbsCase('key-cert-sign-only-ca', (tbs) => replaced(tbs, keyUsage, usages('keyCertSign'))),
  tbsCase('key-usage-not-empty', (tbs) => replaced(tbs, keyUsage, usages())),
  tbsCase('key-usage-critical', (tbs) => flipped(tbs, keyUsage)),
  tbsCase('ext-key-usage-not-empty', (tbs) => replaced(tbs, extKeyUsage, sequence())),
  tbsCase('subject-key-identifier', (tbs) =>
    replaced(tbs, EXTENSION_OID.subjectKeyIdentifier, undefined),
  ),
  tbsCase(
    'subject-key-identifier-of-ca',
    (tbs) => replaced(tbs, EXTENSION_OID.subjectKeyIdentifier, undefined),
    CA,
  ),
  tbsCase('authority-key-identifier', (tbs) =>
    replaced(tbs, EXTENSION_OID.authorityKeyIdentifier, sequence()),
  ),
  tbsCase('authority-key-identifier-there', (tbs) =>
    replaced(tbs, EXTENSION_OID.authorityKeyIdentifier, undefined),
  ),
  tbsCase('key-identifiers-not-critical', (tbs) =>
    flipped(tbs, EXTENSION_OID.authorityKeyIdentifier),
  ),
  tbsCase('key-well-formed', (tbs) => ({ publicKey: offTheCurve(tbs.publicKey) })),
  tbsCase('key-known', () => ({
    publicKey: sequence(sequence(objectIdentifier('1.2.3')), bitString(new Uint8Array(8))),
  })),
  tbsCase('rsa-key-size', () => ({ publicKey: rsaKey(oddNumber(1024), 65537n) })),
  tbsCase('rsa-modulus-octets', () => ({ publicKey: rsaKey(oddNumber(2049), 65537n) })),
  tbsCase('rsa-small-factor', () => ({
    publicKey: rsaKey(modulusOf(WEAK_PRIMES.smallFactor()), 65537n),
  })),
  tbsCase('rsa-close-primes', () => ({
    publicKey: rsaKey(modulusOf(WEAK_PRIMES.closePrimes()), 65537n),
  })),
  tbsCase('rsa-roca', () => ({ publicKey: rsaKey(modulusOf(WEAK_PRIMES.roca()), 65537n) })),
  tbsCase('rsa-public-exponent', () => ({ publicKey: rsaKey(oddNumber(2048), 3n) })),
  ...[1n, 65536n, (1n << 256n) + 1n].map((exponent) =>
    tbsCase('rsa-public-exponent-sound', () => ({ publicKey: rsaKey(oddNumber(2048), exponent) })),
  ),
  agreed(
    'e_rsa_allowed_ku_ee',
    tbsCase('rsa-key-usage', (tbs) => replaced(tbs, keyUsage, usages('keyAgreement')), {
      key: 'rsa-2048',
    }),
  ),
  agreed(
    'e_rsa_allowed_ku_no_encipherment_ca',
    tbsCase(
      'rsa-ca-key-usage',
      (tbs) => replaced(tbs, keyUsage, usages('keyCertSign', 'keyEncipherment')),
      { ...CA, key: 'rsa-2048' },
    ),
  ),
  tbsCase('ec-key-usage', (tbs) => replaced(tbs, keyUsage, usages('keyEncipherment'))),
  tbsCase('eddsa-key-usage', (tbs) => replaced(tbs, keyUsage, usages('keyAgreement')), {
    key: 'ed25519',
  }),
  tbsCase('ml-dsa-key-usage', (tbs) => replaced(tbs, keyUsage, usages('dataEncipherment')), {
    key: 'ml-dsa-65',
  }),
  tbsCase('ml-dsa-key-usage-signs', (tbs) => replaced(tbs, keyUsage, usages('keyAgreement')), {
    key: 'ml-dsa-65',
  }),
  tbsCase('slh-dsa-key-usage', (tbs) => replaced(tbs, keyUsage, usages('dataEncipherment')), {
    key: 'slh-dsa-sha2-128f',
  }),
  tbsCase('slh-dsa-key-usage-signs', (tbs) => replaced(tbs, keyUsage, usages('keyAgreement')), {
    key: 'slh-dsa-sha2-128f',
  }),
  tbsCase(
    'ml-kem-key-usage',
    (tbs) => replaced(tbs, keyUsage, usages('keyEncipherment', 'dataEncipherment')),
    { profile: 'email', key: 'ml-kem-768' },
  ),
  tbsCase('ml-kem-not-ca', () => ({}), { profile: 'issuing-ca', key: 'ml-kem-768' }),
  tbsCase('key-not-of-issuer', (_, { issuer }) => ({ publicKey: issuer.signing.publicKey })),
  alternativeCase('alternative-key-well-formed', (tbs) => offTheCurve(tbs.publicKey)),
  alternativeCase('alternative-key-strength', () => rsaKey(oddNumber(1024), 65537n)),
  alternativeCase('alternative-key-signs', () =>
    encodeSpki(keyAlgorithmNamed('ml-kem-512'), new Uint8Array(800)),
  ),
  alternativeCase('alternative-key-another', (tbs) => tbs.publicKey),
  alternativeCase('alternative-key-not-of-issuer', (_, { issuer }) => issuer.signing.publicKey),
  ...ALTERNATIVE_SIGNATURE_CASES,
  relatedCase('related-certificate-not-critical', (extension) => ({
    ...extension,
    critical: true,
  })),
  relatedCase('related-certificate-end-entity', (extension) => extension, CA.profile),
  relatedCase('related-certificate-proven', (extension) => ({
    ...extension,
    value: sequence(sequence(objectIdentifier('1.2.3')), octetString(new Uint8Array(32))),
  })),
  relatedCase('related-certificate-usages', (extension) => extension),
  tbsCase('profile-subject-alt-name', (tbs) => replaced(tbs, subjectAltName, undefined)),
  tbsCase('tls-server-names', (tbs) =>
    replaced(
      tbs,
      subjectAltName,
      names(
        { type: 'dns', value: 'server.example.com' },
        { type: 'uri', value: 'https://server.example.com/' },
      ),
    ),
  ),
  tbsCase('tls-server-key-usage', (tbs) => replaced(tbs, keyUsage, usages('nonRepudiation'))),
  tbsCase('tls-no-ca', (tbs) => replaced(tbs, basicConstraints, sequence(boolean(true)), true)),
  tbsCase('any-purpose', (tbs) =>
    replaced(tbs, extKeyUsage, sequence(objectIdentifier('2.5.29.37.0'))),
  ),
  tbsCase('ocsp-no-check', (tbs) => replaced(tbs, EXTENSION_OID.ocspNoCheck, undefined), {
    profile: 'ocsp-signing',
  }),
  tbsCase('timestamping-purpose', (tbs) => flipped(tbs, extKeyUsage), { profile: 'timestamping' }),
  ...PROFILE_CASES,
  ...BACKGROUND_CASES,
  ...EXISTING_CASES,
  ...POLICY_CASES,
  ...TLS_CASES,
  ...TLS_CA_CASES,
];

/** The same key with another last octet of the point. */
function offTheCurve(publicKey: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(publicKey);
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  return changed;
}
