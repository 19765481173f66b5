import { constants, verify } from 'node:crypto';
import { DerError } from '../der/reader.ts';
import { sameOctets } from '../der/same-octets.ts';
import type { CompositeAlgorithm, PostQuantumAlgorithm } from './algorithm.ts';
import { compositeMessage, splitPublicKey, splitSignature } from './composite.ts';
import {
  NO_CONTEXT,
  nativeEngine,
  type PostQuantumEngine,
  postQuantumEngine,
} from './post-quantum.ts';
import { ALGORITHMS } from './registry.ts';
import { type ClassicalScheme, HASH_BYTES, SCHEMES } from './schemes.ts';
import { describeSignature, parseSpki, publicKeyObject } from './spki.ts';

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

/** One signature that was checked: of a composite, each half. */
export interface SignatureCheck {
  /** The name of the scheme in its specification, or of a row of ours. */
  readonly algorithm: string;
  /** Whose code checked it. */
  readonly implementation: string;
  readonly problem: Verdict;
}

/** Why a signature does not hold; see {@link checkSignature}. */
export async function verifySignature(
  signed: SignedOctets,
  engine?: PostQuantumEngine,
): Promise<Verdict> {
  const checks = await checkSignature(signed, engine);
  return checks.find(({ problem }) => problem !== undefined)?.problem;
}

/**
 * Checks a signature in software. The algorithm is the one that the AlgorithmIdentifier names, and
 * the key must be of its kind; for ML-DSA and SLH-DSA, `engine` is the implementation to ask. What
 * cannot be checked at all is a check that failed.
 */
export async function checkSignature(
  { spki, identifier, message, signature, context = NO_CONTEXT }: SignedOctets,
  engine?: PostQuantumEngine,
): Promise<readonly SignatureCheck[]> {
  const algorithm = unlessMalformed(() => describeSignature(identifier));
  const failed = (problem: string) => [
    { algorithm: algorithm ?? 'unknown', implementation: NATIVE, problem },
  ];
  if (algorithm === undefined) return failed('its signature algorithm is malformed');
  const key = unlessMalformed(() => parseSpki(spki));
  if (!key) return failed('its public key is malformed');
  const scheme = Object.values(SCHEMES).find((row) => sameOctets(row.identifier, identifier));
  if (scheme) return [checkClassical(scheme, spki, message, signature)];
  const row = ALGORITHMS.find((item) => sameOctets(item.identifier, identifier));
  if (!row || row.family === 'classical') return failed('its signature algorithm is not supported');
  if (!sameOctets(key.identifier, row.keyIdentifier))
    return failed(`its key is not a key for ${row.name}`);
  const asked = engine ?? (await postQuantumEngine());
  if (row.family !== 'composite') {
    const signed = { message, signature, context: NO_CONTEXT };
    return [checkPostQuantum(row, asked, key.publicKey, signed)];
  }
  return checkComposite(row, asked, key.publicKey, { message, signature, context });
}

/** Whether there is code to check signatures of the algorithm that an AlgorithmIdentifier names. */
export const isVerifiable = (identifier: Uint8Array): boolean =>
  [...Object.values(SCHEMES), ...ALGORITHMS.filter(({ family }) => family !== 'classical')].some(
    (row) => sameOctets(row.identifier, identifier),
  );

/** OpenSSL inside of Node. */
const NATIVE = nativeEngine.name;

function unlessMalformed<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

function checkClassical(
  scheme: ClassicalScheme,
  spki: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): SignatureCheck {
  const checked = { algorithm: scheme.name, implementation: NATIVE };
  const key = publicKeyObject(spki);
  if (!key) return { ...checked, problem: 'its public key is malformed' };
  if (!scheme.keyTypes.includes(key.asymmetricKeyType ?? '')) {
    return { ...checked, problem: `its key is not a key for ${scheme.name}` };
  }
  const { hash } = scheme;
  const options =
    scheme.family === 'rsa-pss' && hash
      ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: HASH_BYTES[hash] }
      : { key };
  const holds = verifies(() => verify(hash ?? null, message, options, signature));
  return { ...checked, problem: holds ? undefined : doesNotVerify(scheme.name) };
}

const doesNotVerify = (algorithm: string): string => `its ${algorithm} signature does not verify`;

/** OpenSSL throws where the key itself forbids the hash or the salt, as RSASSA-PSS keys can. */
function verifies(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}

interface SignedUnderContext {
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
  readonly context: Uint8Array;
}

function checkPostQuantum(
  row: PostQuantumAlgorithm,
  engine: PostQuantumEngine,
  publicKey: Uint8Array,
  { message, signature, context }: SignedUnderContext,
): SignatureCheck {
  const checked = { algorithm: row.name, implementation: engine.name };
  if (publicKey.length !== row.publicKeyBytes) {
    return { ...checked, problem: `its ${row.name} key has a wrong length` };
  }
  const holds =
    signature.length === row.maxSignatureBytes &&
    engine.verify(row, publicKey, message, signature, context);
  const problem = holds ? undefined : `${doesNotVerify(row.name)} (${engine.name})`;
  return { ...checked, problem };
}

/** Both halves have to hold (draft-ietf-lamps-pq-composite-sigs-19 §3.3). */
function checkComposite(
  row: CompositeAlgorithm,
  engine: PostQuantumEngine,
  publicKey: Uint8Array,
  signed: SignedUnderContext,
): readonly SignatureCheck[] {
  const keys = splitPublicKey(row, publicKey);
  const signatures = splitSignature(row, signed.signature);
  if (!keys || !signatures) {
    const problem = `its ${row.name} key or signature is too short`;
    return [{ algorithm: row.name, implementation: engine.name, problem }];
  }
  const message = compositeMessage(row, signed.message, signed.context);
  const mlDsa = { message, signature: signatures.mlDsa, context: row.label };
  return [
    checkPostQuantum(row.mlDsa, engine, keys.mlDsa, mlDsa),
    checkClassical(row.classical.scheme, keys.classical, message, signatures.classical),
  ];
}
