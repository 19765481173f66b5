import { enterDer } from '../../der/reader.ts';
import { sha256Text } from '../../der/sha256.ts';
import { timeText } from '../../der/time.ts';
import { PkiError } from '../../errors.ts';
import { EXTENSION_OID } from '../../x509/extensions.ts';
import { nameText, parseName } from '../../x509/names.ts';
import * as x509 from '../../x509/peculiar.ts';
import type { CertificateSummary } from '../present.ts';
import {
  type AlgorithmDescription,
  type AlgorithmRole,
  describePublicKey,
  describeSigning,
} from './describe-algorithm.ts';
import {
  altSignature,
  describeExtension,
  type ExtensionDescription,
  understood,
} from './describe-extension.ts';
import { type CaKeys, keyPlaces } from './describe-places.ts';

/** Anybody's certificate in words; read with @peculiar/x509, which takes what others write. */
export interface CertificateDescription extends CertificateSummary {
  readonly signature: string;
  /** With an alternative key or signature (ITU-T X.509 clause 9.8, Catalyst). */
  readonly alternativeKey?: string;
  readonly alternativeSignature?: string;
  /** The same four, as far as they are there, with all that is known of them. */
  readonly algorithms: readonly AlgorithmDescription[];
  readonly extensions: readonly ExtensionDescription[];
}

/**
 * Throws USAGE for what cannot be read as a certificate; `name` is for that error. `ca` knows where
 * its own keys are.
 */
export function describeCertificate(
  der: Uint8Array,
  name: string,
  ca?: CaKeys,
): CertificateDescription {
  try {
    return described(Uint8Array.from(der), ca);
  } catch (error) {
    throw new PkiError('USAGE', `${name} is not a certificate`, {
      hints: ['it has to be X.509, in PEM or DER'],
      cause: error,
    });
  }
}

function described(octets: Uint8Array<ArrayBuffer>, ca?: CaKeys): CertificateDescription {
  const certificate = new x509.X509Certificate(octets);
  const base = {
    subject: nameText(parseName(new Uint8Array(certificate.subjectName.toArrayBuffer()))),
    issuer: nameText(parseName(new Uint8Array(certificate.issuerName.toArrayBuffer()))),
    notBefore: timeText(certificate.notBefore),
    notAfter: timeText(certificate.notAfter),
  };
  const { identifier, signature } = signatureOf(octets);
  const spki = new Uint8Array(certificate.publicKey.rawData);
  const algorithms = [
    describePublicKey('key', spki, keyPlaces(ca, spki)),
    describeSigning('signature', identifier, signature),
    ...alternatives(certificate, ca),
  ];
  const named = (role: AlgorithmRole) => algorithms.find((item) => item.role === role)?.name;
  const [alternativeKey, alternativeSignature] = [
    named('alternative key'),
    named('alternative signature'),
  ];
  return {
    serial: certificate.serialNumber,
    ...base,
    key: named('key') ?? '',
    signature: named('signature') ?? '',
    ...(alternativeKey !== undefined && { alternativeKey }),
    ...(alternativeSignature !== undefined && { alternativeSignature }),
    fingerprint: sha256Text(octets),
    algorithms,
    extensions: certificate.extensions.map((extension) =>
      describeExtension(extension, { ...base, signatureIdentifier: identifier }),
    ),
  };
}

/** AlgorithmIdentifier of the signature, and the signature without its BIT STRING. */
function signatureOf(certificate: Uint8Array): { identifier: Uint8Array; signature: Uint8Array } {
  const reader = enterDer(certificate);
  reader.read();
  const identifier = reader.read().octets;
  return { identifier, signature: reader.read().contents.subarray(1) };
}

/** What can be read of the extensions of ITU-T X.509 clause 9.8. */
function alternatives(
  certificate: x509.X509Certificate,
  ca: CaKeys | undefined,
): readonly AlgorithmDescription[] {
  const read = <Result>(oid: string, reader: (value: Uint8Array) => Result) => {
    const value = certificate.getExtension(oid)?.value;
    return value && understood(() => reader(new Uint8Array(value)));
  };
  const key = read(EXTENSION_OID.subjectAltPublicKeyInfo, (spki) =>
    describePublicKey('alternative key', spki, keyPlaces(ca, spki)),
  );
  const value = read(EXTENSION_OID.altSignatureValue, altSignature) ?? new Uint8Array(0);
  const signature = read(EXTENSION_OID.altSignatureAlgorithm, (identifier) =>
    describeSigning('alternative signature', identifier, value),
  );
  return [key, signature].filter((found) => found !== undefined);
}
