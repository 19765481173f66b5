import type { Handle, Template } from 'pkcs11js';
import { PkiError } from '../errors.ts';
import { CKA, CKK, CKO } from '../signers/pkcs11/constants.ts';
import { firstAccepted } from '../signers/pkcs11/generate.ts';
import { naming } from '../signers/pkcs11/keys.ts';
import type { Pkcs11Session } from '../signers/pkcs11/session.ts';

/** AES-256. */
const KEY_BYTES = 32;

/** What a key is wrapped under: octets that come from a passphrase, or an AES key of the token. */
export type WrappingKey =
  | { readonly kind: 'passphrase'; readonly octets: Buffer }
  | { readonly kind: 'token'; readonly label: string };

/** Has `use` do something with the wrapping key; one from a passphrase is gone afterwards. */
export async function withWrappingKey<Result>(
  session: Pkcs11Session,
  key: WrappingKey,
  use: (wrappingKey: Handle) => Promise<Result>,
): Promise<Result> {
  if (key.kind === 'token') return use(await findWrappingKey(session, key.label));
  const handle = await imported(session, key.octets);
  try {
    return await use(handle);
  } finally {
    await session.destroy(handle).catch(() => undefined); // the session ends, and it with it
  }
}

async function imported(session: Pkcs11Session, octets: Buffer): Promise<Handle> {
  try {
    return await importWrappingKey(session, octets);
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    throw new PkiError(
      error.code,
      `the token "${session.token.label}" takes no wrapping key from a passphrase: ${error.message}`,
      {
        hints: ['wrap under an AES key that is in the token: --wrapping-key LABEL'],
        cause: error.cause,
      },
    );
  }
}

/** A session object that wraps and unwraps, and cannot be read again. */
export function importWrappingKey(session: Pkcs11Session, octets: Buffer): Promise<Handle> {
  const needed: Template = [
    { type: CKA.class, value: CKO.secretKey },
    { type: CKA.keyType, value: CKK.aes },
    { type: CKA.token, value: false },
    { type: CKA.sensitive, value: true },
    { type: CKA.extractable, value: false },
    { type: CKA.wrap, value: true },
    { type: CKA.unwrap, value: true },
    { type: CKA.value, value: octets },
  ];
  const not = [CKA.encrypt, CKA.decrypt].map((type) => ({ type, value: false }));
  const rungs = [[...needed, { type: CKA.private, value: true }, ...not], needed];
  return firstAccepted(rungs, (template) => session.createObject(template));
}

/** The one AES-256 key with the label, of a kind that may hold a backup. */
async function findWrappingKey(session: Pkcs11Session, label: string): Promise<Handle> {
  const secretKeys = [{ type: CKA.class, value: CKO.secretKey }, ...naming(label, undefined)];
  const [handle, ...others] = await session.find(secretKeys);
  const named = `with the label "${label}" in the token "${session.token.label}"`;
  if (!handle) throw new PkiError('KEY_UNAVAILABLE', `there is no secret key ${named}`);
  if (others.length > 0) {
    throw new PkiError('KEY_UNAVAILABLE', `there are ${others.length + 1} secret keys ${named}`);
  }
  const problems = await wrappingKeyProblems(session, handle);
  if (problems.length === 0) return handle;
  throw new PkiError('KEY_UNAVAILABLE', `the key ${named} cannot hold a backup`, {
    hints: problems,
  });
}

/** What a token does not tell is no problem: it will say so itself. */
async function wrappingKeyProblems(session: Pkcs11Session, key: Handle) {
  const flag = async (type: number) => (await session.attribute(key, type))?.[0];
  const number = async (type: number) => (await session.attribute(key, type))?.readUInt32LE(0);
  const [keyType, length] = [await number(CKA.keyType), await number(CKA.valueLen)];
  const problems = [
    keyType !== undefined && keyType !== CKK.aes && 'it is not an AES key',
    length !== undefined && length !== KEY_BYTES && `it has ${8 * length} bits; 256 are needed`,
    (await flag(CKA.wrap)) === 0 && 'CKA_WRAP is not true',
    (await flag(CKA.unwrap)) === 0 && 'CKA_UNWRAP is not true',
    (await flag(CKA.sensitive)) === 0 && 'CKA_SENSITIVE is not true, so everybody can read it',
  ];
  return problems.filter((problem) => typeof problem === 'string');
}
