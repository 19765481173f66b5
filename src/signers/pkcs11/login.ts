import { PkiError } from '../../errors.ts';
import type { KeyAccess } from '../key-access.ts';
import type { Pkcs11KeyRef } from '../key-ref.ts';
import { CKF, CKU_CONTEXT_SPECIFIC, CKU_USER } from './constants.ts';
import { CKR, LoginError, pkcs11Error, returnCode } from './errors.ts';
import type { Pkcs11Module } from './module.ts';
import type { Pkcs11Session } from './session.ts';
import { type Token, tokenFlags } from './slots.ts';

/** Logs the application in to the token of `session`, where the token asks for it. */
export async function login(
  module: Pkcs11Module,
  session: Pkcs11Session,
  ref: Pkcs11KeyRef,
  access: KeyAccess,
): Promise<void> {
  const { token } = session;
  const flags = await tokenFlags(module, token);
  if ((flags & CKF.loginRequired) === 0) return;
  if ((flags & CKF.userPinLocked) !== 0) throw pinLocked(token);
  if ((flags & CKF.userPinFinalTry) !== 0) mustBeAllowed(token, access);
  await sendPin(module, session, { ref, access, flags, userType: ref.userType ?? CKU_USER });
}

/** Logs in for one operation that was begun, as keys with CKA_ALWAYS_AUTHENTICATE want it. */
export async function authenticateOperation(
  module: Pkcs11Module,
  session: Pkcs11Session,
  ref: Pkcs11KeyRef,
  access: KeyAccess,
): Promise<void> {
  const { flags } = session.token;
  await sendPin(module, session, { ref, access, flags, userType: CKU_CONTEXT_SPECIFIC });
}

interface Login {
  readonly ref: Pkcs11KeyRef;
  readonly access: KeyAccess;
  readonly flags: number;
  readonly userType: number;
}

async function sendPin(
  module: Pkcs11Module,
  { token, handle }: Pkcs11Session,
  { ref, access, flags, userType }: Login,
): Promise<void> {
  const pin = await pinOf(token, flags, ref, access);
  try {
    await module.library.C_Login(handle, userType, pin);
  } catch (error) {
    if (returnCode(error) === CKR.userAlreadyLoggedIn) return; // by another session of ours
    const hints = triesLeft(await tokenFlags(module, token).catch(() => 0));
    throw loginError(pkcs11Error(error, `logging in to the token "${token.label}"`, hints));
  }
}

/**
 * On a protected authentication path the device asks for the PIN (PKCS #11 3.2 §5.6.8). pkcs11js
 * cannot send NULL for it; an empty text is as near as it gets, and what modules with it expect.
 */
async function pinOf(
  { label }: Token,
  flags: number,
  { pinSource }: Pkcs11KeyRef,
  access: KeyAccess,
): Promise<string> {
  if ((flags & CKF.protectedAuthenticationPath) === 0) {
    return (await access.pin(label, pinSource)).reveal();
  }
  access.note(`note: the token "${label}" asks for its PIN at the device`);
  return '';
}

/** A script that has the wrong PIN must not lock a token by being run three times. */
function mustBeAllowed({ label }: Token, { hsm, interactive, note }: KeyAccess): void {
  if (hsm.allowFinalTry) return;
  if (interactive) {
    note(`warning: one PIN try is left for the token "${label}"`);
    return;
  }
  throw new PkiError('AUTH', `one PIN try is left before the token "${label}" locks it`, {
    hints: ['log in once at a terminal, or give --allow-final-try if the PIN is certain'],
  });
}

function loginError(error: unknown): unknown {
  if (!(error instanceof PkiError)) return error;
  const { code, message, hints, cause } = error;
  return new LoginError(code, message, { hints, cause });
}

function triesLeft(flags: number): readonly string[] {
  if ((flags & CKF.userPinLocked) !== 0) return ['the PIN is locked now'];
  if ((flags & CKF.userPinFinalTry) !== 0) return ['one try is left before the PIN is locked'];
  return (flags & CKF.userPinCountLow) !== 0 ? ['the token says that few tries are left'] : [];
}

const pinLocked = ({ label }: Token): PkiError =>
  new LoginError(
    'AUTH',
    `PKCS#11 error: CKR_PIN_LOCKED: the PIN of the token "${label}" is locked`,
    { hints: ['the security officer can set a new PIN with the tool of the token'] },
  );
