import { enterDer, readDer } from '../../der/reader.ts';
import { TAG } from '../../der/writer.ts';
import { EXTENSION_OID, type Extension } from '../../x509/extensions.ts';
import { isUri } from '../../x509/general-names.ts';
import { parseAuthorityInfoAccess, parseCrlDistributionPoints } from '../../x509/pointers.ts';
import type { CertificateSubject, LintRule } from './rule.ts';

type OidName = keyof typeof EXTENSION_OID;

const extensionOf = ({ tbs }: CertificateSubject, name: OidName): Extension | undefined =>
  tbs.extensions.find(({ oid }) => oid === EXTENSION_OID[name]);

const accessOf = (subject: CertificateSubject) => {
  const found = extensionOf(subject, 'authorityInfoAccess');
  return found ? parseAuthorityInfoAccess(found.value) : [];
};

/** Of CRLs, and of delta CRLs. */
const crlLocations = (subject: CertificateSubject): readonly string[] =>
  (['crlDistributionPoints', 'freshestCrl'] as const).flatMap((name) => {
    const found = extensionOf(subject, name);
    return found ? parseCrlDistributionPoints(found.value) : [];
  });

const ocspUrls = (subject: CertificateSubject): readonly string[] =>
  accessOf(subject).flatMap(({ method, location }) => (method === 'ocsp' ? location : []));

/** What tells whether a certificate was revoked. */
export const pointsToRevocation = (subject: CertificateSubject): boolean =>
  extensionOf(subject, 'crlDistributionPoints') !== undefined ||
  extensionOf(subject, 'freshestCrl') !== undefined ||
  ocspUrls(subject).length > 0;

/** Whether clients can follow it without a certificate that they would have to check. */
export const isPointer = (url: string): boolean => /^(?:http|ldap):/i.test(url) && isUri(url);

function hasIncompletePoint(value: Uint8Array): boolean {
  const reader = enterDer(value);
  while (!reader.done) {
    const point = reader.enter();
    const name = point.optional(0xa0);
    point.optional(0x81); // reasons
    if (!name && !point.optional(0xa2)) return true;
  }
  return false;
}

/** Where revocation is told, and that it is not. */
export const REVOCATION_RULES: readonly LintRule<CertificateSubject>[] = [
  {
    id: 'pointers-not-critical',
    cites: 'RFC 5280 §4.2.1.15, §4.2.2.1',
    requires: 'freshestCRL and authorityInfoAccess are not critical',
    check: (subject) => {
      const names = ['freshestCrl', 'authorityInfoAccess'] as const;
      const wrong = names.find((name) => extensionOf(subject, name)?.critical);
      return wrong && `${wrong} must not be critical`;
    },
  },
  {
    id: 'pointers-not-empty',
    cites: 'RFC 5280 §4.2.1.13, §4.2.1.15, §4.2.2.1',
    requires: 'lists of CRLs, delta CRLs and access descriptions hold one at least',
    check: (subject) => {
      const names = ['authorityInfoAccess', 'crlDistributionPoints', 'freshestCrl'] as const;
      const empty = names.find((name) => {
        const found = extensionOf(subject, name);
        return found && enterDer(found.value).done;
      });
      return empty && `${empty} must not be empty`;
    },
  },
  {
    id: 'distribution-point-complete',
    cites: 'RFC 5280 §4.2.1.13',
    requires: 'a distribution point tells where the CRL is, or who issues it',
    check: (subject) =>
      (['crlDistributionPoints', 'freshestCrl'] as const).some((name) => {
        const found = extensionOf(subject, name);
        return found && hasIncompletePoint(found.value);
      })
        ? 'a distribution point must have a distributionPoint or a cRLIssuer'
        : undefined,
  },
  {
    id: 'crl-pointers-not-critical',
    cites: 'RFC 5280 §4.2.1.13',
    requires: 'cRLDistributionPoints is not critical',
    severity: 'warning',
    check: (subject) =>
      extensionOf(subject, 'crlDistributionPoints')?.critical
        ? 'crlDistributionPoints should not be critical'
        : undefined,
  },
  {
    id: 'pointer-urls',
    cites: 'RFC 5280 §4.2.1.13, §4.2.1.15, §4.2.2.1, §8',
    requires: 'CRLs, delta CRLs, OCSP responders and issuers are at http or ldap URLs',
    severity: 'warning',
    check: (subject) => {
      const urls = [...accessOf(subject).map(({ location }) => location), ...crlLocations(subject)];
      const wrong = urls.find((url) => !isPointer(url));
      return wrong === undefined
        ? undefined
        : `CRL, OCSP responder and issuer must be at http or ldap URLs, not at "${wrong}"`;
    },
  },
  {
    id: 'no-rev-avail-null',
    cites: 'RFC 9608 §2',
    requires: 'noRevAvail is NULL',
    check: (subject) => {
      const found = extensionOf(subject, 'noRevAvail');
      return found && readDer(found.value, TAG.null).contents.length > 0
        ? 'noRevAvail must be NULL'
        : undefined;
    },
  },
  {
    id: 'no-rev-avail-not-critical',
    cites: 'RFC 9608 §2',
    requires: 'noRevAvail is not critical',
    check: (subject) =>
      extensionOf(subject, 'noRevAvail')?.critical ? 'noRevAvail must not be critical' : undefined,
  },
  {
    id: 'no-rev-avail-not-ca',
    cites: 'RFC 9608 §2',
    requires: 'no CA has noRevAvail',
    check: (subject) =>
      extensionOf(subject, 'noRevAvail') && subject.extensions.basicConstraints?.ca
        ? 'a CA must not have noRevAvail'
        : undefined,
  },
  {
    id: 'no-rev-avail-alone',
    cites: 'RFC 9608 §3',
    requires: 'noRevAvail is not there together with a CRL, a delta CRL or an OCSP responder',
    check: (subject) =>
      extensionOf(subject, 'noRevAvail') && pointsToRevocation(subject)
        ? 'noRevAvail must not be there together with a CRL or an OCSP responder'
        : undefined,
  },
  {
    id: 'must-staple-responder',
    cites: 'RFC 7633 §4',
    requires: 'a server that must staple has the URL of an OCSP responder',
    severity: 'warning',
    check: (subject) =>
      extensionOf(subject, 'tlsFeature') &&
      !subject.extensions.basicConstraints?.ca &&
      ocspUrls(subject).length === 0
        ? 'a server that must staple needs the URL of an OCSP responder'
        : undefined,
  },
];
