import type { KeyAccess } from '../key-access.ts';
import type { Pkcs11KeyRef } from '../key-ref.ts';
import { login } from './login.ts';
import { openModule, type Pkcs11Module } from './module.ts';
import { quirksOf } from './quirks.ts';
import { Pkcs11Session } from './session.ts';
import { SessionPool } from './session-pool.ts';
import { findToken, type Token } from './slots.ts';

/** What is open while a token is connected. */
export interface Line {
  readonly module: Pkcs11Module;
  readonly token: Token;
  /** Keeps the login: closing the last session would log out. It only searches and reads. */
  readonly anchor: Pkcs11Session;
  readonly pool: SessionPool;
}

/** Starts the module, chooses the token and logs in. */
export async function openLine(ref: Pkcs11KeyRef, access: KeyAccess): Promise<Line> {
  const module = await openModule(ref, access);
  try {
    return await openSessions(module, await findToken(module, ref), ref, access);
  } catch (error) {
    await module[Symbol.asyncDispose]();
    throw error;
  }
}

/** Logs in to a token of a module that runs. */
export async function openSessions(
  module: Pkcs11Module,
  token: Token,
  ref: Pkcs11KeyRef,
  access: KeyAccess,
): Promise<Line> {
  const quirks = quirksOf(token, access.hsm.vendor);
  const anchor = await Pkcs11Session.open(module.library, token, quirks);
  await login(module, anchor, ref, access);
  const pool = new SessionPool(module.library, token, access.hsm);
  return { module, token, anchor, pool };
}
