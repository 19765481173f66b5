import { timeText } from '../der/time.ts';
import { PkiError } from '../errors.ts';
import { type Certificate, parseCertificate } from '../x509/certificate.ts';
import { knownExtensions } from '../x509/extensions.ts';
import { type GeneralName, generalNameText } from '../x509/general-names.ts';
import { type NameAttribute, nameText, parseName } from '../x509/names.ts';
import { comparable } from './draft-names.ts';
import type { CertificateRequest } from './request.ts';
import { unknownSerial } from './revoke.ts';
import type { CertificateRecord } from './store.ts';

declare const renewable: unique symbol; // has no value: exists in the type system only

/**
 * A good certificate of this CA as its store has it, so that whose key it is was proven when it was
 * issued. Only {@link mustBeRenewable} makes one.
 */
export interface RenewableCertificate {
  readonly [renewable]: true;
  readonly certificate: Certificate;
  readonly serial: string;
  /** Name of the profile that it was issued under. */
  readonly profile: string;
  readonly subject: readonly NameAttribute[];
  readonly subjectAltName: readonly GeneralName[];
}

/** Throws USAGE for what was not issued, POLICY for what is revoked or the certificate of a CA. */
export function mustBeRenewable(
  record: CertificateRecord | undefined,
  serial: string,
  own: Certificate,
): RenewableCertificate {
  const der = issuedDer(record, serial);
  mustNotBeRevoked(record, serial);
  const certificate = parseCertificate(der);
  const extensions = knownExtensions(certificate.tbs.extensions);
  if (Buffer.compare(der, own.der) === 0) throw ofThisCa();
  if (extensions.basicConstraints?.ca) throw ofACa(serial);
  const subject = parseName(certificate.tbs.subject);
  const { subjectAltName = [] } = extensions;
  const profile = record?.profile;
  return { certificate, serial, profile, subject, subjectAltName } as RenewableCertificate; // only here
}

function issuedDer(record: CertificateRecord | undefined, serial: string): Uint8Array {
  if (!record) throw unknownSerial(serial);
  if (record.der) return record.der;
  const what = record.status === 'intent' ? 'the issuance was interrupted' : 'it failed';
  throw new PkiError(
    'USAGE',
    `no certificate was issued under the serial number ${serial}: ${what}`,
    {
      hints: ['issue one with "pki issue"'],
    },
  );
}

function mustNotBeRevoked(record: CertificateRecord | undefined, serial: string): void {
  const revocation = record?.revocation;
  if (!revocation) return;
  const { reason, at } = revocation;
  throw new PkiError('POLICY', `certificate ${serial} is revoked (${reason}, ${timeText(at)})`, {
    hints: [
      reason === 'certificateHold'
        ? 'end the hold with "pki revoke --release" first'
        : 'issue a certificate for a new key with "pki issue"',
    ],
  });
}

const ofThisCa = (): PkiError =>
  new PkiError('POLICY', 'a CA does not renew its own certificate like those that it issues', {
    hints: ['"pki rekey-ca" makes a new one'],
  });

const ofACa = (serial: string): PkiError =>
  new PkiError('POLICY', `certificate ${serial} is that of a CA`, {
    hints: ['"pki cross-sign" certifies its key again, which that CA has to prove to have'],
  });

/**
 * The request, for the names of the certificate that it is to renew. It may leave them out, but not
 * ask for others; throws POLICY with each difference. `csr` is what errors call it.
 */
export function withNamesOf(
  { subject, subjectAltName }: RenewableCertificate,
  request: CertificateRequest,
  csr: string,
): CertificateRequest {
  const problems = [
    ...subjectProblems(subject, request.subject),
    ...altNameProblems(subjectAltName, request),
  ];
  if (problems.length === 0) return { ...request, subject, subjectAltName };
  throw new PkiError('POLICY', `${csr} asks for other names than the certificate has`, {
    hints: problems,
  });
}

function subjectProblems(
  wanted: readonly NameAttribute[],
  asked: readonly NameAttribute[],
): readonly string[] {
  const [own, found] = [nameText(wanted), nameText(asked)];
  return asked.length === 0 || own === found
    ? []
    : [`its subject is ${found}, and that of the certificate ${own}`];
}

/** The common name of a request is a name of a TLS server too, without being listed. */
function altNameProblems(
  own: readonly GeneralName[],
  { subject, subjectAltName: asked }: CertificateRequest,
): readonly string[] {
  if (asked.length === 0) return [];
  const missingFrom = (names: readonly GeneralName[]) => {
    const known = names.map(comparable);
    return (name: GeneralName) => !known.includes(comparable(name));
  };
  const isNamed = ({ value }: GeneralName) =>
    subject.some((attribute) => attribute.type === 'CN' && attribute.value === value);
  return [
    ...asked
      .filter(missingFrom(own))
      .map((name) => `the certificate has no ${generalNameText(name)}`),
    ...own
      .filter(missingFrom(asked))
      .filter((name) => !isNamed(name))
      .map((name) => `it leaves ${generalNameText(name)} out`),
  ];
}
