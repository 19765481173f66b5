import { constants, verify } from 'node:crypto';
import { DerError } from '../der/reader.ts';
import type { CompositeAlgorithm, MlDsaAlgorithm } from './algorithm.ts';
import { compositeMessage, splitPublicKey, splitSignature } from './composite.ts';
import { type MlDsaEngine, mlDsaEngine, NO_CONTEXT } from './ml-dsa.ts';
import { ALGORITHMS } from './registry.ts';
import { type ClassicalScheme, HASH_BYTES, SCHEMES } from './schemes.ts';
import { type PublicKeyInfo, parseSpki, publicKeyObject } from './spki.ts';

/** A signature to be checked, as it stands in a certificate, a CSR or a CRL. */
export interface SignedOctets {
  /** SubjectPublicKeyInfo of the signer, DER. */
  readonly spki: Uint8Array;
  /** AlgorithmIdentifier of the signature, DER. */
  readonly identifier: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
  /** Context of a composite signature; certificates have none. */
  readonly context?: Uint8Array;
}

/** Why a signature does not hold, in words; undefined if it does. */
export type Verdict = string | undefined;

/**
 * Checks a signature in software. The algorithm is the one that the AlgorithmIdentifier names, and
 * the key must be of its kind; for ML-DSA, `engine` is the implementation to ask.
 */
export async function verifySignature(
  { spki, identifier, message, signature, context = NO_CONTEXT }: SignedOctets,
  engine?: MlDsaEngine,
): Promise<Verdict> {
  const key = readableKey(spki);
  if (!key) return 'its public key is malformed';
  const scheme = Object.values(SCHEMES).find((row) => same(row.identifier, identifier));
  if (scheme) return verifyClassical(scheme, spki, message, signature);
  const row = ALGORITHMS.find((item) => same(item.identifier, identifier));
  if (!row || row.family === 'classical') return 'its signature algorithm is not supported';
  if (!same(key.identifier, row.keyIdentifier)) return `its key is not a key for ${row.name}`;
  const asked = engine ?? (await mlDsaEngine());
  if (row.family === 'ml-dsa') {
    return verifyMlDsa(row, asked, key.publicKey, message, signature, NO_CONTEXT);
  }
  return verifyComposite(row, asked, key.publicKey, { message, signature, context });
}

function readableKey(spki: Uint8Array): PublicKeyInfo | undefined {
  try {
    return parseSpki(spki);
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

const same = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

function verifyClassical(
  scheme: ClassicalScheme,
  spki: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Verdict {
  const key = publicKeyObject(spki);
  if (!key) return 'its public key is malformed';
  if (!scheme.keyTypes.includes(key.asymmetricKeyType ?? '')) {
    return `its key is not a key for ${scheme.name}`;
  }
  const { hash } = scheme;
  const options =
    scheme.family === 'rsa-pss' && hash
      ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: HASH_BYTES[hash] }
      : { key };
  const holds = verifies(() => verify(hash ?? null, message, options, signature));
  return holds ? undefined : `its ${scheme.name} signature does not verify`;
}

/** OpenSSL throws where the key itself forbids the hash or the salt, as RSASSA-PSS keys can. */
function verifies(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}

function verifyMlDsa(
  row: MlDsaAlgorithm,
  engine: MlDsaEngine,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
  context: Uint8Array,
): Verdict {
  if (publicKey.length !== row.publicKeyBytes) return `its ${row.name} key has a wrong length`;
  const holds =
    signature.length === row.maxSignatureBytes &&
    engine.verify(row, publicKey, message, signature, context);
  return holds ? undefined : `its ${row.name} signature does not verify (${engine.name})`;
}

/** Both halves have to hold (draft-ietf-lamps-pq-composite-sigs-19 §3.3). */
function verifyComposite(
  row: CompositeAlgorithm,
  engine: MlDsaEngine,
  publicKey: Uint8Array,
  signed: { message: Uint8Array; signature: Uint8Array; context: Uint8Array },
): Verdict {
  const keys = splitPublicKey(row, publicKey);
  const signatures = splitSignature(row, signed.signature);
  if (!keys || !signatures) return `its ${row.name} key or signature is too short`;
  const message = compositeMessage(row, signed.message, signed.context);
  return (
    verifyMlDsa(row.mlDsa, engine, keys.mlDsa, message, signatures.mlDsa, row.label) ??
    verifyClassical(row.classical.scheme, keys.classical, message, signatures.classical)
  );
}
