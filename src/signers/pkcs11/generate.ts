import { randomBytes } from 'node:crypto';
import type { Handle } from 'pkcs11js';
import { PkiError } from '../../errors.ts';
import type { Pkcs11KeyRef } from '../key-ref.ts';
import type { TokenConnection } from './connection.ts';
import { CKA, CKO } from './constants.ts';
import { remediesOf } from './errors.ts';
import { describedRef, hex, naming } from './keys.ts';
import { ModuleLostError } from './module-client.ts';
import type { Pkcs11Session } from './session.ts';
import { generationTemplates, type KeyGeneration, OTHER_USES } from './templates.ts';

/** How often an ID is drawn again that an object has already; 2-octet IDs do meet. */
const DRAWS = 8;

export type MadeKeyRef = Pkcs11KeyRef & { readonly id: Uint8Array };

/**
 * Makes a key pair that can only sign, and proves by reading back what was made. A label or ID
 * that exists is refused. What fails is deleted again, also where the token made a key and its
 * answer was lost; it is not tried again.
 */
export async function generateKeyPair(
  connection: TokenConnection,
  { ref, algorithm, exportable }: KeyGeneration,
): Promise<MadeKeyRef> {
  const { anchor } = connection;
  const { quirks } = anchor;
  await mustBeFree(anchor, { object: ref.object });
  const made = { ...ref, id: ref.id ?? (await freeId(anchor, quirks.idBytes)) };
  if (ref.id) await mustBeFree(anchor, { id: ref.id });
  const templates = generationTemplates({ ref: made, algorithm, exportable }, quirks);
  try {
    const { privateKey } = await firstAccepted(
      templates,
      ({ mechanism, publicKey, privateKey }) =>
        connection.use((session) => session.generateKeyPair(mechanism, publicKey, privateKey)),
      () => destroyKeyPair(connection, made),
    );
    await mustBeFit(connection.anchor, privateKey, exportable);
    return made;
  } catch (error) {
    throw await undone(connection, made, error);
  }
}

/**
 * From the most to the least that a template says; reading back decides either way. `undo` runs
 * before the next one, since a token may have done what it says that it refused.
 */
export async function firstAccepted<Template, Result>(
  templates: readonly Template[],
  generate: (template: Template) => Promise<Result>,
  undo: () => Promise<unknown> = async () => undefined,
): Promise<Result> {
  const [template, ...others] = templates;
  if (!template) throw new TypeError('no template');
  try {
    return await generate(template);
  } catch (error) {
    if (others.length === 0 || !remediesOf(error).includes('other-template')) throw error;
    await undo();
    return firstAccepted(others, generate, undo);
  }
}

/** `error`, and what became of the key: deleted again, or still there and how to find it. */
export async function undone(
  connection: TokenConnection,
  made: MadeKeyRef,
  error: unknown,
): Promise<unknown> {
  const left = `${leftBehind(connection, made)}, if it is there`;
  // a token that was not waited for may still be making it
  const none = error instanceof ModuleLostError ? left : undefined;
  const hint = await destroyKeyPair(connection, made).then(
    (deleted) => (deleted > 0 ? 'the key was deleted again' : none),
    () => left,
  );
  if (!(error instanceof PkiError) || hint === undefined) return error;
  return new PkiError(error.code, error.message, {
    hints: [...error.hints, hint],
    cause: error.cause,
  });
}

/**
 * Deletes all key objects with the ID and returns how many there were. The connection is made
 * anew first if it was lost; at the end of a command only if `late` can get what is opened for it.
 */
export async function destroyKeyPair(
  connection: TokenConnection,
  { id }: MadeKeyRef,
  late?: AsyncDisposableStack,
): Promise<number> {
  return connection.retried(() => destroyById(connection.anchor, id), late);
}

async function destroyById(session: Pkcs11Session, id: Uint8Array): Promise<number> {
  let deleted = 0;
  for (const value of [CKO.privateKey, CKO.publicKey]) {
    const objects = await session.find([{ type: CKA.class, value }, ...naming(undefined, id)]);
    for (const object of objects) await session.destroy(object);
    deleted += objects.length;
  }
  return deleted;
}

/** Says what is left in the token when a key could not be deleted. */
export const leftBehind = ({ token }: TokenConnection, { object, id }: MadeKeyRef): string =>
  `delete the key "${object}" (ID ${hex(id)}) in the token "${token.label}" by hand`;

export async function freeId(session: Pkcs11Session, length: number): Promise<Uint8Array> {
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const id = randomBytes(length);
    if ((await session.find(naming(undefined, id))).length === 0) return id;
  }
  throw new PkiError('KEY_UNAVAILABLE', `the token "${session.token.label}" has no free key ID`);
}

export async function mustBeFree(
  session: Pkcs11Session,
  name: { readonly object?: string | undefined; readonly id?: Uint8Array | undefined },
): Promise<void> {
  if (name.object === undefined && !name.id) return;
  if ((await session.find(naming(name.object, name.id))).length === 0) return;
  throw new PkiError(
    'KEY_UNAVAILABLE',
    `an object in the token "${session.token.label}" already has ${describedRef(name)}`,
    { hints: ['choose another one; keys in the token are never overwritten'] },
  );
}

/** Attributes that a token does not tell are no problem, but for the two that keep the key in. */
export async function mustBeFit(
  session: Pkcs11Session,
  key: Handle,
  exportable: boolean,
): Promise<void> {
  const flag = async (type: number) => (await session.attribute(key, type))?.[0];
  const others = await Promise.all(OTHER_USES.map(flag));
  const extractable = await flag(CKA.extractable);
  const problems = [
    (await flag(CKA.sensitive)) !== 1 && 'CKA_SENSITIVE is not true',
    !exportable && extractable !== 0 && 'CKA_EXTRACTABLE is not false',
    exportable && extractable !== 1 && 'CKA_EXTRACTABLE is not true, so no backup can be made',
    (await flag(CKA.sign)) === 0 && 'CKA_SIGN is not true',
    others.includes(1) && 'it can do more than sign',
  ];
  const hints = problems.filter((problem) => typeof problem === 'string');
  if (hints.length === 0) return;
  throw new PkiError('KEY_UNAVAILABLE', 'the token made a key that is not fit for a CA', { hints });
}
