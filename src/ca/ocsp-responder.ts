import { type Verdict, verifySignature } from '../algorithms/verify.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { Issuer } from './issuer.ts';

/** Who answers for a CA: the CA itself, or somebody whom it has certified for that. */
export interface OcspResponder {
  /** Of the CA whose certificates are asked about. */
  readonly ca: Certificate;
  /** Of whose key signs. */
  readonly certificate: Certificate;
  readonly delegated: boolean;
  /** Why the CA has not signed the certificate of a delegated responder; undefined if it has. */
  readonly stranger: Verdict;
  /**
   * The key that signs. It has no alternative: X.509 has alternative signatures in certificates,
   * CRLs and attribute certificates only (clause 9.8.3).
   */
  readonly signing: Issuer;
  /** Certificates that are sent along, DER: a delegated responder's, which nobody else has. */
  readonly certificates: readonly Uint8Array[];
}

/** The CA answers with its own key. */
export function ownResponder(issuer: Issuer): OcspResponder {
  const ca = certificateOf(issuer);
  const signing = withoutAlternative(issuer);
  const own = { ca, certificate: ca, delegated: false, stranger: undefined };
  return { ...own, signing, certificates: [] };
}

/** A delegated responder (RFC 6960 §2.6); whether it may be one, the lints say. */
export async function delegatedResponder(ca: Certificate, by: Issuer): Promise<OcspResponder> {
  const certificate = certificateOf(by);
  const { tbsDer, signatureAlgorithm, signature, der } = certificate;
  const stranger = await verifySignature({
    spki: ca.tbs.publicKey,
    identifier: signatureAlgorithm,
    message: tbsDer,
    signature,
  });
  const signing = withoutAlternative(by);
  return { ca, certificate, delegated: true, stranger, signing, certificates: [der] };
}

function certificateOf({ certificate }: Issuer): Certificate {
  if (!certificate) throw new TypeError('an OCSP responder without a certificate');
  return certificate;
}

const withoutAlternative = (issuer: Issuer): Issuer => ({
  ...issuer,
  alternative: undefined,
  open: async () => ({ ...(await issuer.open()), alternative: undefined }),
});
