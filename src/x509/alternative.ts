import { enterDer } from '../der/reader.ts';
import { bitString, sequence } from '../der/writer.ts';
import { encodeTbs, parseTbs, type TbsCertificate } from './certificate.ts';
import { EXTENSION_OID, type Extension } from './extensions.ts';

/**
 * Alternative keys and signatures of ITU-T X.509 (10/2019) clause 9.8, known as Catalyst. The
 * standard lets them be critical; ours never are, since verifiers that do not know them would then
 * refuse the certificate.
 */
export const subjectAltPublicKeyInfo = (spki: Uint8Array): Extension => ({
  oid: EXTENSION_OID.subjectAltPublicKeyInfo,
  critical: false,
  value: spki,
});

export const altSignatureAlgorithm = (identifier: Uint8Array): Extension => ({
  oid: EXTENSION_OID.altSignatureAlgorithm,
  critical: false,
  value: identifier,
});

/** The TBS with the alternative signature as its last extension. */
export const withAltSignature = (tbs: TbsCertificate, signature: Uint8Array): TbsCertificate => ({
  ...tbs,
  extensions: [
    ...tbs.extensions,
    { oid: EXTENSION_OID.altSignatureValue, critical: false, value: bitString(signature) },
  ],
});

export const withoutAltSignature = (tbs: TbsCertificate): TbsCertificate => ({
  ...tbs,
  extensions: tbs.extensions.filter(({ oid }) => oid !== EXTENSION_OID.altSignatureValue),
});

/**
 * What the alternative signature covers (clause 7.2.2): the TBSCertificate without `signature`
 * and without the altSignatureValue extension; everything else stays, in its order.
 */
export function preTbs(tbsDer: Uint8Array): Uint8Array {
  const reader = enterDer(encodeTbs(withoutAltSignature(parseTbs(tbsDer))));
  const components: Uint8Array[] = [];
  while (!reader.done) components.push(reader.read().octets);
  return sequence(...components.filter((_, index) => index !== SIGNATURE_INDEX));
}

/** Position of `signature` among the components: after the version and the serial number. */
const SIGNATURE_INDEX = 2;
