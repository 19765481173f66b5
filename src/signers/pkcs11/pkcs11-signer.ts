import type { SignatureAlgorithm, TokenAlgorithm } from '../../algorithms/algorithm.ts';
import { isTokenAlgorithm } from '../../algorithms/registry.ts';
import { algorithmsOfKey } from '../../algorithms/spki.ts';
import { PkiError } from '../../errors.ts';
import type { KeyAccess } from '../key-access.ts';
import { keyPlace, type Pkcs11KeyRef } from '../key-ref.ts';
import type { ContextSigner, Signer } from '../signer.ts';
import { TokenConnection } from './connection.ts';
import { LoginError, remediesOf } from './errors.ts';
import { findPrivateKey, type TokenKey } from './keys.ts';
import { authenticateOperation } from './login.ts';
import { offeredMechanisms, type SigningMechanism } from './mechanisms.ts';
import { readPublicKey } from './public-key.ts';
import type { Pkcs11Session } from './session.ts';
import { mechanismsOf } from './slots.ts';

interface SignerParts {
  readonly connection: TokenConnection;
  readonly key: TokenKey;
  readonly publicKey: Uint8Array;
  readonly algorithm: TokenAlgorithm;
  readonly ways: readonly SigningMechanism[];
}

/** A signer whose private key stays in a token. */
export class Pkcs11Signer implements Signer {
  readonly algorithm: TokenAlgorithm;
  readonly publicKey: Uint8Array;
  /** Names the key precisely: with the token's serial number, and the key's label and ID. */
  readonly ref: Pkcs11KeyRef;
  readonly #connection: TokenConnection;
  /** The preferred one first; one that the token refused is not tried again. */
  #ways: readonly SigningMechanism[];
  /** The key's handle, which is good for one generation of the connection. */
  #found: { readonly key: Promise<TokenKey>; readonly generation: number };

  protected constructor(parts: SignerParts) {
    const { connection, key } = parts;
    this.#connection = connection;
    this.#found = { key: Promise.resolve(key), generation: connection.generation };
    this.publicKey = parts.publicKey;
    this.algorithm = parts.algorithm;
    this.#ways = parts.ways;
    this.ref = preciseRef(connection, key);
  }

  get places(): readonly string[] {
    return [keyPlace(this.ref, '')];
  }

  /** Finds the key; the signer takes the connection over. */
  static async over(
    connection: TokenConnection,
    ref: Pkcs11KeyRef,
    wanted: SignatureAlgorithm | undefined,
  ): Promise<Pkcs11Signer> {
    const { anchor, module, token } = connection;
    const key = await findPrivateKey(anchor, ref);
    const publicKey = await readPublicKey(anchor, key);
    const algorithm = usableAlgorithm(publicKey, wanted, key);
    const offered = await mechanismsOf(module, token);
    const ways = offeredMechanisms(algorithm, new Set(offered), anchor.quirks);
    const parts = { connection, key, publicKey, algorithm, ways };
    return ways.some(({ withContext }) => withContext)
      ? new Pkcs11MlDsaSigner(parts)
      : new Pkcs11Signer(parts);
  }

  /**
   * Signs, and once more after what a token may recover from. That is safe: the two signatures
   * would be over the same octets, and only one of them leaves.
   */
  sign(message: Uint8Array, context?: Uint8Array): Promise<Uint8Array> {
    return this.#connection.run(() => this.#sign(message, context));
  }

  async #sign(message: Uint8Array, context?: Uint8Array): Promise<Uint8Array> {
    for (let recovered = false; ; ) {
      const { generation } = this.#connection;
      const [way, ...others] = this.#ways;
      if (!way) throw new TypeError('a signer without a mechanism');
      try {
        return await this.#signBy(way, message, context);
      } catch (error) {
        if (others.length > 0 && remediesOf(error).includes('next-mechanism')) {
          this.#ways = this.#ways.filter((item) => item !== way);
          continue;
        }
        if (recovered || !(await this.#recover(error, generation))) throw error;
        recovered = true;
      }
    }
  }

  async #signBy(
    way: SigningMechanism,
    message: Uint8Array,
    context?: Uint8Array,
  ): Promise<Uint8Array> {
    const connection = this.#connection;
    const { handle: key, alwaysAuthenticate } = await this.#key();
    const { prepare, finish, maxBytes } = way;
    const mechanism = (context && way.withContext?.(context)) ?? way.mechanism;
    const operation = { mechanism, key, data: prepare(message), maxBytes };
    const authenticate = (session: Pkcs11Session) =>
      authenticateOperation(connection.module, session, connection.ref, connection.access);
    const signature = await connection.use((session) =>
      session.sign(alwaysAuthenticate ? { ...operation, authenticate } : operation),
    );
    return finish(signature);
  }

  /** The key in the connection as it is now; found again, it has to be the same key. */
  #key(): Promise<TokenKey> {
    const { generation } = this.#connection;
    if (generation !== this.#found.generation) {
      this.#found = { key: this.#findAgain(), generation };
    }
    return this.#found.key;
  }

  async #findAgain(): Promise<TokenKey> {
    const { anchor } = this.#connection;
    const key = await findPrivateKey(anchor, this.ref);
    if (Buffer.compare(await readPublicKey(anchor, key), this.publicKey) === 0) return key;
    throw new PkiError('KEY_UNAVAILABLE', `the key "${key.label}" is another one than before`, {
      hints: ['nothing was signed with it; the token was changed while it was away'],
    });
  }

  async #recover(error: unknown, generation: number): Promise<boolean> {
    try {
      return await this.#connection.recover(error, generation);
    } catch (failure) {
      throw failure instanceof LoginError ? failure : notRecovered(error, failure);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection[Symbol.asyncDispose]();
  }
}

/** The same for ML-DSA, where the signature may be made under a context. */
class Pkcs11MlDsaSigner extends Pkcs11Signer implements ContextSigner {
  readonly takesContext = true;
}

/** The first error is the one to tell; why it could not be helped is a hint. */
function notRecovered(error: unknown, failure: unknown): unknown {
  if (!(error instanceof PkiError && failure instanceof PkiError)) return error;
  return new PkiError(error.code, error.message, {
    hints: [...error.hints, `the token could not be opened again: ${failure.message}`],
    cause: error.cause,
  });
}

const preciseRef = (
  { ref, token, module }: TokenConnection,
  { label, id }: TokenKey,
): Pkcs11KeyRef => ({
  kind: 'pkcs11',
  modulePath: module.path,
  token: token.label,
  serial: token.serial,
  object: label,
  ...(id.length > 0 && { id }),
  ...(ref.pinSource !== undefined && { pinSource: ref.pinSource }),
  ...(ref.initReserved !== undefined && { initReserved: ref.initReserved }),
  ...(ref.userType !== undefined && { userType: ref.userType }),
});

function usableAlgorithm(
  publicKey: Uint8Array,
  wanted: SignatureAlgorithm | undefined,
  { label }: TokenKey,
): TokenAlgorithm {
  const usable = algorithmsOfKey(publicKey).filter(isTokenAlgorithm);
  const found = wanted ? usable.find((row) => row.name === wanted.name) : usable[0];
  if (found) return found;
  const names = usable.map((row) => row.name).join(' or ');
  throw new PkiError(
    'KEY_UNAVAILABLE',
    `the key "${label}" is a key for ${names}, not for ${wanted?.name}`,
  );
}

/** Opens a key in a token: module, token, session, login, key, public key, mechanism. */
export async function openPkcs11Signer(
  ref: Pkcs11KeyRef,
  access: KeyAccess,
  algorithm?: SignatureAlgorithm,
): Promise<Pkcs11Signer> {
  return withConnection(ref, access, (connection) => Pkcs11Signer.over(connection, ref, algorithm));
}

/** Opens a connection for `use`, which takes it over; if `use` fails, it is closed again. */
export async function withConnection<Result>(
  ref: Pkcs11KeyRef,
  access: KeyAccess,
  use: (connection: TokenConnection) => Promise<Result>,
): Promise<Result> {
  const connection = await TokenConnection.open(ref, access);
  try {
    return await connection.retried(() => use(connection));
  } catch (error) {
    await connection[Symbol.asyncDispose]();
    throw error;
  }
}
