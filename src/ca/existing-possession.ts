import { obsoleteSignature } from '../algorithms/obsolete.ts';
import { type SignedOctets, type Verdict, verifySignature } from '../algorithms/verify.ts';
import { DerError } from '../der/reader.ts';
import { sha256Text } from '../der/sha256.ts';
import { PkiError } from '../errors.ts';
import { comparableName, nameKey } from '../path/comparable-name.ts';
import { preTbs } from '../x509/alternative.ts';
import type { Certificate } from '../x509/certificate.ts';
import { type KnownExtensions, knownExtensions } from '../x509/extensions.ts';
import { nameText, parseName } from '../x509/names.ts';
import { readRequest } from './asked-request.ts';
import type { ReferredCertificate, TrustedWorld } from './referred-certificate.ts';
import { mustPossess, provenAlternative } from './request-possession.ts';

/** What is given besides the certificate of a CA whose key is to be certified. */
export interface ExistingEvidence {
  /** PKCS #10, PEM or DER. */
  readonly csr?: { readonly file: Uint8Array; readonly name: string };
  /** SubjectPublicKeyInfo, DER, such as a ceremony handed out; compared, but it proves nothing. */
  readonly publicKey?: { readonly spki: Uint8Array; readonly name: string };
}

/**
 * Throws POLICY unless the requester has the keys of the certificate, and each key that is given is
 * the one in it; USAGE for what cannot be read. A self-signed certificate proves possession itself,
 * others need a request. A public key in a file is nobody's proof, so it does not replace one.
 */
export async function mustPossessExisting(
  existing: ReferredCertificate,
  { csr, publicKey }: ExistingEvidence,
): Promise<void> {
  const { certificate, name } = existing;
  const { subjectAltPublicKeyInfo } = readable(certificate, name);
  if (publicKey) mustBeSameKey(certificate.tbs.publicKey, publicKey.spki, [name, publicKey.name]);
  if (!csr) return mustProveItself(existing);
  const asked = readRequest(csr.file, csr.name);
  const { csr: request } = asked;
  mustBeSameKey(certificate.tbs.publicKey, request.publicKey, [name, csr.name]);
  await mustPossess(asked, csr.name, NOBODY);
  const alternative = await provenAlternative(request, csr.name);
  mustBeSameKey(subjectAltPublicKeyInfo, alternative, [name, csr.name], 'alternative key');
  mustBeSameName(certificate, request.subject, [name, csr.name]);
}

/** A request that another key has signed is for keys that cannot sign, which no CA has. */
const NOBODY: TrustedWorld = { now: new Date(0), trust: [], issued: async () => undefined };

function readable({ tbs }: Certificate, name: string): KnownExtensions {
  try {
    parseName(tbs.subject);
    return knownExtensions(tbs.extensions);
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new PkiError('USAGE', `${name} cannot be read: ${error.message}`, { cause: error });
  }
}

async function mustProveItself({ certificate, name }: ReferredCertificate): Promise<void> {
  const problem = await selfSignatureProblem(certificate);
  if (problem === undefined) return;
  throw new PkiError('POLICY', `${name} does not prove possession of its key: ${problem}`, {
    hints: [
      'give a request that is signed with that key, as "pki csr create" makes it, with --csr',
    ],
  });
}

async function selfSignatureProblem({
  tbs,
  tbsDer,
  signatureAlgorithm: identifier,
  signature,
}: Certificate): Promise<Verdict> {
  if (Buffer.compare(tbs.subject, tbs.issuer) !== 0) return 'it is not self-signed';
  const problem = await verdict({ spki: tbs.publicKey, identifier, message: tbsDer, signature });
  if (problem !== undefined) return problem;
  const alternative = knownExtensions(tbs.extensions);
  const { subjectAltPublicKeyInfo: spki } = alternative;
  if (!spki) return undefined;
  const { altSignatureAlgorithm, altSignatureValue } = alternative;
  if (!altSignatureAlgorithm || !altSignatureValue) {
    return 'it has an alternative key and no alternative signature';
  }
  const message = preTbs(tbsDer);
  return verdict({
    spki,
    identifier: altSignatureAlgorithm,
    message,
    signature: altSignatureValue,
  });
}

/** What was made by an algorithm of the past is called by its name. */
async function verdict(signed: SignedOctets): Promise<Verdict> {
  const problem = await verifySignature(signed);
  return problem && ((await obsoleteSignature(signed)) ?? problem);
}

type Pair = readonly [certificate: string, given: string];

function mustBeSameKey(
  wanted: Uint8Array | undefined,
  found: Uint8Array | undefined,
  [certificate, given]: Pair,
  what = 'key',
): void {
  if (Buffer.compare(wanted ?? NONE, found ?? NONE) === 0) return;
  throw new PkiError('POLICY', `${given} is not for the ${what} of ${certificate}`, {
    hints: [
      `SHA-256 of the ${what} in ${certificate}: ${digest(wanted)}`,
      `SHA-256 of the ${what} in ${given}: ${digest(found)}`,
    ],
  });
}

const NONE = new Uint8Array();

const digest = (spki: Uint8Array | undefined): string => (spki ? sha256Text(spki) : 'it has none');

/** By the rules of RFC 5280 §7.1: which string types the request has does not matter. */
function mustBeSameName(
  { tbs }: Certificate,
  subject: Uint8Array,
  [certificate, given]: Pair,
): void {
  const [wanted, found] = [tbs.subject, subject].map((name) => nameKey(comparableName(name)));
  if (wanted === found) return;
  throw new PkiError('POLICY', `${given} is for another name than ${certificate}`, {
    hints: [
      `the subject of ${certificate}: ${nameText(parseName(tbs.subject))}`,
      `the subject of ${given}: ${nameText(parseName(subject))}`,
    ],
  });
}
