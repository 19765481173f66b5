import { PkiError } from '../errors.ts';
import type { Signer } from '../signers/signer.ts';
import type { Certificate } from '../x509/certificate.ts';
import { encodeCsr, encodeRequestInfo, parseCsr, type RequestInfo } from '../x509/csr.ts';
import { alternativeAttributes, altSignatureAttribute } from '../x509/csr-alternative.ts';
import { extensionRequest } from '../x509/csr-attributes.ts';
import { type CsrProof, csrProofs } from '../x509/csr-proofs.ts';
import { EXTENSION_OID } from '../x509/extensions.ts';
import { encodeGeneralNames, type GeneralName } from '../x509/general-names.ts';
import { issuerAndSerialNumber } from '../x509/issuer-and-serial.ts';
import { encodeName, type NameAttribute } from '../x509/names.ts';
import { possessionStatement } from '../x509/possession-statement.ts';
import { relatedCertMessage, relatedCertRequest } from '../x509/related-cert-request.ts';

/** A key that has a certificate already. */
export interface CertifiedKey {
  readonly signer: Signer;
  readonly certificate: Certificate;
}

/** Which key a certificate is asked for, and what signs the request. */
export type RequestKeys =
  | {
      readonly kind: 'own';
      readonly signer: Signer;
      /** An alternative key (ITU-T X.509 clause 9.8), which signs first. */
      readonly alternative?: Signer;
    }
  | {
      /** A key that cannot sign; the signer states to have it (RFC 9883). */
      readonly kind: 'stated';
      /** SubjectPublicKeyInfo, DER. */
      readonly publicKey: Uint8Array;
      readonly by: CertifiedKey;
    };

export interface RequestInput {
  readonly subject: readonly NameAttribute[];
  readonly subjectAltName: readonly GeneralName[];
  readonly keys: RequestKeys;
  /** Another certificate of the requester, to be bound to the new one (RFC 9763). */
  readonly related?: CertifiedKey & { readonly locations: readonly string[] };
  readonly now: Date;
}

export interface MadeRequest {
  /** PKCS #10, DER. */
  readonly der: Uint8Array;
  /** What it proves; all of it holds. */
  readonly proofs: readonly CsrProof[];
}

/** Makes a PKCS #10 request, and checks each of its proofs before anybody gets to see it. */
export async function makeRequest(input: RequestInput): Promise<MadeRequest> {
  const { keys, related } = input;
  mustBelong(related, 'related');
  if (keys.kind === 'stated') mustBelong(keys.by, "signer's");
  const { signer, publicKey } = keys.kind === 'own' ? ownKey(keys) : statedKey(keys);
  const info = await alternativelySigned(keys, {
    subject: encodeName(input.subject),
    publicKey,
    attributes: [
      ...namesAttribute(input),
      ...(related ? [await relatedAttribute(related, input.now)] : []),
      ...(keys.kind === 'stated' ? [possessionStatement(keys.by.certificate)] : []),
    ],
  });
  const octets = encodeRequestInfo(info);
  const der = encodeCsr(octets, signer.algorithm.identifier, await signer.sign(octets));
  return { der, proofs: await mustHold(der, related?.certificate) };
}

const ownKey = ({ signer }: Extract<RequestKeys, { kind: 'own' }>) => ({
  signer,
  publicKey: signer.publicKey,
});

const statedKey = ({ by, publicKey }: Extract<RequestKeys, { kind: 'stated' }>) => ({
  signer: by.signer,
  publicKey,
});

/** The names that a subject does not hold; critical where they alone name it, as in certificates. */
function namesAttribute({ subject, subjectAltName }: RequestInput): readonly Uint8Array[] {
  if (subjectAltName.length === 0) return [];
  const value = encodeGeneralNames(subjectAltName);
  const critical = subject.length === 0;
  return [extensionRequest([{ oid: EXTENSION_OID.subjectAltName, critical, value }])];
}

async function relatedAttribute(
  { signer, certificate, locations }: Required<RequestInput>['related'],
  now: Date,
): Promise<Uint8Array> {
  const signed = { certID: issuerAndSerialNumber(certificate), requestTime: now };
  const signature = await signer.sign(relatedCertMessage(signed));
  return relatedCertRequest({ ...signed, locations, signature });
}

/** The alternative signature covers all attributes but itself; the other one covers it too. */
async function alternativelySigned(keys: RequestKeys, info: RequestInfo): Promise<RequestInfo> {
  if (keys.kind !== 'own' || !keys.alternative) return info;
  const { algorithm, publicKey } = keys.alternative;
  const parts = alternativeAttributes(publicKey, algorithm.identifier);
  const attributes = [...info.attributes, ...parts];
  const signature = await keys.alternative.sign(encodeRequestInfo({ ...info, attributes }));
  return { ...info, attributes: [...attributes, altSignatureAttribute(signature)] };
}

/** `whose` names the certificate in the error. */
function mustBelong(key: CertifiedKey | undefined, whose: string): void {
  if (!key || Buffer.compare(key.signer.publicKey, key.certificate.tbs.publicKey) === 0) return;
  throw new PkiError(
    'KEY_UNAVAILABLE',
    `the ${key.signer.algorithm.name} key is not that of the ${whose} certificate`,
  );
}

async function mustHold(
  der: Uint8Array,
  related: Certificate | undefined,
): Promise<readonly CsrProof[]> {
  const proofs = await csrProofs(parseCsr(der), related ? { related } : {});
  const problem = proofs.find((proof) => proof.problem !== undefined)?.problem;
  if (problem === undefined) return proofs;
  throw new PkiError('INTEGRITY', `the request that was made was discarded: ${problem}`, {
    hints: ['the key or the token returned something else than a signature over the request'],
  });
}
