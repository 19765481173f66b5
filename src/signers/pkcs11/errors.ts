import { PkiError, type PkiErrorCode } from '../../errors.ts';
import { ReturnCodeError } from './library.ts';

/**
 * What pki does about a return code, one after the other as long as it fails. A call that
 * authenticates is never repeated, whatever it returned.
 *
 * - `wait`: for a session, with growing pauses, for some seconds
 * - `next-mechanism`: sign, wrap or unwrap with the next mechanism that the token offers
 * - `other-template`: make or unwrap the key with fewer attributes; what came of it is read back
 * - `find-key`: look for the key again, compare its public key, sign once more
 * - `log-in`: log in again, then as `find-key`
 * - `reopen`: open new sessions, log in, then as `find-key`
 * - `restart`: start the module anew, choose the slot again, then as `reopen`
 */
export type Remedy =
  | 'wait'
  | 'next-mechanism'
  | 'other-template'
  | 'find-key'
  | 'log-in'
  | 'reopen'
  | 'restart';

/** One return code: the kind of failure, what pki does about it, and what a person can do. */
export interface ReturnCodeRow {
  readonly name: string;
  readonly code: PkiErrorCode;
  readonly remedies: readonly Remedy[];
  readonly hint?: string;
}

const PIN_HINT = 'the PIN was sent once and is not tried again; check it before the next try';
const GONE_HINT = 'check that the HSM is connected and its client is running, then try again';
const SESSIONS_HINT = 'other processes may hold sessions; end them, or wait until they time out';
const LOG_HINT = 'the log of the module may say more';
const MECHANISM_HINT = '"pki hsm mechanisms" shows what the token offers';

// biome-ignore format: a table
export const RETURN_CODES: ReadonlyMap<number, ReturnCodeRow> = new Map([
  [0x01, row('CKR_CANCEL', 'KEY_UNAVAILABLE', [], 'it was cancelled at the device')],
  [0x02, row('CKR_HOST_MEMORY', 'KEY_UNAVAILABLE', ['reopen'], GONE_HINT)],
  [0x03, row('CKR_SLOT_ID_INVALID', 'KEY_UNAVAILABLE', ['restart'], GONE_HINT)],
  [0x05, row('CKR_GENERAL_ERROR', 'KEY_UNAVAILABLE', ['restart'], LOG_HINT)],
  [0x06, row('CKR_FUNCTION_FAILED', 'KEY_UNAVAILABLE', ['next-mechanism', 'reopen'], LOG_HINT)],
  [0x07, row('CKR_ARGUMENTS_BAD', 'KEY_UNAVAILABLE', [], 'some modules want a configuration file or parameters; see their documents')],
  [0x0a, row('CKR_CANT_LOCK', 'KEY_UNAVAILABLE', [], 'the module cannot be used by several threads')],
  [0x10, row('CKR_ATTRIBUTE_READ_ONLY', 'KEY_UNAVAILABLE', ['other-template'])],
  [0x11, row('CKR_ATTRIBUTE_SENSITIVE', 'KEY_UNAVAILABLE', [])],
  [0x12, row('CKR_ATTRIBUTE_TYPE_INVALID', 'KEY_UNAVAILABLE', ['other-template'])],
  [0x13, row('CKR_ATTRIBUTE_VALUE_INVALID', 'KEY_UNAVAILABLE', ['other-template'], 'the key ID may exist already in the token')],
  [0x20, row('CKR_DATA_INVALID', 'KEY_UNAVAILABLE', ['next-mechanism'])],
  [0x21, row('CKR_DATA_LEN_RANGE', 'KEY_UNAVAILABLE', ['next-mechanism'])],
  [0x30, row('CKR_DEVICE_ERROR', 'KEY_UNAVAILABLE', ['reopen', 'restart'], GONE_HINT)],
  [0x31, row('CKR_DEVICE_MEMORY', 'KEY_UNAVAILABLE', ['reopen'], 'the token may be full')],
  [0x32, row('CKR_DEVICE_REMOVED', 'KEY_UNAVAILABLE', ['reopen', 'restart'], GONE_HINT)],
  [0x50, row('CKR_FUNCTION_CANCELED', 'KEY_UNAVAILABLE', ['next-mechanism', 'reopen'], LOG_HINT)],
  [0x54, row('CKR_FUNCTION_NOT_SUPPORTED', 'KEY_UNAVAILABLE', [])],
  [0x60, row('CKR_KEY_HANDLE_INVALID', 'KEY_UNAVAILABLE', ['find-key'])],
  [0x62, row('CKR_KEY_SIZE_RANGE', 'KEY_UNAVAILABLE', ['next-mechanism'], MECHANISM_HINT)],
  [0x63, row('CKR_KEY_TYPE_INCONSISTENT', 'KEY_UNAVAILABLE', ['next-mechanism'], MECHANISM_HINT)],
  [0x68, row('CKR_KEY_FUNCTION_NOT_PERMITTED', 'KEY_UNAVAILABLE', ['next-mechanism'], 'the key has to have CKA_SIGN, and its allowed mechanisms the one that is used')],
  [0x69, row('CKR_KEY_NOT_WRAPPABLE', 'KEY_UNAVAILABLE', ['next-mechanism'], 'the token does not wrap keys of this kind')],
  [0x6a, row('CKR_KEY_UNEXTRACTABLE', 'KEY_UNAVAILABLE', [], 'the key was made to stay in the token; only those of --exportable leave it')],
  [0x70, row('CKR_MECHANISM_INVALID', 'KEY_UNAVAILABLE', ['next-mechanism'], MECHANISM_HINT)],
  [0x71, row('CKR_MECHANISM_PARAM_INVALID', 'KEY_UNAVAILABLE', ['next-mechanism'], MECHANISM_HINT)],
  [0x82, row('CKR_OBJECT_HANDLE_INVALID', 'KEY_UNAVAILABLE', ['find-key'])],
  [0x90, row('CKR_OPERATION_ACTIVE', 'KEY_UNAVAILABLE', ['reopen'])],
  [0x91, row('CKR_OPERATION_NOT_INITIALIZED', 'KEY_UNAVAILABLE', ['reopen'])],
  [0xa0, row('CKR_PIN_INCORRECT', 'AUTH', [], PIN_HINT)],
  [0xa1, row('CKR_PIN_INVALID', 'AUTH', [], PIN_HINT)],
  [0xa2, row('CKR_PIN_LEN_RANGE', 'AUTH', [], 'the PIN is too short or too long for this token')],
  [0xa3, row('CKR_PIN_EXPIRED', 'AUTH', [], 'set a new PIN with the tool of the token')],
  [0xa4, row('CKR_PIN_LOCKED', 'AUTH', [], 'the security officer can set a new PIN with the tool of the token')],
  [0xb0, row('CKR_SESSION_CLOSED', 'KEY_UNAVAILABLE', ['reopen', 'restart'], GONE_HINT)],
  [0xb1, row('CKR_SESSION_COUNT', 'KEY_UNAVAILABLE', ['wait'], SESSIONS_HINT)],
  [0xb3, row('CKR_SESSION_HANDLE_INVALID', 'KEY_UNAVAILABLE', ['reopen', 'restart'], GONE_HINT)],
  [0xb4, row('CKR_SESSION_PARALLEL_NOT_SUPPORTED', 'KEY_UNAVAILABLE', [])],
  [0xb5, row('CKR_SESSION_READ_ONLY', 'KEY_UNAVAILABLE', [])],
  [0xd0, row('CKR_TEMPLATE_INCOMPLETE', 'KEY_UNAVAILABLE', [])],
  [0xd1, row('CKR_TEMPLATE_INCONSISTENT', 'KEY_UNAVAILABLE', ['other-template'])],
  [0xe0, row('CKR_TOKEN_NOT_PRESENT', 'KEY_UNAVAILABLE', ['restart'], GONE_HINT)],
  [0xe1, row('CKR_TOKEN_NOT_RECOGNIZED', 'KEY_UNAVAILABLE', [], 'check the configuration of the module, for SoftHSM the variable SOFTHSM2_CONF')],
  [0xe2, row('CKR_TOKEN_WRITE_PROTECTED', 'KEY_UNAVAILABLE', [])],
  [0xf0, row('CKR_UNWRAPPING_KEY_HANDLE_INVALID', 'KEY_UNAVAILABLE', [])],
  [0xf1, row('CKR_UNWRAPPING_KEY_SIZE_RANGE', 'KEY_UNAVAILABLE', ['next-mechanism'])],
  [0xf2, row('CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT', 'KEY_UNAVAILABLE', ['next-mechanism'])],
  [0x100, row('CKR_USER_ALREADY_LOGGED_IN', 'AUTH', [])],
  [0x101, row('CKR_USER_NOT_LOGGED_IN', 'AUTH', ['log-in'], 'the token wants a PIN')],
  [0x102, row('CKR_USER_PIN_NOT_INITIALIZED', 'AUTH', [], 'set a user PIN with the tool of the token')],
  [0x103, row('CKR_USER_TYPE_INVALID', 'AUTH', [], 'some tokens have user types of their own: --pkcs11-user-type')],
  [0x104, row('CKR_USER_ANOTHER_ALREADY_LOGGED_IN', 'AUTH', [])],
  [0x105, row('CKR_USER_TOO_MANY_TYPES', 'AUTH', [])],
  [0x110, row('CKR_WRAPPED_KEY_INVALID', 'INTEGRITY', ['next-mechanism'], 'the backup was made with another wrapping key, or was changed')],
  [0x112, row('CKR_WRAPPED_KEY_LEN_RANGE', 'INTEGRITY', ['next-mechanism'])],
  [0x113, row('CKR_WRAPPING_KEY_HANDLE_INVALID', 'KEY_UNAVAILABLE', [])],
  [0x114, row('CKR_WRAPPING_KEY_SIZE_RANGE', 'KEY_UNAVAILABLE', ['next-mechanism'])],
  [0x115, row('CKR_WRAPPING_KEY_TYPE_INCONSISTENT', 'KEY_UNAVAILABLE', ['next-mechanism'])],
  [0x130, row('CKR_DOMAIN_PARAMS_INVALID', 'KEY_UNAVAILABLE', ['other-template'])],
  [0x140, row('CKR_CURVE_NOT_SUPPORTED', 'KEY_UNAVAILABLE', ['other-template'])],
  [0x150, row('CKR_BUFFER_TOO_SMALL', 'KEY_UNAVAILABLE', [])],
  [0x190, row('CKR_CRYPTOKI_NOT_INITIALIZED', 'KEY_UNAVAILABLE', ['restart'])],
  [0x191, row('CKR_CRYPTOKI_ALREADY_INITIALIZED', 'KEY_UNAVAILABLE', [])],
]);

function row(
  name: string,
  code: PkiErrorCode,
  remedies: readonly Remedy[],
  hint?: string,
): ReturnCodeRow {
  return { name, code, remedies, ...(hint !== undefined && { hint }) };
}

export const CKR = {
  argumentsBad: 0x07,
  attributeSensitive: 0x11,
  attributeTypeInvalid: 0x12,
  sessionCount: 0xb1,
  userAlreadyLoggedIn: 0x100,
} as const;

/** Logging in failed. It is never tried again, whatever the reason was: each try may count. */
export class LoginError extends PkiError {}

/** The return code behind an error, be it that of the call itself; undefined if there is none. */
export function returnCode(error: unknown): number | undefined {
  if (error instanceof ReturnCodeError) return error.returnCode;
  return error instanceof PkiError && error.cause instanceof ReturnCodeError
    ? error.cause.returnCode
    : undefined;
}

/** What may help against this error, in the order in which it is tried. */
export function remediesOf(error: unknown): readonly Remedy[] {
  const number = error instanceof LoginError ? undefined : returnCode(error);
  return (number !== undefined && RETURN_CODES.get(number)?.remedies) || [];
}

/** `CKR_PIN_INCORRECT`, or the number where it has no name here. */
export const returnCodeName = (number: number): string =>
  RETURN_CODES.get(number)?.name ?? `0x${number.toString(16).padStart(8, '0')}`;

/** Awaits calls of the module and turns what they throw into a PkiError. */
export async function call<Result>(doing: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    throw pkcs11Error(error, doing);
  }
}

/** `doing` completes the sentence "PKCS#11 error: CKR_… while …". */
export function pkcs11Error(error: unknown, doing: string, hints: readonly string[] = []): unknown {
  if (!(error instanceof ReturnCodeError)) return error;
  const number = error.returnCode;
  const known = RETURN_CODES.get(number);
  const what = `PKCS#11 error: ${returnCodeName(number)} while ${doing}`;
  return new PkiError(known?.code ?? 'KEY_UNAVAILABLE', what, {
    hints: [...hints, ...(known?.hint ? [known.hint] : [])],
    cause: error,
  });
}
