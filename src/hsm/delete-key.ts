import type { Handle } from 'pkcs11js';
import { PkiError } from '../errors.ts';
import type { Pkcs11KeyRef } from '../signers/key-ref.ts';
import { CKA, CKO } from '../signers/pkcs11/constants.ts';
import {
  describedKey,
  describedRef,
  hex,
  naming,
  type TokenKey,
  tokenKey,
} from '../signers/pkcs11/keys.ts';
import type { Pkcs11Session } from '../signers/pkcs11/session.ts';

/** One half of a key pair that is to be deleted. */
export interface KeyHalf extends TokenKey {
  readonly class: 'private key' | 'public key';
}

/**
 * The one key pair that `ref` names by label, ID, or both; perhaps only a half of it is there. If
 * both are given, objects that do not have both are not touched. Otherwise the half that has the
 * ID of the other one belongs to it, whatever its label. Several keys are an error.
 */
export async function findKeyPair(
  session: Pkcs11Session,
  ref: Pkcs11KeyRef,
): Promise<readonly KeyHalf[]> {
  const privateKeys = await halves(session, 'private key', ref);
  const publicKeys = await halves(session, 'public key', ref);
  const found = [...privateKeys, ...publicKeys];
  const [first] = found;
  if (!first) throw await missing(session, ref);
  const oneEach = privateKeys.length <= 1 && publicKeys.length <= 1;
  const pair = oneEach && ref.id === undefined ? await completed(session, first, found) : found;
  if (oneEach && pair.length <= 2 && pair.every((half) => hex(half.id) === hex(first.id))) {
    return pair;
  }
  throw ambiguous(session, ref, oneEach ? pair : found);
}

/** What else has the ID of a half that was found by its label alone. */
async function completed(
  session: Pkcs11Session,
  { id }: KeyHalf,
  found: readonly KeyHalf[],
): Promise<readonly KeyHalf[]> {
  if (id.length === 0) return found;
  const byId = { id };
  const all = [
    ...(await halves(session, 'private key', byId)),
    ...(await halves(session, 'public key', byId)),
  ];
  const known = new Set(found.map(({ handle }) => handle.toString('hex')));
  return [...found, ...all.filter(({ handle }) => !known.has(handle.toString('hex')))];
}

/** Deletes the halves, the private one first, and proves that nothing of them is left. */
export async function deleteKeyPair(
  session: Pkcs11Session,
  pair: readonly KeyHalf[],
): Promise<void> {
  const deleted: KeyHalf[] = [];
  for (const half of pair) {
    try {
      await session.destroy(half.handle);
    } catch (error) {
      throw unfinished(error, deleted, half);
    }
    deleted.push(half);
  }
  const left = await Promise.all(pair.map((half) => stillThere(session, half)));
  const half = pair[left.indexOf(true)];
  if (!half) return;
  throw new PkiError('KEY_UNAVAILABLE', `the token still has ${describedHalf(half)}`, {
    hints: ['it accepted the order to delete it, and did not'],
  });
}

async function stillThere(session: Pkcs11Session, half: KeyHalf): Promise<boolean> {
  // some tokens refuse to search for an empty label or ID
  const same = await halves(session, half.class, {
    ...(half.label !== '' && { object: half.label }),
    ...(half.id.length > 0 && { id: half.id }),
  });
  return same.some(({ handle }) => Buffer.compare(handle, half.handle) === 0);
}

/** `the private key "ca-key" (ID 01)` */
export const describedHalf = (half: KeyHalf): string => `the ${half.class} ${describedKey(half)}`;

type Name = Pick<Partial<Pkcs11KeyRef>, 'object' | 'id'>;

async function halves(
  session: Pkcs11Session,
  name: KeyHalf['class'],
  { object, id }: Name,
): Promise<readonly KeyHalf[]> {
  const value = name === 'private key' ? CKO.privateKey : CKO.publicKey;
  const handles: readonly Handle[] = await session.find([
    { type: CKA.class, value },
    ...naming(object, id),
  ]);
  const keys = await Promise.all(handles.map((handle) => tokenKey(session, handle)));
  return keys.map((key) => ({ ...key, class: name }));
}

function unfinished(error: unknown, deleted: readonly KeyHalf[], half: KeyHalf): unknown {
  if (!(error instanceof PkiError)) return error;
  const done = deleted.map((item) => `${describedHalf(item)} was deleted`);
  const hints = [...error.hints, ...done, `${describedHalf(half)} is still there`];
  return new PkiError(error.code, error.message, { hints, cause: error.cause });
}

async function missing(session: Pkcs11Session, ref: Pkcs11KeyRef): Promise<PkiError> {
  const all = [
    ...(await halves(session, 'private key', {})),
    ...(await halves(session, 'public key', {})),
  ];
  const names = [...new Set(all.map(describedKey))].toSorted();
  const hint = names.length > 0 ? `keys in the token: ${names.join(', ')}` : 'the token has no key';
  return new PkiError(
    'KEY_UNAVAILABLE',
    `no key in the token "${session.token.label}" has ${describedRef(ref)}`,
    { hints: [hint] },
  );
}

function ambiguous(
  { token }: Pkcs11Session,
  ref: Pkcs11KeyRef,
  found: readonly KeyHalf[],
): PkiError {
  const choose =
    ref.object !== undefined && ref.id !== undefined
      ? 'they cannot be told apart here; delete them with the tool of the token'
      : 'nothing was deleted; name one by both its label and its ID';
  const listed = found.map(describedHalf).toSorted();
  return new PkiError(
    'KEY_UNAVAILABLE',
    `${found.length} objects in the token "${token.label}" have ${describedRef(ref)}, and are not one key pair`,
    { hints: [choose, `they are: ${listed.join(', ')}`] },
  );
}
