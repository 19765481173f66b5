import { sameOctets } from '../../der/same-octets.ts';
import { timeText } from '../../der/time.ts';
import { keyIdentifier } from '../../x509/extensions.ts';
import { isOfIssuer } from '../../x509/ocsp-cert-id.ts';
import { isSoundNonce, parseNonce } from '../../x509/ocsp-nonce.ts';
import type { LintRule, OcspSubject } from './rule.ts';

/** Every requirement that is checked before an OCSP response is signed. */
export const OCSP_RULES: readonly LintRule<OcspSubject>[] = [
  {
    id: 'ocsp-responder-issued-by-ca',
    cites: 'RFC 6960 §4.2.2.2',
    requires: 'a delegated responder has its certificate from the CA that it answers for',
    check: ({ responder: { ca, certificate, delegated, stranger } }) => {
      if (!delegated) return undefined;
      const named = sameOctets(certificate.tbs.issuer, ca.tbs.subject);
      if (named && stranger === undefined) return undefined;
      return `the certificate of the responder must be issued by the CA itself${named ? `: ${stranger}` : ''}`;
    },
  },
  {
    id: 'ocsp-responder-purpose',
    cites: 'RFC 6960 §4.2.2.2',
    requires: 'a delegated responder has the purpose ocspSigning',
    check: ({ responder: { delegated, signing } }) =>
      !delegated || signing.extensions?.extKeyUsage?.includes('ocspSigning')
        ? undefined
        : 'the certificate of the responder must have the extended key usage ocspSigning',
  },
  {
    id: 'ocsp-responder-key-usage',
    cites: 'RFC 5280 §4.2.1.3',
    requires: 'the responder has the usage digitalSignature, if it has any',
    check: ({ responder: { signing } }) =>
      !signing.extensions?.keyUsage || signing.extensions.keyUsage.includes('digitalSignature')
        ? undefined
        : 'the key usage of the responder has no digitalSignature',
  },
  {
    id: 'ocsp-responder-not-revoked',
    cites: 'RFC 6960 §4.2.2.2.1',
    requires: 'the certificate of a delegated responder is not revoked',
    check: ({ responder, responderStatus }) =>
      responder.delegated && responderStatus.kind === 'revoked'
        ? 'the certificate of the responder is revoked'
        : undefined,
  },
  {
    id: 'ocsp-within-responder',
    cites: 'RFC 6960 §3.2, §4.2.2.1',
    requires: 'a response begins and ends within the validity of the responder',
    check: ({ data: { producedAt, responses }, responder: { certificate } }) => {
      const { notBefore, notAfter } = certificate.tbs;
      const last = new Date(
        Math.max(
          ...[producedAt, ...responses.map((one) => one.nextUpdate ?? producedAt)].map(Number),
        ),
      );
      if (producedAt >= notBefore && last <= notAfter) return undefined;
      return `the response must be within the responder's validity, from ${timeText(notBefore)} until ${timeText(notAfter)}; it would last from ${timeText(producedAt)} until ${timeText(last)}`;
    },
  },
  {
    id: 'ocsp-responder-id',
    cites: 'RFC 6960 §4.2.2.3',
    requires: 'responderID is the hash of the key that signs, or the name of its owner',
    check: ({ data: { responder: id }, responder: { certificate } }) => {
      const { subject, publicKey } = certificate.tbs;
      const found =
        id.kind === 'key'
          ? sameOctets(id.hash, keyIdentifier(publicKey))
          : sameOctets(id.name, subject);
      return found ? undefined : 'responderID must name the key that signs, or its owner';
    },
  },
  {
    id: 'ocsp-responses',
    cites: 'RFC 6960 §4.2.1',
    requires: 'a response answers for one certificate at least, and once for each',
    check: ({ data: { responses } }) => {
      const ids = responses.map(({ certId }) => Buffer.from(certId.der).toString('hex'));
      if (ids.length === 0) return 'it must answer for one certificate at least';
      return new Set(ids).size < ids.length ? 'it must answer once for a certificate' : undefined;
    },
  },
  {
    id: 'ocsp-certificate-of-ca',
    cites: 'RFC 6960 §4.1.1, §4.2.2.2',
    requires: 'a response answers for certificates of the CA only',
    check: ({ data: { responses }, responder: { ca } }) =>
      responses.every(({ certId }) => isOfIssuer(certId, ca.tbs))
        ? undefined
        : 'it must answer for certificates of the CA only',
  },
  {
    id: 'ocsp-times',
    cites: 'RFC 6960 §2.4, §4.2.2.1',
    requires: 'thisUpdate is not after producedAt, and before nextUpdate',
    check: ({ data: { responses, producedAt } }) =>
      responses.every(
        ({ thisUpdate, nextUpdate }) =>
          thisUpdate <= producedAt && (!nextUpdate || thisUpdate < nextUpdate),
      )
        ? undefined
        : 'thisUpdate must not be after producedAt, and nextUpdate must be after thisUpdate',
  },
  {
    id: 'ocsp-next-update',
    cites: 'RFC 5019 §2.2.4',
    requires: 'each answer has a nextUpdate',
    check: ({ data: { responses } }) =>
      responses.every(({ nextUpdate }) => nextUpdate) ? undefined : 'nextUpdate must be there',
  },
  {
    id: 'ocsp-revoked',
    cites: 'RFC 5280 §5.3.1',
    requires: 'a revocation is in the past, with a reason that a CRL entry can have or none',
    check: ({ data: { responses, producedAt } }) => {
      const wrong = responses.some(
        ({ status }) =>
          status.kind === 'revoked' && (status.at > producedAt || !isReason(status.reason)),
      );
      return wrong
        ? 'a revocation must lie in the past, and have a reason of a CRL entry or none'
        : undefined;
    },
  },
  {
    id: 'ocsp-nonce',
    cites: 'RFC 9654 §2.1',
    requires: 'a nonce has 1 to 128 octets',
    check: ({ data: { extensions } }) => {
      const nonce = parseNonce(extensions);
      return !nonce || isSoundNonce(nonce) ? undefined : 'a nonce must have 1 to 128 octets';
    },
  },
  {
    id: 'ocsp-extensions',
    cites: 'RFC 5280 §4.2, RFC 6960 §4.4',
    requires: 'no extension is critical or there twice',
    check: ({ data: { extensions, responses } }) => {
      const lists = [extensions, ...responses.map((one) => one.extensions)];
      if (lists.some((list) => list.some(({ critical }) => critical))) {
        return 'an extension must not be critical';
      }
      const repeated = lists.some((list) => new Set(list.map(({ oid }) => oid)).size < list.length);
      return repeated ? 'an extension must not be there twice' : undefined;
    },
  },
];

/** `unspecified` is left out, 7 is not used, removeFromCRL is of delta CRLs, 10 of attributes. */
const isReason = (reason: number | undefined): boolean =>
  reason === undefined || [1, 2, 3, 4, 5, 6, 9].includes(reason);
