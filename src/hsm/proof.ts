import { randomBytes } from 'node:crypto';
import type { Handle } from 'pkcs11js';
import type { TokenAlgorithm } from '../algorithms/algorithm.ts';
import { isTokenAlgorithm } from '../algorithms/registry.ts';
import { algorithmsOfKey } from '../algorithms/spki.ts';
import { verifySignature } from '../algorithms/verify.ts';
import { PkiError } from '../errors.ts';
import { remediesOf } from '../signers/pkcs11/errors.ts';
import { offeredMechanisms, type SigningMechanism } from '../signers/pkcs11/mechanisms.ts';
import type { Pkcs11Session } from '../signers/pkcs11/session.ts';

/** What a private key has to be, and what its token can do. */
interface Expected {
  readonly algorithm: TokenAlgorithm;
  readonly publicKey: Uint8Array;
  readonly offered: ReadonlySet<number>;
}

/** The usual algorithm of a key that a token may hold. */
export function tokenAlgorithmOf(publicKey: Uint8Array): TokenAlgorithm {
  const found = algorithmsOfKey(publicKey).find(isTokenAlgorithm);
  if (found) return found;
  throw new PkiError('KEY_UNAVAILABLE', 'the key is of an unsupported type');
}

/** Has the key sign something random, and verifies that in software with the public key. */
export async function proveKey(
  session: Pkcs11Session,
  key: Handle,
  { algorithm, publicKey, offered }: Expected,
): Promise<void> {
  const challenge = randomBytes(32);
  const ways = offeredMechanisms(algorithm, offered, session.quirks);
  await mustVerify(publicKey, algorithm, challenge, await signed(session, key, ways, challenge));
}

/** An error if it is not the signature of this key. */
export async function mustVerify(
  spki: Uint8Array,
  { identifier }: TokenAlgorithm,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<void> {
  const problem = await verifySignature({ spki, identifier, message, signature });
  if (problem === undefined) return;
  throw new PkiError('INTEGRITY', 'the unwrapped key does not sign for the public key', {
    hints: [problem],
  });
}

async function signed(
  session: Pkcs11Session,
  key: Handle,
  [way, ...others]: readonly SigningMechanism[],
  message: Uint8Array,
): Promise<Uint8Array> {
  if (!way) throw new TypeError('a key without a mechanism');
  try {
    const { mechanism, maxBytes } = way;
    return way.finish(await session.sign({ mechanism, key, data: way.prepare(message), maxBytes }));
  } catch (error) {
    if (others.length === 0 || !remediesOf(error).includes('next-mechanism')) throw error;
    return signed(session, key, others, message);
  }
}
