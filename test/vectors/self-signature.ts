import type { PostQuantumEngine } from '../../src/algorithms/post-quantum.ts';
import { type Verdict, verifySignature } from '../../src/algorithms/verify.ts';
import type { Certificate } from '../../src/x509/certificate.ts';

/** Whether a certificate holds under the key that is in it. */
export const selfSignatureVerdict = (
  certificate: Certificate,
  engine?: PostQuantumEngine,
): Promise<Verdict> =>
  verifySignature(
    {
      spki: certificate.tbs.publicKey,
      identifier: certificate.signatureAlgorithm,
      message: certificate.tbsDer,
      signature: certificate.signature,
    },
    engine,
  );
