import { obsoleteSignature } from '../algorithms/obsolete.ts';
import {
  checkSignature,
  type SignatureCheck,
  type SignedOctets,
  type Verdict,
} from '../algorithms/verify.ts';
import { DerError } from '../der/reader.ts';
import type { Certificate } from './certificate.ts';
import type { CertificationRequest } from './csr.ts';
import { alternativeSignature } from './csr-alternative.ts';
import { type CsrSigner, csrSigner } from './csr-signer.ts';
import { isNamedBy, issuerAndSerialText } from './issuer-and-serial.ts';
import { relatedCertRequestOf, verifyRelatedCertRequest } from './related-cert-request.ts';

/** One thing that a request has to prove. */
export interface CsrProof {
  readonly what: 'signature' | 'alternative signature' | 'related certificate';
  /** The signatures that were checked; of a composite, each half. Empty if none could be. */
  readonly checks: readonly SignatureCheck[];
  /** Why it is not proven; undefined if it is. */
  readonly problem: Verdict;
}

/** Certificates that a request refers to, and need not hold. */
export interface CsrCompanions {
  /** Of RFC 9763. */
  readonly related?: Certificate;
  /** Of the key that signed the request (RFC 9883). */
  readonly signer?: Certificate;
}

/** Every proof that a request has to give; throws DerError for attributes that are malformed. */
export async function csrProofs(
  csr: CertificationRequest,
  { related, signer }: CsrCompanions,
): Promise<readonly CsrProof[]> {
  const proofs = [
    await signatureProof(csrSigner(csr, signer)),
    await alternativeProof(csr),
    await relatedProof(csr, related),
  ];
  return proofs.filter((proof) => proof !== undefined);
}

/** That the signer of the request has the key that it has to be signed with. */
export const signatureProof = async (signer: CsrSigner): Promise<CsrProof> =>
  signer.problem === undefined
    ? { what: 'signature', ...(await checked(signer.signed)) }
    : { what: 'signature', checks: [], problem: signer.problem };

/** That the requester has the alternative key as well; undefined if there is none. */
export async function alternativeProof(csr: CertificationRequest): Promise<CsrProof | undefined> {
  const what = 'alternative signature';
  try {
    const signed = alternativeSignature(csr);
    return signed && { what, ...(await checked(signed)) };
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return { what, checks: [], problem: error.message };
  }
}

/** That the requester has the key of the related certificate; undefined if there is none. */
async function relatedProof(
  csr: CertificationRequest,
  certificate: Certificate | undefined,
): Promise<CsrProof | undefined> {
  const request = relatedCertRequestOf(csr);
  if (!request) return undefined;
  const failed = (problem: string): CsrProof => ({
    what: 'related certificate',
    checks: [],
    problem,
  });
  const named = issuerAndSerialText(request.certID);
  if (!certificate) return failed(`the related certificate is not there: ${named}`);
  if (!isNamedBy(certificate, request.certID)) {
    return failed(`the certificate given is not the one that it refers to: ${named}`);
  }
  const check = await verifyRelatedCertRequest(request, certificate);
  return { what: 'related certificate', checks: [check], problem: check.problem };
}

/** What was made by an algorithm of the past is called by its name. */
async function checked(signed: SignedOctets): Promise<Omit<CsrProof, 'what'>> {
  const checks = await checkSignature(signed);
  const found = checks.find(({ problem }) => problem !== undefined)?.problem;
  return { checks, problem: found && ((await obsoleteSignature(signed)) ?? found) };
}
