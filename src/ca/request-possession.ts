import { PkiError } from '../errors.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { CertificationRequest } from '../x509/csr.ts';
import { alternativeSignature } from '../x509/csr-alternative.ts';
import { alternativeProof, signatureProof } from '../x509/csr-proofs.ts';
import { type CsrSigner, csrSigner } from '../x509/csr-signer.ts';
import { knownExtensions } from '../x509/extensions.ts';
import { comparableName, generalNameText } from '../x509/general-names.ts';
import { issuerAndSerialText } from '../x509/issuer-and-serial.ts';
import { nameText, parseName } from '../x509/names.ts';
import type { AskedRequest } from './asked-request.ts';
import {
  mustBeTrusted,
  type ReferredCertificate,
  type TrustedWorld,
} from './referred-certificate.ts';

/** Where the certificate of another signer may come from, and what makes it trustworthy. */
interface SignerEvidence extends TrustedWorld {
  readonly signer?: ReferredCertificate;
}

/**
 * Throws POLICY unless the request is signed by its own key or, for a key that cannot sign, by the
 * key of a certificate that vouches for it (RFC 9883). `name` is that of the request, for errors.
 */
export async function mustPossess(
  asked: AskedRequest,
  name: string,
  evidence: SignerEvidence,
): Promise<void> {
  const referred = evidence.signer ?? (await statedSigner(asked, name, evidence));
  const signer = csrSigner(asked.csr, referred?.certificate);
  const { problem } = await signatureProof(signer);
  if (problem !== undefined) {
    throw new PkiError('POLICY', `${name} does not prove possession of its key: ${problem}`, {
      hints: [signer.problem === undefined ? signHint(signer) : HINTS[signer.reason]],
    });
  }
  if (!referred) return;
  if (signer.problem === undefined && !signer.certificate) throw needless(name, referred.name);
  mustVouch(referred.certificate, { csr: name, signer: referred.name }, asked);
  await mustBeTrusted(referred, evidence);
}

/** The alternative key, of which the request has to prove possession as well. */
export async function provenAlternative(
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

const signHint = ({ certificate }: CsrSigner & { problem?: never }): string =>
  certificate
    ? 'the request has to be signed with the private key of the certificate that it names'
    : 'the request has to be signed with the private key of its own public key';

type Reason = Extract<CsrSigner, { problem: string }>['reason'];

const HINTS: Readonly<Record<Reason, string>> = {
  'no statement':
    'have it signed by a key that has a certificate: "pki csr create --key KEY --signer-cert CERT --signer-key KEY" (RFC 9883)',
  'needless statement': 'sign it with its own key and leave the statement out (RFC 9883 §6)',
  'no certificate': 'give that certificate with --signer-cert',
  'another one': 'give the one that it names with --signer-cert',
};

/** The certificate that the request holds, or else the one of this name that this CA has issued. */
async function statedSigner(
  { statement }: AskedRequest,
  name: string,
  { issued }: TrustedWorld,
): Promise<ReferredCertificate | undefined> {
  if (!statement) return undefined;
  const certificate = statement.certificate ?? (await issued(statement.signer));
  const origin = statement.certificate
    ? `the signer's certificate in ${name}`
    : `the certificate with ${issuerAndSerialText(statement.signer)}`;
  return certificate && { certificate, intermediates: [], name: origin };
}

const needless = (name: string, signer: string): PkiError =>
  new PkiError('USAGE', `${name} is signed with its own key, not with that of ${signer}`, {
    hints: ['leave --signer-cert out'],
  });

/**
 * Whether the certificate may vouch for a request that its key has signed in place of the
 * request's own (RFC 9883): it has to be for signatures, and name whom the request names. The RFC
 * lets a policy take other names; ours takes none that the signer's certificate does not have.
 */
function mustVouch(
  { tbs }: Certificate,
  names: { readonly csr: string; readonly signer: string },
  { subject, subjectAltName }: AskedRequest,
): void {
  const extensions = knownExtensions(tbs.extensions);
  if (extensions.keyUsage && !extensions.keyUsage.includes('digitalSignature')) {
    throw new PkiError('POLICY', `${names.signer} has no key usage digitalSignature`, {
      hints: [`${names.csr} has to be signed by a key that is certified for it (RFC 9883 §4)`],
    });
  }
  const certified = parseName(tbs.subject);
  const known = (extensions.subjectAltName ?? []).map(comparableName);
  const problems = [
    ...(nameText(certified) === nameText(subject)
      ? []
      : [`the subject is ${nameText(subject)}, and of the signer ${nameText(certified)}`]),
    ...subjectAltName
      .filter((name) => !known.includes(comparableName(name)))
      .map((name) => `the signer has no ${generalNameText(name)}`),
  ];
  if (problems.length === 0) return;
  throw new PkiError('POLICY', `${names.csr} asks for other names than ${names.signer} has`, {
    hints: problems.map((problem) => `${problem} (RFC 9883 §4)`),
  });
}
