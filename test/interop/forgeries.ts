import type { Signer } from '../../src/signers/signer.ts';
import { encodeCertificate, encodeTbs, parseCertificate } from '../../src/x509/certificate.ts';
import { EXTENSION_OID } from '../../src/x509/extensions.ts';

/** The DNS name in the certificates to be judged, and one as long that takes its place. */
export const DNS_NAME = 'server.example.com';
const OTHER_NAME = 'server.example.org';

/**
 * Copies of a certificate that nobody may accept: for another server, and with a bit turned over
 * in the first and in the last octet of the signature, which of a composite are in different halves.
 */
export function forgeries(der: Uint8Array): readonly Uint8Array[] {
  const { tbsDer, signatureAlgorithm, signature } = parseCertificate(der);
  const name = Buffer.from(tbsDer).toString('latin1').replaceAll(DNS_NAME, OTHER_NAME);
  return [
    encodeCertificate(Buffer.from(name, 'latin1'), signatureAlgorithm, signature),
    encodeCertificate(tbsDer, signatureAlgorithm, turned(signature, 0)),
    encodeCertificate(tbsDer, signatureAlgorithm, turned(signature, signature.length - 1)),
  ];
}

/**
 * What somebody makes who has the classical key but not the ML-DSA key: the alternative signature
 * is wrong, and the classical one over it is right. Who notices verifies the alternative signature.
 */
export async function classicalForgery(der: Uint8Array, classical: Signer): Promise<Uint8Array> {
  const { tbs, signatureAlgorithm } = parseCertificate(der);
  const found = tbs.extensions.find(({ oid }) => oid === EXTENSION_OID.altSignatureValue);
  if (!found) throw new Error('the certificate has no alternative signature');
  const wrong = { ...found, value: turned(found.value, found.value.length - 1) };
  const extensions = tbs.extensions.map((extension) => (extension === found ? wrong : extension));
  const tbsDer = encodeTbs({ ...tbs, extensions });
  return encodeCertificate(tbsDer, signatureAlgorithm, await classical.sign(tbsDer));
}

/** A copy with the lowest bit of one octet turned over. */
function turned(octets: Uint8Array, position: number): Uint8Array {
  const copy = Uint8Array.from(octets);
  copy[position] = (copy[position] ?? 0) ^ 1;
  return copy;
}
