import { timeText } from '../der/time.ts';
import { PkiError } from '../errors.ts';
import type { Certificate } from '../x509/certificate.ts';
import { knownExtensions } from '../x509/extensions.ts';
import { isNamedBy, issuerAndSerialText } from '../x509/issuer-and-serial.ts';
import { type RelatedCertRequest, verifyRelatedCertRequest } from '../x509/related-cert-request.ts';
import {
  mustBeTrusted,
  type ReferredCertificate,
  type TrustedWorld,
} from './referred-certificate.ts';

/**
 * How old a request for a related certificate may be, and how far its clock may be ahead, in
 * milliseconds. RFC 9763 §3.2 wants it "sufficiently fresh" and leaves the rest to the CA: requests
 * are carried to offline CAs, but not kept for later. The proof names no new key, so that within
 * this time whoever sees it could repeat it in a request of their own.
 */
const MAX_AGE = 24 * 3_600_000;
const MAX_AHEAD = 5 * 60_000;

/** What checking the attribute of a request takes; `csr` is its name for errors. */
interface RelatedInput {
  readonly csr: string;
  readonly asked: RelatedCertRequest | undefined;
  readonly given: ReferredCertificate | undefined;
  readonly world: TrustedWorld;
}

/**
 * The related certificate whose key the requester has proven to hold as well (RFC 9763 §3.2);
 * undefined if none is asked for. The RFC has the CA fetch it; ours is offline, and given it.
 */
export async function provenRelated({
  csr,
  asked,
  given,
  world,
}: RelatedInput): Promise<Certificate | undefined> {
  if (!asked) {
    if (given) throw nothingProven(csr, given.name);
    return undefined;
  }
  if (!given) throw notGiven(csr, asked);
  const { certificate, name } = given;
  if (!isNamedBy(certificate, asked.certID)) {
    const named = issuerAndSerialText(asked.certID);
    throw new PkiError('POLICY', `${name} is not the certificate that ${csr} refers to: ${named}`);
  }
  mustBeFresh(csr, asked, world.now);
  const { problem } = await verifyRelatedCertRequest(asked, certificate);
  if (problem !== undefined) {
    throw new PkiError(
      'POLICY',
      `${csr} does not prove possession of the key of ${name}: ${problem}`,
    );
  }
  if (knownExtensions(certificate.tbs.extensions).basicConstraints?.ca) {
    throw new PkiError('POLICY', `${name} is the certificate of a CA`, {
      hints: ['related certificates are those of end entities (RFC 9763 §4.1)'],
    });
  }
  await mustBeTrusted(given, world);
  return certificate;
}

const nothingProven = (csr: string, related: string): PkiError =>
  new PkiError('POLICY', `${csr} does not prove possession of the key of ${related}`, {
    hints: [
      'make the request with "pki csr create --related-cert FILE --related-key KEY" (RFC 9763 §3.1)',
    ],
  });

const notGiven = (csr: string, { certID }: RelatedCertRequest): PkiError =>
  new PkiError('USAGE', `${csr} refers to a related certificate: ${issuerAndSerialText(certID)}`, {
    hints: ['give that certificate with --related: nothing is fetched from the network'],
  });

function mustBeFresh(csr: string, { requestTime }: RelatedCertRequest, now: Date): void {
  const age = now.getTime() - requestTime.getTime();
  if (age <= MAX_AGE && age >= -MAX_AHEAD) return;
  const problem = age > 0 ? 'older than 24 hours' : 'more than 5 minutes ahead';
  throw new PkiError(
    'POLICY',
    `the proof for the related certificate in ${csr} is ${problem}: ${timeText(requestTime)}`,
    { hints: ['make the request anew (RFC 9763 §3.2)'] },
  );
}
