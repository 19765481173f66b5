import { PkiError } from '../errors.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { CertificationRequest } from '../x509/csr.ts';
import { alternativeSignature } from '../x509/csr-alternative.ts';
import { alternativeProof } from '../x509/csr-proofs.ts';
import { EXTENSION_OID } from '../x509/extensions.ts';
import type { GeneralName } from '../x509/general-names.ts';
import type { NameAttribute } from '../x509/names.ts';
import { readRequest } from './asked-request.ts';
import type { ReferredCertificate, TrustedWorld } from './referred-certificate.ts';
import { mustPossess } from './request-possession.ts';
import { provenRelated } from './request-related.ts';

declare const possessed: unique symbol; // has no value: exists in the type system only

/**
 * A public key whose private key the requester is known to have, and the names that they ask for.
 * Only {@link verifyRequest} and {@link requestForOwnKey} make one.
 */
export interface CertificateRequest {
  readonly [possessed]: true;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** The same of an alternative key (ITU-T X.509 clause 9.8), which the requester has as well. */
  readonly alternativeKey: Uint8Array | undefined;
  /** Another certificate whose key the requester has as well (RFC 9763). */
  readonly related: Certificate | undefined;
  readonly subject: readonly NameAttribute[];
  readonly subjectAltName: readonly GeneralName[];
  /** OIDs of the extensions that are asked for besides subjectAltName. */
  readonly otherExtensions: readonly string[];
  /** OIDs of the attributes that mean nothing to us. */
  readonly otherAttributes: readonly string[];
  /** Whether they want to be a CA; the profile decides. */
  readonly asksForCa: boolean;
}

/** Certificates that a request may refer to, and what makes them trustworthy. */
export interface RequestEvidence extends TrustedWorld {
  /** The related certificate (RFC 9763), which nobody fetches from where the request says. */
  readonly related?: ReferredCertificate;
  /** The certificate of another key that signed the request (RFC 9883), if it is not in it. */
  readonly signer?: ReferredCertificate;
}

/** For a key pair that we hold ourselves; it asks for no names of its own. */
export const requestForOwnKey = (publicKey: Uint8Array): CertificateRequest =>
  possession({
    publicKey,
    alternativeKey: undefined,
    related: undefined,
    subject: [],
    subjectAltName: [],
    otherExtensions: [],
    otherAttributes: [],
    asksForCa: false,
  });

const possession = (request: Omit<CertificateRequest, typeof possessed>): CertificateRequest =>
  request as CertificateRequest; // nowhere else is this cast

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
  return possession({ publicKey, alternativeKey, related, ...names });
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

/** The alternative key, of which the request has to prove possession as well. */
async function provenAlternative(
  csr: CertificationRequest,
  name: string,
): Promise<Uint8Array | undefined> {
  const problem = (await alternativeProof(csr))?.problem;
  if (problem === undefined) return alternativeSignature(csr)?.spki;
  const message = `${name} does not prove possession of its alternative key: ${problem}`;
  throw new PkiError('POLICY', message, {
    hints: [
      'it needs the attributes that "pki csr create --hybrid catalyst" makes, each with one value',
    ],
  });
}
