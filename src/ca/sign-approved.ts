import type { PostQuantumEngine } from '../algorithms/post-quantum.ts';
import { type Verdict, verifySignature } from '../algorithms/verify.ts';
import { PkiError } from '../errors.ts';
import type { Signer } from '../signers/signer.ts';
import {
  altSignature,
  preTbs,
  withAltSignature,
  withoutAltSignature,
} from '../x509/alternative.ts';
import { encodeSigned, parseSigned } from '../x509/signed.ts';
import { type UsedKey, usedKeys } from './audit.ts';
import type { Issuer } from './issuer.ts';
import type { Approved } from './lint.ts';

/** What the store is told about one signature: before the key is used, and what became of it. */
export interface Ledger {
  /** `certificate`, `CRL` or `OCSP response`, for errors. */
  readonly what: string;
  intend(keys: readonly UsedKey[]): Promise<void>;
  release(der: Uint8Array, keys: readonly UsedKey[]): Promise<void>;
  fail(reason: string): Promise<void>;
}

/**
 * Signs what was approved: the keys are opened, the intent is recorded, the keys are used, the
 * result is read again, verified by each of `engines` and compared, and recorded. Only then does
 * anybody get to see it. The keys stay open: who made the issuer closes them.
 */
export async function signApproved(
  { der }: Approved,
  issuer: Issuer,
  ledger: Ledger,
  engines: readonly (PostQuantumEngine | undefined)[] = [undefined],
): Promise<Uint8Array> {
  const keys = await issuer.open();
  await ledger.intend(usedKeys(keys));
  try {
    const signed = await signedWith(der, keys);
    for (const engine of engines) {
      const problem = await verdict(signed, der, issuer, engine);
      if (problem !== undefined) throw discarded(ledger.what, problem);
    }
    await ledger.release(signed, usedKeys(keys)); // again: another place may have signed
    return signed;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // where the store has failed, the intent stays, which says the same
    await ledger.fail(reason).catch(() => undefined);
    throw error;
  }
}

/** Of a signer, what a signature needs. */
export type SigningKey = Pick<Signer, 'algorithm' | 'sign'>;

/**
 * The whole of it with its signatures, DER. The alternative signature comes first: the classical
 * one, perhaps in an HSM, covers it (§9.8.4).
 */
export async function signedWith(
  der: Uint8Array,
  { signer, alternative }: { signer: SigningKey; alternative: SigningKey | undefined },
): Promise<Uint8Array> {
  const tbs = alternative ? withAltSignature(der, await alternative.sign(preTbs(der))) : der;
  return encodeSigned(tbs, signer.algorithm.identifier, await signer.sign(tbs));
}

/** Why it is not what was approved, signed by each key of the issuer; undefined if it is. */
async function verdict(
  signed: Uint8Array,
  approved: Uint8Array,
  { signing, alternative }: Issuer,
  engine: PostQuantumEngine | undefined,
): Promise<Verdict> {
  const { tbsDer, signatureAlgorithm: identifier, signature } = parseSigned(signed);
  const native = { spki: signing.publicKey, identifier, message: tbsDer, signature };
  const problem =
    compared(alternative ? withoutAltSignature(tbsDer) : tbsDer, approved) ??
    compared(identifier, signing.algorithm.identifier) ??
    (await verifySignature(native, engine));
  if (problem !== undefined || !alternative) return problem;
  const found = altSignature(tbsDer);
  if (!found) return 'its alternative signature is missing';
  return verifySignature(
    {
      spki: alternative.publicKey,
      identifier: alternative.algorithm.identifier,
      message: preTbs(tbsDer),
      signature: found,
    },
    engine,
  );
}

const compared = (found: Uint8Array, wanted: Uint8Array): Verdict =>
  Buffer.compare(found, wanted) === 0 ? undefined : 'it differs from what was approved';

const discarded = (what: string, problem: string): PkiError =>
  new PkiError('INTEGRITY', `the ${what} that came back was discarded: ${problem}`, {
    hints: ['the key or the token returned something else than a signature over what was approved'],
  });
