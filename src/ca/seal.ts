import { createHash } from 'node:crypto';
import type { MlDsaEngine } from '../algorithms/ml-dsa.ts';
import { type Verdict, verifySignature } from '../algorithms/verify.ts';
import { PkiError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import { preTbs, withAltSignature, withoutAltSignature } from '../x509/alternative.ts';
import {
  type Certificate,
  encodeCertificate,
  encodeTbs,
  parseCertificate,
  serialText,
} from '../x509/certificate.ts';
import { knownExtensions } from '../x509/extensions.ts';
import type { Issuer, PublicHalf } from './issuer.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import type { ApprovedTbs } from './lint.ts';
import type { CaStore } from './store.ts';

/**
 * Signs what was approved: the keys are opened, the intent is recorded, the keys are used, the
 * result is read again, verified and compared, and recorded. Only then does anybody get to see it.
 * The keys stay open: who made the issuer closes them.
 */
export async function seal(
  approved: ApprovedTbs,
  issuer: Issuer,
  { store, clock }: { store: CaStore; clock: Clock },
): Promise<Certificate> {
  const { tbs, der, profile, subject } = approved;
  const isCa = knownExtensions(tbs.extensions).basicConstraints?.ca ?? false;
  const second = isCa ? await import('./second-opinion.ts') : undefined;
  await second?.mustAssembleAlike(approved, issuer.signing);
  const keys = await issuer.open();
  const serial = serialText(tbs.serialNumber);
  const { notBefore, notAfter } = tbs;
  const tbsHash = createHash('sha256').update(der).digest();
  await store.recordIntent({ serial, profile, subject, notBefore, notAfter, tbsHash }, clock());
  try {
    const certificate = parseCertificate(await sign(approved, keys));
    await mustHold(certificate, approved, issuer);
    if (second) await mustHold(certificate, approved, issuer, await second.otherEngine());
    await store.recordIssued(serial, certificate.der, clock());
    return certificate;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // where the store has failed, the intent stays, which says the same
    await store.recordFailed(serial, reason, clock()).catch(() => undefined);
    throw error;
  }
}

/** The alternative signature first: the classical one, perhaps in an HSM, covers it (§9.8.4). */
async function sign(
  { tbs, der }: ApprovedTbs,
  { signer, alternative }: IssuerKeys,
): Promise<Uint8Array> {
  const signed = alternative
    ? encodeTbs(withAltSignature(tbs, await alternative.sign(preTbs(der))))
    : der;
  return encodeCertificate(signed, signer.algorithm.identifier, await signer.sign(signed));
}

/** Throws INTEGRITY unless the certificate is what was approved and each signature verifies. */
async function mustHold(
  certificate: Certificate,
  approved: ApprovedTbs,
  { signing, alternative }: Issuer,
  engine?: MlDsaEngine,
): Promise<void> {
  const { tbs, tbsDer, signatureAlgorithm, signature } = certificate;
  const problem =
    compared(encodeTbs(withoutAltSignature(tbs)), approved.der) ??
    compared(signatureAlgorithm, tbs.signature) ??
    (await verifySignature(
      { spki: signing.publicKey, identifier: signatureAlgorithm, message: tbsDer, signature },
      engine,
    )) ??
    (await alternativeVerdict(certificate, alternative, engine));
  if (problem === undefined) return;
  throw new PkiError('INTEGRITY', `the certificate that came back was discarded: ${problem}`, {
    hints: ['the key or the token returned something else than a signature over what was approved'],
  });
}

const compared = (found: Uint8Array, wanted: Uint8Array): Verdict =>
  Buffer.compare(found, wanted) === 0 ? undefined : 'it differs from what was approved';

async function alternativeVerdict(
  { tbs, tbsDer }: Certificate,
  alternative: PublicHalf | undefined,
  engine: MlDsaEngine | undefined,
): Promise<Verdict> {
  if (!alternative) return undefined;
  const { algorithm, publicKey } = alternative;
  const { altSignatureValue } = knownExtensions(tbs.extensions);
  if (!altSignatureValue) return 'its alternative signature is missing';
  const message = preTbs(tbsDer);
  return verifySignature(
    { spki: publicKey, identifier: algorithm.identifier, message, signature: altSignatureValue },
    engine,
  );
}
