import type { SignatureAlgorithm } from '../algorithms/algorithm.ts';
import { generatePkcs8 } from '../signers/generate-key.ts';
import { importPkcs8 } from '../signers/software-key.ts';
import type { Issuer } from './issuer.ts';
import { lintObject } from './lint/object.ts';
import { type ApprovedTbs, mustHaveNone, reasonsNotToSign } from './lint.ts';
import { type SigningKey, signedWith } from './sign-approved.ts';

/**
 * Signs what was approved with throw-away keys of the issuer's algorithms, encodes all of it, and
 * lints it as a certificate of somebody else (TLS BR §4.3.1.2). Throws POLICY with what is found:
 * then no key of the CA has been opened, and nothing was recorded.
 */
export async function mustPassTrial(
  { der, subject, at, keepsName }: ApprovedTbs,
  { signing, alternative }: Issuer,
): Promise<void> {
  const signed = await signedWith(der, {
    signer: await throwAwayKey(signing.algorithm),
    alternative: alternative && (await throwAwayKey(alternative.algorithm)),
  });
  const { findings } = lintObject('certificate', signed, { at, now: at, keepsName });
  mustHaveNone(reasonsNotToSign(findings), `a certificate for ${subject}`);
}

const known = new Map<string, Promise<SigningKey>>();

/** One a process for each algorithm. */
function throwAwayKey(algorithm: SignatureAlgorithm): Promise<SigningKey> {
  const found = known.get(algorithm.name) ?? newKey(algorithm);
  known.set(algorithm.name, found);
  return found;
}

/**
 * Where making a key or using it takes up to seconds, there is none, but octets of the length that
 * each of its signatures has: nobody who does not verify it can tell the difference.
 */
async function newKey(algorithm: SignatureAlgorithm): Promise<SigningKey> {
  if (!isSlow(algorithm)) {
    return importPkcs8(await generatePkcs8(algorithm), 'a throw-away key', algorithm);
  }
  const octets = new Uint8Array(algorithm.maxSignatureBytes).fill(0x5a);
  return { algorithm, sign: async () => octets };
}

/** RSA takes 0.1 to 2 s to make a key, SLH-DSA up to 6 s to sign; both have one length only. */
function isSlow(algorithm: SignatureAlgorithm): boolean {
  const classical = algorithm.family === 'composite' ? algorithm.classical : algorithm;
  return (
    classical.family === 'slh-dsa' ||
    (classical.family === 'classical' && classical.key.kind === 'rsa')
  );
}
