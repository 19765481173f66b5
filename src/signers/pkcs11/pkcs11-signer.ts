import type { ClassicalAlgorithm, SignatureAlgorithm } from '../../algorithms/algorithm.ts';
import { algorithmsOfKey } from '../../algorithms/spki.ts';
import { PkiError } from '../../errors.ts';
import type { KeyAccess } from '../key-access.ts';
import type { Pkcs11KeyRef } from '../key-ref.ts';
import type { Signer } from '../signer.ts';
import { destroyById, generateKeyPair, leftBehind } from './generate.ts';
import { findPrivateKey, type TokenKey } from './keys.ts';
import { chooseMechanism, type SigningMechanism } from './mechanisms.ts';
import { modulePath, openModule } from './module.ts';
import { readPublicKey } from './public-key.ts';
import { Pkcs11Session } from './session.ts';
import { findToken } from './slots.ts';

/** A signer whose private key stays in a token. */
export class Pkcs11Signer implements Signer {
  readonly algorithm: ClassicalAlgorithm;
  readonly publicKey: Uint8Array;
  /** Names the key precisely: with the token's serial number, and the key's label and ID. */
  readonly ref: Pkcs11KeyRef;
  readonly #session: Pkcs11Session;
  readonly #key: TokenKey;
  readonly #way: SigningMechanism;

  constructor(session: Pkcs11Session, ref: Pkcs11KeyRef, wanted: SignatureAlgorithm | undefined) {
    this.#session = session;
    this.#key = findPrivateKey(session, ref);
    this.publicKey = readPublicKey(session, this.#key);
    this.algorithm = usableAlgorithm(this.publicKey, wanted, this.#key);
    this.#way = chooseMechanism(this.algorithm, session.mechanisms());
    this.ref = {
      kind: 'pkcs11',
      modulePath: modulePath(ref.modulePath),
      token: session.token.label,
      serial: session.token.serial,
      object: this.#key.label,
      ...(this.#key.id.length > 0 && { id: this.#key.id }),
      ...(ref.pinSource !== undefined && { pinSource: ref.pinSource }),
    };
  }

  async sign(message: Uint8Array): Promise<Uint8Array> {
    const { mechanism, prepare, finish, maxBytes } = this.#way;
    const data = prepare(message);
    return finish(await this.#session.sign(mechanism, this.#key.handle, data, maxBytes));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
  }
}

function usableAlgorithm(
  publicKey: Uint8Array,
  wanted: SignatureAlgorithm | undefined,
  { label }: TokenKey,
): ClassicalAlgorithm {
  const usable = algorithmsOfKey(publicKey).filter((row) => row.family === 'classical');
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
  return withSession(ref, access, async (session) => new Pkcs11Signer(session, ref, algorithm));
}

/** A key that was made just now, and how to undo that. */
export interface GeneratedKey {
  readonly signer: Pkcs11Signer;
  /** Deletes the key pair, for when no CA came of it. */
  undo(): Promise<void>;
}

/** Makes a key pair in the token and opens it. */
export async function generatePkcs11Signer(
  ref: Pkcs11KeyRef,
  access: KeyAccess,
  algorithm: ClassicalAlgorithm,
): Promise<GeneratedKey> {
  return withSession(ref, access, async (session) => {
    const made = await generateKeyPair(session, algorithm, ref);
    const undo = async () => {
      try {
        destroyById(session, made.id);
      } catch (error) {
        access.note(`warning: ${leftBehind({ ...made, token: session.token.label })}`);
        throw error;
      }
    };
    try {
      return { signer: new Pkcs11Signer(session, made, algorithm), undo };
    } catch (error) {
      await undo();
      throw error;
    }
  });
}

/** Opens a session for `use`, which takes it over; if `use` fails, everything is closed again. */
async function withSession<Result>(
  ref: Pkcs11KeyRef,
  access: KeyAccess,
  use: (session: Pkcs11Session) => Promise<Result>,
): Promise<Result> {
  const module = await openModule(ref.modulePath, access.trace);
  let session: Pkcs11Session | undefined;
  try {
    const pin = (token: string) => access.pin(token, ref.pinSource);
    session = await Pkcs11Session.open(module, findToken(module, ref), pin);
    return await use(session);
  } catch (error) {
    await (session ?? module)[Symbol.asyncDispose]();
    throw error;
  }
}
