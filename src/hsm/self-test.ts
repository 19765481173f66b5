import { randomBytes } from 'node:crypto';
import type { Handle } from 'pkcs11js';
import type { TokenAlgorithm } from '../algorithms/algorithm.ts';
import { isTokenAlgorithm } from '../algorithms/registry.ts';
import { algorithmsOfKey } from '../algorithms/spki.ts';
import { verifySignature } from '../algorithms/verify.ts';
import { PkiError } from '../errors.ts';
import type { Pkcs11KeyRef } from '../signers/key-ref.ts';
import type { TokenConnection } from '../signers/pkcs11/connection.ts';
import { CKA, mechanismName } from '../signers/pkcs11/constants.ts';
import { remediesOf } from '../signers/pkcs11/errors.ts';
import { firstAccepted } from '../signers/pkcs11/generate.ts';
import { findPrivateKey, type TokenKey } from '../signers/pkcs11/keys.ts';
import {
  offeredMechanisms,
  type SigningMechanism,
  signingMechanisms,
} from '../signers/pkcs11/mechanisms.ts';
import { readPublicKey } from '../signers/pkcs11/public-key.ts';
import type { Pkcs11Session } from '../signers/pkcs11/session.ts';
import { mechanismsOf } from '../signers/pkcs11/slots.ts';
import { type GenerationTemplates, generationTemplates } from '../signers/pkcs11/templates.ts';

/** What came of one signature that was made for a test. */
export interface SignatureTest {
  readonly algorithm: string;
  readonly mechanism: string;
  /** `refused`: the token lists the mechanism and does not use it with this key. */
  readonly outcome: 'verified' | 'refused' | 'wrong';
  /** Why it was refused, or what is wrong. */
  readonly detail: string | undefined;
  /** From C_SignInit to the answer of C_Sign. Milliseconds. */
  readonly milliseconds: number;
}

export interface KeyTest {
  readonly label: string;
  readonly id: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly signatures: readonly SignatureTest[];
}

/** Length of the random message that is signed. Octets. */
const MESSAGE = 64;

/** Signs with a key by every mechanism that the token lists for it, and verifies in software. */
export async function testKey(connection: TokenConnection, ref: Pkcs11KeyRef): Promise<KeyTest> {
  const { anchor, module, token } = connection;
  const key = await findPrivateKey(anchor, ref);
  const publicKey = await readPublicKey(anchor, key);
  const offered = new Set(await mechanismsOf(module, token));
  const { quirks } = anchor;
  const algorithms = algorithmsOfKey(publicKey).filter(isTokenAlgorithm);
  const signatures: SignatureTest[] = [];
  for (const algorithm of algorithms) {
    const ways = signingMechanisms(algorithm, quirks);
    for (const way of ways.filter(({ mechanism }) => offered.has(mechanism.mechanism))) {
      const sign = (message: Uint8Array) =>
        connection.use((session) => signedBy(way, session, key, message));
      signatures.push(await testSignature(algorithm, way, publicKey, sign));
    }
  }
  const [usual] = algorithms;
  if (signatures.length === 0 && usual) offeredMechanisms(usual, offered, quirks); // says what is missing
  return { label: key.label, id: key.id, publicKey, signatures };
}

/**
 * Makes a key pair that lives in one session only (CKA_TOKEN false), signs with it by the preferred
 * mechanism, verifies, and destroys it. Tokens that have keys of their own only refuse to make it.
 */
export async function testThrowAwayKey(
  connection: TokenConnection,
  algorithm: TokenAlgorithm,
): Promise<SignatureTest> {
  const { module, token } = connection;
  const { quirks } = connection.anchor;
  const offered = new Set(await mechanismsOf(module, token));
  const [way] = offeredMechanisms(algorithm, offered, quirks);
  if (!way) throw new TypeError('no mechanism, and no error');
  const name = { label: 'pki throw-away key', id: randomBytes(quirks.idBytes) };
  const ref = { kind: 'pkcs11', modulePath: '', object: name.label, id: name.id } as const;
  const templates = generationTemplates({ ref, algorithm, exportable: false }, quirks);
  return connection.use(async (session) => {
    const { privateKey, publicKey } = await firstAccepted(templates.map(inSession), (template) =>
      session.generateKeyPair(template.mechanism, template.publicKey, template.privateKey),
    );
    const key = { ...name, handle: privateKey };
    try {
      const spki = await readPublicKey(session, key);
      const sign = (message: Uint8Array) => signedBy(way, session, key, message);
      return await testSignature(algorithm, way, spki, sign);
    } finally {
      await destroyed(session, [privateKey, publicKey]);
    }
  });
}

/** The same templates for objects that end with their session. */
function inSession(template: GenerationTemplates): GenerationTemplates {
  const changed = (half: GenerationTemplates['publicKey']) =>
    half.map((item) => (item.type === CKA.token ? { ...item, value: false } : item));
  return {
    ...template,
    publicKey: changed(template.publicKey),
    privateKey: changed(template.privateKey),
  };
}

/** Closing the session deletes them too, so that a failure here leaves nothing. */
async function destroyed(session: Pkcs11Session, objects: readonly Handle[]): Promise<void> {
  for (const object of objects) await session.destroy(object).catch(() => undefined);
}

const signedBy = (
  { mechanism, prepare, maxBytes }: SigningMechanism,
  session: Pkcs11Session,
  { handle }: Pick<TokenKey, 'handle'>,
  message: Uint8Array,
): Promise<Uint8Array> =>
  session.sign({ mechanism, key: handle, data: prepare(message), maxBytes });

async function testSignature(
  algorithm: TokenAlgorithm,
  { mechanism, finish }: SigningMechanism,
  spki: Uint8Array,
  sign: (message: Uint8Array) => Promise<Uint8Array>,
): Promise<SignatureTest> {
  const message = randomBytes(MESSAGE);
  const start = performance.now();
  const what = { algorithm: algorithm.name, mechanism: mechanismName(mechanism.mechanism) };
  const result = (outcome: SignatureTest['outcome'], end: number, detail?: string) => ({
    ...what,
    outcome,
    detail,
    milliseconds: end - start,
  });
  let raw: Uint8Array;
  try {
    raw = await sign(message);
  } catch (error) {
    if (!(error instanceof PkiError && remediesOf(error).includes('next-mechanism'))) throw error;
    return result('refused', performance.now(), error.message);
  }
  const end = performance.now();
  try {
    const signature = finish(raw);
    const { identifier } = algorithm;
    const problem = await verifySignature({ spki, identifier, message, signature });
    return result(problem === undefined ? 'verified' : 'wrong', end, problem);
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return result('wrong', end, error.message); // it has not even the form of a signature
  }
}
