import type { Handle, Template } from 'pkcs11js';
import { PkiError } from '../../errors.ts';
import type { Pkcs11KeyRef } from '../key-ref.ts';
import { CKA, CKO } from './constants.ts';
import type { Pkcs11Session } from './session.ts';

/** A private key of the token, and what names it. */
export interface TokenKey {
  readonly handle: Handle;
  readonly label: string;
  readonly id: Uint8Array;
  /** CKA_ALWAYS_AUTHENTICATE: it wants a login for each signature. */
  readonly alwaysAuthenticate: boolean;
}

/** The one private key with the label and ID of `ref`; otherwise an error that lists what is. */
export async function findPrivateKey(session: Pkcs11Session, ref: Pkcs11KeyRef): Promise<TokenKey> {
  const handles = await session.find([
    { type: CKA.class, value: CKO.privateKey },
    ...naming(ref.object, ref.id),
  ]);
  const [handle, ...others] = handles;
  if (handle && others.length === 0) return tokenKey(session, handle);
  const wanted = describedRef(ref);
  if (!handle) throw await missing(session, wanted);
  const found = await descriptions(session, handles);
  throw new PkiError(
    'KEY_UNAVAILABLE',
    `${handles.length} private keys in the token "${session.token.label}" have ${wanted}`,
    { hints: [`choose one with --pkcs11-key-id: ${found.join(', ')}`] },
  );
}

/** Search criteria for a label, an ID, or both. */
export const naming = (label: string | undefined, id: Uint8Array | undefined): Template => [
  ...(label === undefined ? [] : [{ type: CKA.label, value: Buffer.from(label, 'utf8') }]),
  ...(id === undefined ? [] : [{ type: CKA.id, value: Buffer.from(id) }]),
];

export async function tokenKey(session: Pkcs11Session, handle: Handle): Promise<TokenKey> {
  const [label, id, alwaysAuthenticate] = await Promise.all([
    session.attribute(handle, CKA.label),
    session.attribute(handle, CKA.id),
    session.attribute(handle, CKA.alwaysAuthenticate),
  ]);
  return {
    handle,
    label: label?.toString('utf8') ?? '',
    id: Uint8Array.from(id ?? []),
    alwaysAuthenticate: alwaysAuthenticate?.[0] === 1,
  };
}

async function descriptions(session: Pkcs11Session, handles: readonly Handle[]) {
  const keys = await Promise.all(handles.map((handle) => tokenKey(session, handle)));
  return keys.map(describedKey).toSorted();
}

async function missing(session: Pkcs11Session, wanted: string): Promise<PkiError> {
  const all = await session.find([{ type: CKA.class, value: CKO.privateKey }]);
  const keys = await descriptions(session, all);
  const hint =
    keys.length > 0
      ? `private keys in the token: ${keys.join(', ')}`
      : 'the token has no private key; make one with --pkcs11-generate-key';
  return new PkiError(
    'KEY_UNAVAILABLE',
    `PKCS#11 error: CKR_KEY_HANDLE_INVALID: no private key in the token "${session.token.label}" has ${wanted}`,
    { hints: [hint] },
  );
}

/** `"ca-key" (ID 01)` */
export const describedKey = ({ label, id }: Pick<TokenKey, 'label' | 'id'>): string =>
  `"${label}" (ID ${hex(id) || 'none'})`;

export function describedRef({
  object,
  id,
}: {
  readonly object?: string | undefined;
  readonly id?: Uint8Array | undefined;
}): string {
  const parts = [
    object !== undefined && `the label "${object}"`,
    id !== undefined && `the ID ${hex(id)}`,
  ].filter((part) => typeof part === 'string');
  return parts.length > 0 ? parts.join(' and ') : 'any label';
}

export const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');
