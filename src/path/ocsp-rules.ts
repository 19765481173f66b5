import { timeText } from '../der/time.ts';
import { serialText } from '../x509/certificate.ts';
import { EXTENSION_OID } from '../x509/extensions.ts';
import { type CertId, isOfIssuer } from '../x509/ocsp-cert-id.ts';
import type { SingleResponse } from '../x509/ocsp-data.ts';
import { parseNonce } from '../x509/ocsp-nonce.ts';
import type { ExaminedResponse } from './ocsp-evidence.ts';

/** One row, one requirement that a response has to meet before somebody relies on it. */
export interface OcspRule {
  readonly id: string;
  readonly cites: string;
  /** What is wrong, in words, or undefined; throwing a DerError is a finding as well. */
  readonly check: (examined: ExaminedResponse) => string | undefined;
}

/** Extensions that a delegated responder's certificate may have critical. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  EXTENSION_OID.keyUsage,
  EXTENSION_OID.extKeyUsage,
  EXTENSION_OID.basicConstraints,
  EXTENSION_OID.subjectAltName,
  EXTENSION_OID.ocspNoCheck,
]);

/** The answer about the certificate that is asked about; of several, one that says revoked. */
export const answerAbout = ({
  certificate,
  data,
  issuer,
}: Pick<ExaminedResponse, 'certificate' | 'data' | 'issuer'>): SingleResponse | undefined => {
  const answers = data.responses.filter(
    ({ certId }) =>
      certId.serialNumber === certificate?.tbs.serialNumber && isOfIssuer(certId, issuer.tbs),
  );
  return answers.find(({ status }) => status.kind === 'revoked') ?? answers[0];
};

/** The answers that somebody relies upon: what else is in the response may have run out. */
function reliedUpon({ certificate, request, data, issuer }: ExaminedResponse) {
  const isAbout = ({ certId }: SingleResponse) =>
    certId.serialNumber === certificate?.tbs.serialNumber && isOfIssuer(certId, issuer.tbs);
  return certificate && !request ? data.responses.filter(isAbout) : data.responses;
}

const delegate = ({ delegated, responder }: ExaminedResponse) =>
  delegated ? responder : undefined;

/** Every requirement that a response has to meet, before what it tells counts. */
export const RELIANCE_RULES: readonly OcspRule[] = [
  {
    id: 'responder',
    cites: 'RFC 6960 §4.2.2.2, §4.2.2.3',
    check: ({ responder }) =>
      responder
        ? undefined
        : 'neither the issuer nor a certificate in the response is the responder that it names',
  },
  {
    id: 'signature',
    cites: 'RFC 6960 §3.2',
    check: ({ signature }) => signature,
  },
  {
    id: 'responder-issued-by-ca',
    cites: 'RFC 6960 §4.2.2.2',
    check: ({ delegated, responder, ca, delegation }) => {
      if (!delegated || !responder) return undefined;
      if (responder.issuerKey !== ca.subjectKey) {
        return `the certificate of the responder was issued by ${responder.issuer}, not by the issuer itself`;
      }
      return (
        delegation && `the issuer has not signed the certificate of the responder: ${delegation}`
      );
    },
  },
  {
    id: 'responder-certificate',
    cites: 'RFC 5280 §4.1',
    check: (examined) => {
      const malformed = delegate(examined)?.malformed;
      return malformed && `the certificate of the responder is malformed: ${malformed}`;
    },
  },
  {
    id: 'responder-purpose',
    cites: 'RFC 6960 §4.2.2.2',
    check: (examined) => {
      const found = delegate(examined);
      if (!found || found.extensions.extKeyUsage?.includes('ocspSigning')) return undefined;
      return 'the certificate of the responder has not the extended key usage ocspSigning';
    },
  },
  {
    id: 'responder-key-usage',
    cites: 'RFC 5280 §4.2.1.3',
    check: ({ responder }) => {
      const usage = responder?.extensions.keyUsage;
      const allowed = !usage || usage.includes('digitalSignature');
      return allowed ? undefined : 'the key usage of the responder has no digitalSignature';
    },
  },
  {
    id: 'responder-extensions',
    cites: 'RFC 5280 §4.2',
    check: (examined) => {
      const extensions = delegate(examined)?.certificate.tbs.extensions ?? [];
      const unknown = extensions.find(({ critical, oid }) => critical && !UNDERSTOOD.has(oid));
      return (
        unknown &&
        `the certificate of the responder has an unknown critical extension, ${unknown.oid}`
      );
    },
  },
  {
    id: 'responder-validity',
    cites: 'RFC 5280 §6.1.3',
    check: ({ responder, at }) => {
      if (!responder) return undefined;
      const { notBefore, notAfter } = responder.certificate.tbs;
      if (at >= notBefore && at <= notAfter) return undefined;
      return `the certificate of the responder is valid from ${timeText(notBefore)} until ${timeText(notAfter)}`;
    },
  },
  {
    id: 'certificate-ids',
    cites: 'RFC 6960 §3.2, §4.1.1',
    check: ({ data, issuer }) => {
      if (data.responses.length === 0) return 'it tells of no certificate';
      const other = data.responses.find(({ certId }) => !isOfIssuer(certId, issuer.tbs));
      return (
        other &&
        `it tells of a certificate of another issuer, ${serialText(other.certId.serialNumber)}`
      );
    },
  },
  {
    id: 'certificate',
    cites: 'RFC 6960 §3.2',
    check: (examined) => {
      const { certificate } = examined;
      if (!certificate || answerAbout(examined)) return undefined;
      return `it does not tell of the certificate ${serialText(certificate.tbs.serialNumber)}`;
    },
  },
  {
    id: 'request',
    cites: 'RFC 6960 §3.2',
    check: ({ request, data }) => {
      const answered = data.responses.map(({ certId }) => comparable(certId));
      const missing = request?.requests.find(
        ({ certId }) => !answered.includes(comparable(certId)),
      );
      return (
        missing &&
        `it does not tell of ${serialText(missing.certId.serialNumber)}, which was asked about`
      );
    },
  },
  {
    id: 'nonce',
    cites: 'RFC 9654 §2.1',
    check: ({ request, data }) => {
      const [asked, found] = [parseNonce(request?.extensions ?? []), parseNonce(data.extensions)];
      if (!asked || !found || Buffer.compare(asked, found) === 0) return undefined;
      return 'its nonce is not that of the request: it answers another one';
    },
  },
  {
    id: 'extensions',
    cites: 'RFC 6960 §4.4',
    check: (examined) => {
      const singles = reliedUpon(examined).flatMap((single) => single.extensions);
      const all = [...examined.data.extensions, ...singles];
      const unknown = all.find(({ critical, oid }) => critical && oid !== EXTENSION_OID.ocspNonce);
      return unknown && `it has an unknown critical extension, ${unknown.oid}`;
    },
  },
  {
    id: 'this-update',
    cites: 'RFC 6960 §3.2, §4.2.2.1',
    check: (examined) => {
      const { at } = examined;
      const early = reliedUpon(examined).find(({ thisUpdate }) => thisUpdate > at);
      return early && `it holds from ${timeText(early.thisUpdate)}, not yet at ${timeText(at)}`;
    },
  },
  {
    id: 'next-update',
    cites: 'RFC 6960 §3.2, §4.2.2.1',
    check: (examined) => {
      const { at } = examined;
      const late = reliedUpon(examined).find(({ nextUpdate }) => nextUpdate && nextUpdate < at);
      return (
        late?.nextUpdate &&
        `it held until ${timeText(late.nextUpdate)}, no longer at ${timeText(at)}`
      );
    },
  },
];

/** What a CertID says; responders may write the parameters of its hash function otherwise. */
const comparable = ({ hash, der, issuerNameHash, issuerKeyHash, serialNumber }: CertId): string =>
  hash === undefined
    ? Buffer.from(der).toString('hex')
    : [
        hash,
        ...[issuerNameHash, issuerKeyHash].map((one) => Buffer.from(one).toString('hex')),
        serialNumber,
      ].join(' ');
