import { describeKey, keyUse } from '../algorithms/spki.ts';
import type { SignedOctets } from '../algorithms/verify.ts';
import type { Certificate } from './certificate.ts';
import type { CertificationRequest } from './csr.ts';
import { isNamedBy, issuerAndSerialText } from './issuer-and-serial.ts';
import { possessionStatementOf } from './possession-statement.ts';

/** Whose signature a request has, or why that cannot be known. */
export type CsrSigner =
  | {
      readonly signed: SignedOctets;
      /** Of the key that signed, where that is not the key of the request (RFC 9883). */
      readonly certificate?: Certificate;
      readonly problem?: never;
    }
  | {
      readonly problem: string;
      readonly reason: 'no statement' | 'needless statement' | 'no certificate' | 'another one';
    };

/**
 * Finds the key that a request has to be signed with: its own or, where that cannot sign, the key
 * of the certificate that its statement of possession names. `given` is that certificate, for a
 * request that does not hold it. Throws DerError for a malformed key or statement.
 */
export function csrSigner(csr: CertificationRequest, given?: Certificate): CsrSigner {
  const { signed, publicKey } = csr;
  const statement = possessionStatementOf(csr);
  const own = keyUse(publicKey) !== 'encryption';
  if (!statement) {
    if (own) return { signed };
    const problem = `its ${describeKey(publicKey)} key cannot sign a request`;
    return { problem, reason: 'no statement' };
  }
  if (own) {
    const problem = `its statement of possession is for a key for ML-KEM, not for ${describeKey(publicKey)}`;
    return { problem, reason: 'needless statement' };
  }
  const certificate = given ?? statement.certificate;
  if (!certificate) {
    const named = issuerAndSerialText(statement.signer);
    const problem = `the certificate of its signer is not there: ${named}`;
    return { problem, reason: 'no certificate' };
  }
  if (!isNamedBy(certificate, statement.signer)) {
    const problem = 'the certificate of its signer is not the one that its statement names';
    return { problem, reason: 'another one' };
  }
  return { signed: { ...signed, spki: certificate.tbs.publicKey }, certificate };
}
