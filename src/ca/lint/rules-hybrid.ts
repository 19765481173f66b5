import { keyUse } from '../../algorithms/spki.ts';
import { sameOctets } from '../../der/same-octets.ts';
import { EXTENSION_OID, knownExtensions } from '../../x509/extensions.ts';
import { isRelated, parseRelatedCertificate } from '../../x509/related-certificate.ts';
import { describeSubjectKey } from '../subject-key.ts';
import type { CertificateSubject, LintRule, RequestSubject } from './rule.ts';
import { RSA_RULES } from './rules-rsa.ts';

const relatedExtension = ({ tbs }: RequestSubject) =>
  tbs.extensions.find(({ oid }) => oid === EXTENSION_OID.relatedCertificate);

const alternativeKey = ({ extensions }: RequestSubject) => extensions.subjectAltPublicKeyInfo;

/** A second key of the subject (X.509 clause 9.8). */
export const ALTERNATIVE_KEY_RULES: readonly LintRule<RequestSubject>[] = [
  {
    id: 'alternative-key-well-formed',
    cites: 'X.509 §9.8.2',
    requires: 'the alternative key can be read, and has the length that its algorithm knows',
    check: (subject) => {
      const spki = alternativeKey(subject);
      const problem = spki && describeSubjectKey(spki).problem;
      return problem && `subjectAltPublicKeyInfo: ${problem}`;
    },
  },
  {
    id: 'alternative-key-strength',
    cites: 'TLS BR §6.1.5, §6.1.6',
    requires: 'an alternative RSA key meets the rows for RSA keys',
    check: (subject) => {
      const spki = alternativeKey(subject);
      if (!spki) return undefined;
      const alternative = { ...subject, key: describeSubjectKey(spki) };
      const problem = RSA_RULES.map(({ check }) => check(alternative)).find(Boolean);
      return problem && `subjectAltPublicKeyInfo: ${problem}`;
    },
  },
  {
    id: 'alternative-key-signs',
    cites: 'X.509 §9.8.2',
    requires: 'the alternative key is one that signs',
    check: (subject) => {
      const spki = alternativeKey(subject);
      return spki && keyUse(spki) === 'encryption'
        ? 'the alternative key must be one that signs'
        : undefined;
    },
  },
  {
    id: 'alternative-key-another',
    cites: 'X.509 §9.8.2',
    requires: 'the alternative key is another one than the key',
    check: (subject) => {
      const spki = alternativeKey(subject);
      return spki && Buffer.compare(spki, subject.tbs.publicKey) === 0
        ? 'the alternative key must be another one than the key'
        : undefined;
    },
  },
];

/** A second signature of the issuer. */
export const ALTERNATIVE_SIGNATURE_RULES: readonly LintRule<CertificateSubject>[] = [
  {
    id: 'alternative-signature-of-itself',
    cites: 'X.509 §9.8.2, §9.8.3',
    requires:
      'a self-signed certificate with an alternative signature has the key that verifies it',
    check: ({ tbs, extensions }) => {
      const { altSignatureAlgorithm, authorityKeyIdentifier, subjectKeyIdentifier } = extensions;
      const isOwn =
        sameOctets(tbs.issuer, tbs.subject) &&
        (!authorityKeyIdentifier ||
          !subjectKeyIdentifier ||
          sameOctets(authorityKeyIdentifier, subjectKeyIdentifier));
      return isOwn && altSignatureAlgorithm && !extensions.subjectAltPublicKeyInfo
        ? 'subjectAltPublicKeyInfo must be there beside an alternative signature of its own'
        : undefined;
    },
  },
];

/** A second certificate of the subject (RFC 9763). */
export const RELATED_RULES: readonly LintRule<CertificateSubject>[] = [
  {
    id: 'related-certificate-not-critical',
    cites: 'RFC 9763 §4.1',
    requires: 'RelatedCertificate is not critical',
    check: (subject) =>
      relatedExtension(subject)?.critical ? 'RelatedCertificate must not be critical' : undefined,
  },
  {
    id: 'related-certificate-end-entity',
    cites: 'RFC 9763 §4.1',
    requires: 'no CA has RelatedCertificate',
    check: (subject) =>
      relatedExtension(subject) && subject.extensions.basicConstraints?.ca
        ? 'RelatedCertificate must not be there in the certificate of a CA'
        : undefined,
  },
];

/** What a second key or certificate owes to the issuer, and to the requester. */
export const HYBRID_RULES: readonly LintRule[] = [
  {
    id: 'alternative-key-not-of-issuer',
    cites: 'RFC 4158 §2.4.1, TLS BR §6.1.1.3',
    requires: 'the alternative key is not that of the issuer',
    check: (subject) => {
      const { certificate, signing, alternative } = subject.issuer;
      const spki = alternativeKey(subject);
      if (!certificate || !spki) return undefined;
      const keys = [signing, alternative].map((half) => half?.publicKey);
      return keys.some((key) => key && Buffer.compare(key, spki) === 0)
        ? "the alternative key must not be the issuer's own"
        : undefined;
    },
  },
  {
    id: 'related-certificate-proven',
    cites: 'RFC 9763 §3.2',
    requires:
      'RelatedCertificate is about the certificate whose key the requester has proven to hold',
    check: (subject) => {
      const { related } = subject;
      const found = relatedExtension(subject);
      if (!found && !related) return undefined;
      return found && related && isRelated(parseRelatedCertificate(found.value), related)
        ? undefined
        : 'RelatedCertificate must be about the certificate whose key the requester holds';
    },
  },
  {
    id: 'related-certificate-usages',
    cites: 'RFC 9763 §4.1',
    requires: 'the related certificate has all usages and purposes of this one',
    check: ({ extensions, related }) => {
      if (!related) return undefined;
      const theirs = knownExtensions(related.tbs.extensions);
      const missing = [
        ...(extensions.keyUsage ?? []).filter((usage) => !theirs.keyUsage?.includes(usage)),
        ...(extensions.extKeyUsage ?? []).filter((usage) => !theirs.extKeyUsage?.includes(usage)),
      ];
      return missing.length === 0
        ? undefined
        : `the related certificate must have the same usages, and lacks ${missing.join(', ')}`;
    },
  },
];
