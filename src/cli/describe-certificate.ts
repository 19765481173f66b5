import 'reflect-metadata'; // @peculiar/x509 needs it to be there first
import { createHash } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { describeKey, describeSignature } from '../algorithms/spki.ts';
import { enterDer } from '../der/reader.ts';
import { timeText } from '../der/time.ts';
import { PkiError } from '../errors.ts';
import { EXTENSION_OID } from '../x509/extensions.ts';
import { nameText, parseName } from '../x509/names.ts';
import { type CertificateSummary, table } from './present.ts';
import { printable } from './printable.ts';

/** Anybody's certificate in words; read with @peculiar/x509, which takes what others write. */
export interface CertificateDescription extends CertificateSummary {
  readonly signature: string;
  /** With an alternative key or signature (ITU-T X.509 clause 9.8, Catalyst). */
  readonly alternativeKey?: string;
  readonly alternativeSignature?: string;
  readonly extensions: readonly ExtensionDescription[];
}

interface ExtensionDescription {
  readonly oid: string;
  readonly name: string;
  readonly critical: boolean;
  readonly value: readonly string[];
}

/** Throws USAGE for what cannot be read as a certificate; `name` is for that error. */
export function describeCertificate(der: Uint8Array, name: string): CertificateDescription {
  try {
    return described(Uint8Array.from(der));
  } catch (error) {
    throw new PkiError('USAGE', `${name} is not a certificate`, {
      hints: ['it has to be X.509, in PEM or DER'],
      cause: error,
    });
  }
}

function described(octets: Uint8Array<ArrayBuffer>): CertificateDescription {
  const certificate = new x509.X509Certificate(octets);
  const extension = (oid: string) => certificate.getExtension(oid)?.value;
  const alternativeKey = extension(EXTENSION_OID.subjectAltPublicKeyInfo);
  const alternativeSignature = extension(EXTENSION_OID.altSignatureAlgorithm);
  return {
    serial: certificate.serialNumber,
    subject: nameText(parseName(new Uint8Array(certificate.subjectName.toArrayBuffer()))),
    issuer: nameText(parseName(new Uint8Array(certificate.issuerName.toArrayBuffer()))),
    notBefore: timeText(certificate.notBefore),
    notAfter: timeText(certificate.notAfter),
    key: describeKey(new Uint8Array(certificate.publicKey.rawData)),
    signature: describeSignature(signatureIdentifier(octets)),
    ...(alternativeKey && { alternativeKey: describeKey(new Uint8Array(alternativeKey)) }),
    ...(alternativeSignature && {
      alternativeSignature: describeSignature(new Uint8Array(alternativeSignature)),
    }),
    extensions: certificate.extensions.map(describeExtension),
    fingerprint: createHash('sha256').update(octets).digest('hex'),
  };
}

function signatureIdentifier(certificate: Uint8Array): Uint8Array {
  const reader = enterDer(certificate);
  reader.read();
  return reader.read().octets;
}

/** Names of extensions that @peculiar/x509 does not know. */
const NAMES: Readonly<Record<string, string>> = {
  [EXTENSION_OID.ocspNoCheck]: 'OCSP No Check',
  [EXTENSION_OID.subjectAltPublicKeyInfo]: 'Subject Alternative Public Key Info',
  [EXTENSION_OID.altSignatureAlgorithm]: 'Alternative Signature Algorithm',
  [EXTENSION_OID.altSignatureValue]: 'Alternative Signature Value',
};

function describeExtension(extension: x509.Extension): ExtensionDescription {
  const { type: oid, critical, value } = extension;
  const text = x509.TextConverter.serialize(extension.toTextObject());
  const [first = '', ...lines] = text.trimEnd().split('\n');
  const known = NAMES[oid];
  return {
    oid,
    name: known ?? first.replace(/:( critical)?$/, ''),
    critical,
    value: known ? [`${value.byteLength} octets`] : lines.map((line) => printable(line.trim())),
  };
}

/** The description in lines, for people. */
export function descriptionText({
  extensions,
  ...fields
}: CertificateDescription & { status?: string; profile?: string }): string {
  const labels: Readonly<Record<string, string | undefined>> = {
    serial: fields.serial,
    status: fields.status,
    profile: fields.profile,
    issuer: fields.issuer,
    'valid from': fields.notBefore,
    'valid until': fields.notAfter,
    key: fields.key,
    signature: fields.signature,
    'alternative key': fields.alternativeKey,
    'alternative signature': fields.alternativeSignature,
    'SHA-256': fields.fingerprint,
  };
  const rows = Object.entries(labels).flatMap(([label, value]) =>
    value === undefined ? [] : [[label, value] as const],
  );
  const described = extensions.flatMap(({ name, critical, value }) => [
    `  ${name}${critical ? ' (critical)' : ''}`,
    ...value.map((line) => `    ${line}`),
  ]);
  return `${fields.subject}\n${table(rows)}${described.join('\n')}\n`;
}
