import { algorithmNamed } from '../../src/algorithms/registry.ts';
import { encodeSpki } from '../../src/algorithms/spki.ts';
import { bitString, sequence, TAG, tlv } from '../../src/der/writer.ts';
import { encodeCertificate, encodeTbs, type TbsCertificate } from '../../src/x509/certificate.ts';
import { encodeName } from '../../src/x509/names.ts';

/** SubjectPublicKeyInfo of a P-256 key that is on no curve; nobody looks. */
export const P256_KEY = encodeSpki(algorithmNamed('ecdsa-p256'), new Uint8Array(65));

/** A certificate with whatever parts are given, in DER; its signature is 70 zeros. */
export function madeCertificate(
  parts: Partial<TbsCertificate>,
  signature: Uint8Array = new Uint8Array(70),
): Uint8Array {
  const tbs: TbsCertificate = {
    serialNumber: 7n,
    signature: algorithmNamed('ecdsa-p256').identifier,
    issuer: encodeName([{ type: 'CN', value: 'Issuer' }]),
    notBefore: new Date('2030-01-01T00:00:00Z'),
    notAfter: new Date('2031-01-01T00:00:00Z'),
    subject: encodeName([{ type: 'CN', value: 'Subject' }]),
    publicKey: P256_KEY,
    extensions: [{ oid: '1.2.3', critical: false, value: tlv(TAG.null) }],
    ...parts,
  };
  return encodeCertificate(encodeTbs(tbs), tbs.signature, signature);
}

/** An extension that is not critical. */
export const extension = (oid: string, value: Uint8Array) => ({ oid, critical: false, value });

/** SubjectPublicKeyInfo with a key under any AlgorithmIdentifier. */
export const anyKey = (identifier: Uint8Array, publicKey: Uint8Array): Uint8Array =>
  sequence(identifier, bitString(publicKey));
