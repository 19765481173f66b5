import { sha256 } from '../der/sha256.ts';
import { PkiError } from '../errors.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { CertificationRequest } from '../x509/csr.ts';
import { EXTENSION_OID, knownExtensions } from '../x509/extensions.ts';
import type { GeneralName } from '../x509/general-names.ts';
import type { NameAttribute } from '../x509/names.ts';
import { readRequest } from './asked-request.ts';
import { type ExistingEvidence, mustPossessExisting } from './existing-possession.ts';
import type { ReferredCertificate, TrustedWorld } from './referred-certificate.ts';
import type { RenewableCertificate } from './renewal.ts';
import { mustPossess, provenAlternative } from './request-possession.ts';
import { provenRelated } from './request-related.ts';

declare const possessed: unique symbol; // has no value: exists in the type system only

/**
 * A public key whose private key the requester is known to have, and the names that they ask for.
 * Only the functions of this file make one.
 */
export interface CertificateRequest {
  readonly [possessed]: true;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** The same of an alternative key (ITU-T X.509 clause 9.8), which the requester has as well. */
  readonly alternativeKey: Uint8Array | undefined;
  /** Another certificate whose key the requester has as well (RFC 9763). */
  readonly related: Certificate | undefined;
  /**
   * The certificate of a CA that there is already for the key: the new one takes its limits over,
   * and owes it what the rows of EXISTING_RULES say.
   */
  readonly existing: Certificate | undefined;
  /** Name, DER, which is the subject as it stands; then nobody else chooses one. */
  readonly name: Uint8Array | undefined;
  /** By which others refer to the key already, however it was computed. */
  readonly keyIdentifier: Uint8Array | undefined;
  readonly subject: readonly NameAttribute[];
  readonly subjectAltName: readonly GeneralName[];
  /** OIDs of the extensions that are asked for besides subjectAltName. */
  readonly otherExtensions: readonly string[];
  /** OIDs of the attributes that mean nothing to us. */
  readonly otherAttributes: readonly string[];
  /** Whether they want to be a CA; the profile decides. */
  readonly asksForCa: boolean;
  /** SHA-256 of the CertificationRequest, DER; undefined where there is none. */
  readonly requestHash: Uint8Array | undefined;
}

/** Certificates that a request may refer to, and what makes them trustworthy. */
export interface RequestEvidence extends TrustedWorld {
  /** The related certificate (RFC 9763), which nobody fetches from where the request says. */
  readonly related?: ReferredCertificate;
  /** The certificate of another key that signed the request (RFC 9883), if it is not in it. */
  readonly signer?: ReferredCertificate;
}

/** For a key pair that we hold ourselves; it asks for no names of its own unless they are given. */
export const requestForOwnKey = (
  publicKey: Uint8Array,
  names: Partial<Pick<CertificateRequest, 'subject' | 'subjectAltName'>> = {},
): CertificateRequest => {
  const { subject = [], subjectAltName = [] } = names;
  return possession({ ...NOTHING_ELSE, publicKey, subject, subjectAltName });
};

/**
 * For the key of a CA's certificate, under its name as it stands. Throws POLICY unless the
 * certificate itself, being self-signed, or a request proves that its keys are the requester's.
 */
export async function requestForExisting(
  existing: ReferredCertificate,
  evidence: ExistingEvidence,
): Promise<CertificateRequest> {
  await mustPossessExisting(existing, evidence);
  const { certificate } = existing;
  const { csr } = evidence;
  const { publicKey, subject, extensions } = certificate.tbs;
  const known = knownExtensions(extensions);
  return possession({
    ...NOTHING_ELSE,
    publicKey,
    alternativeKey: known.subjectAltPublicKeyInfo,
    existing: certificate,
    name: subject,
    keyIdentifier: known.subjectKeyIdentifier,
    requestHash: csr && hashOf(readRequest(csr.file, csr.name).csr),
  });
}

/** The same request under the name of a CA's certificate, as that stands; nobody else chooses one. */
export function underNameOf({ tbs }: Certificate, request: CertificateRequest): CertificateRequest {
  const sameKey = Buffer.compare(tbs.publicKey, request.publicKey) === 0;
  const { subjectKeyIdentifier } = knownExtensions(tbs.extensions);
  const keyIdentifier = sameKey ? subjectKeyIdentifier : undefined;
  return possession({ ...request, name: tbs.subject, keyIdentifier });
}

/** For the key and the names of a certificate whose key was proven when it was issued. */
export function requestForRenewal(old: RenewableCertificate): CertificateRequest {
  const { subject, subjectAltName, certificate } = old;
  const { publicKey, extensions } = certificate.tbs;
  const alternativeKey = knownExtensions(extensions).subjectAltPublicKeyInfo;
  return possession({ ...NOTHING_ELSE, publicKey, alternativeKey, subject, subjectAltName });
}

const NOTHING_ELSE = {
  alternativeKey: undefined,
  related: undefined,
  existing: undefined,
  name: undefined,
  keyIdentifier: undefined,
  subject: [],
  subjectAltName: [],
  otherExtensions: [],
  otherAttributes: [],
  asksForCa: false,
  requestHash: undefined,
} as const;

const possession = (request: Omit<CertificateRequest, typeof possessed>): CertificateRequest =>
  request as CertificateRequest; // nowhere else is this cast

const hashOf = ({ der }: CertificationRequest): Uint8Array => sha256(der);

/** Nothing is known, and no certificate trusted. */
const NO_EVIDENCE: RequestEvidence = {
  now: new Date(0),
  trust: [],
  issued: async () => undefined,
};

/**
 * Reads a PKCS #10 request, in PEM or DER, and checks each proof that it has to give: of its key, of
 * an alternative key, of the key of a related certificate. `name` is for errors: USAGE for what is
 * no request, POLICY for one that does not prove possession of a key.
 */
export async function verifyRequest(
  file: Uint8Array,
  name: string,
  evidence: RequestEvidence = NO_EVIDENCE,
): Promise<CertificateRequest> {
  const asked = readRequest(file, name);
  const { csr, subject, subjectAltName, otherExtensions, otherAttributes, asksForCa } = asked;
  mustBeIssuable(name, otherExtensions);
  await mustPossess(asked, name, evidence);
  const alternativeKey = await provenAlternative(csr, name);
  const related = await provenRelated({
    csr: name,
    asked: asked.related,
    given: evidence.related,
    world: evidence,
  });
  const { publicKey } = csr;
  const names = { subject, subjectAltName, otherExtensions, otherAttributes, asksForCa };
  return possession({
    ...NOTHING_ELSE,
    publicKey,
    alternativeKey,
    related,
    requestHash: hashOf(csr),
    ...names,
  });
}

/** To leave this extension out would change what the certificate is for. */
function mustBeIssuable(name: string, extensions: readonly string[]): void {
  if (!extensions.includes(EXTENSION_OID.deltaCertificateDescriptor)) return;
  throw new PkiError('POLICY', `${name} asks for a delta certificate (chameleon)`, {
    hints: [
      'they are shown but not issued: draft-bonnell-lamps-chameleon-certs has expired without being adopted, and implementations disagree on its encoding',
    ],
  });
}
