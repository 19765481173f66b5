import { enterDer } from '../../der/reader.ts';
import { EXTENSION_OID } from '../../x509/extensions.ts';
import type { IssuedSubject, LintRule, SignedSubject } from './rule.ts';

/** What holds for certificates and CRLs alike, whoever issues them. */
export const ISSUED_RULES: readonly LintRule<IssuedSubject>[] = [
  {
    id: 'issuer-not-empty',
    cites: 'RFC 5280 §4.1.2.4',
    requires: 'the issuer has a name',
    check: ({ tbs }) => (tbs.issuer.length <= 2 ? 'issuer must not be empty' : undefined),
  },
  {
    id: 'unique-extensions',
    cites: 'RFC 5280 §4.2',
    requires: 'no extension is there twice',
    check: ({ tbs }) => {
      const oids = tbs.extensions.map(({ oid }) => oid);
      const repeated = oids.find((oid, index) => oids.indexOf(oid) !== index);
      return repeated && `extension ${repeated} must not be there twice`;
    },
  },
  {
    id: 'authority-key-identifier-pair',
    cites: 'RFC 5280 §4.2.1.1 and appendix A.2',
    requires: 'authorityCertIssuer and authorityCertSerialNumber are there together or not at all',
    check: ({ tbs }) => {
      const oid = EXTENSION_OID.authorityKeyIdentifier;
      const found = tbs.extensions.find((extension) => extension.oid === oid);
      const reader = found && enterDer(found.value);
      reader?.optional(0x80);
      return !reader?.optional(0xa1) === !reader?.optional(0x82)
        ? undefined
        : 'authorityCertIssuer and authorityCertSerialNumber must be there together';
    },
  },
  {
    id: 'alternative-extensions-not-critical',
    cites: 'X.509 §9.8',
    requires:
      'the three extensions of alternative keys and signatures are not critical, so that older software goes on',
    severity: 'warning',
    check: ({ tbs }) => {
      const alternative: readonly string[] = [
        EXTENSION_OID.subjectAltPublicKeyInfo,
        EXTENSION_OID.altSignatureAlgorithm,
        EXTENSION_OID.altSignatureValue,
      ];
      const found = tbs.extensions.find(
        ({ oid, critical }) => critical && alternative.includes(oid),
      );
      return found && `extension ${found.oid} must not be critical`;
    },
  },
];

/** What both owe to their issuer. */
export const SIGNED_RULES: readonly LintRule<SignedSubject>[] = [
  {
    id: 'signature-algorithm-of-issuer',
    cites: 'RFC 5280 §4.1.1.2',
    requires: "the signature algorithm is that of the issuer's key",
    check: ({ tbs, issuer }) =>
      Buffer.compare(tbs.signature, issuer.signing.algorithm.identifier) === 0
        ? undefined
        : "signature must name the algorithm of the issuer's key",
  },
  {
    id: 'issuer-name',
    cites: 'RFC 5280 §4.1.2.4, §6.1.3',
    requires: "issuer is the issuer's subject, octet for octet",
    check: ({ tbs, issuer }) =>
      Buffer.compare(tbs.issuer, issuer.name) === 0
        ? undefined
        : "issuer must be the issuer's subject, byte for byte",
  },
  {
    id: 'alternative-signature-of-issuer',
    cites: 'X.509 §9.8.3',
    requires:
      "altSignatureAlgorithm is that of the issuer's alternative key, and not there without one",
    check: ({ extensions: { altSignatureAlgorithm: found }, issuer: { alternative } }) => {
      const wanted = alternative?.algorithm.identifier;
      const agree = found && wanted ? Buffer.compare(found, wanted) === 0 : found === wanted;
      return agree
        ? undefined
        : "altSignatureAlgorithm must be that of the issuer's alternative key";
    },
  },
  {
    id: 'authority-key-identifier',
    cites: 'RFC 5280 §4.2.1.1',
    requires: "authorityKeyIdentifier is the issuer's subjectKeyIdentifier",
    check: ({ extensions: { authorityKeyIdentifier: found }, issuer }) => {
      if (!issuer.certificate && !found) return undefined; // self-signed: may be left out
      if (found && Buffer.compare(found, issuer.keyIdentifier) === 0) return undefined;
      return "authorityKeyIdentifier must be the issuer's subjectKeyIdentifier";
    },
  },
];
