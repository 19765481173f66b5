import { type Verdict, verifySignature } from '../algorithms/verify.ts';
import { altSignature, preTbs } from '../x509/alternative.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { Crl } from '../x509/crl.ts';
import { knownExtensions } from '../x509/extensions.ts';

/** Why a certificate or a CRL is not signed by each key of a CA; undefined if it is. Throws DerError. */
export async function issuedVerdict(
  { tbs, tbsDer, signatureAlgorithm: identifier, signature }: Certificate | Crl,
  ca: Pick<Certificate, 'tbs'>,
): Promise<Verdict> {
  const spki = ca.tbs.publicKey;
  const problem = await verifySignature({ spki, identifier, message: tbsDer, signature });
  const altKey = knownExtensions(ca.tbs.extensions).subjectAltPublicKeyInfo;
  if (problem !== undefined || !altKey) return problem;
  const { altSignatureAlgorithm } = knownExtensions(tbs.extensions);
  const alternative = altSignatureAlgorithm && altSignature(tbsDer);
  if (!alternative) return 'its alternative signature is missing';
  return verifySignature({
    spki: altKey,
    identifier: altSignatureAlgorithm,
    message: preTbs(tbsDer),
    signature: alternative,
  });
}
