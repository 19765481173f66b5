import { PkiError, type PkiErrorCode } from '../../errors.ts';

/** One return code: the kind of failure that it is, and what a person can do about it. */
interface ReturnCodeRow {
  readonly name: string;
  readonly code: PkiErrorCode;
  readonly hint?: string;
}

const PIN_HINT = 'the PIN was sent once and is not tried again; check it before the next try';
const GONE_HINT = 'check that the HSM is connected and its client is running, then try again';
const SESSIONS_HINT = 'other processes may hold sessions; end them, or wait until they time out';

// biome-ignore format: a table
const RETURN_CODES: ReadonlyMap<number, ReturnCodeRow> = new Map([
  [0x02, row('CKR_HOST_MEMORY', 'KEY_UNAVAILABLE', GONE_HINT)],
  [0x03, row('CKR_SLOT_ID_INVALID', 'KEY_UNAVAILABLE', GONE_HINT)],
  [0x05, row('CKR_GENERAL_ERROR', 'KEY_UNAVAILABLE', 'the log of the module may say more')],
  [0x06, row('CKR_FUNCTION_FAILED', 'KEY_UNAVAILABLE', 'the log of the module may say more')],
  [0x07, row('CKR_ARGUMENTS_BAD', 'KEY_UNAVAILABLE', 'some modules want a configuration file or parameters; see their documents')],
  [0x12, row('CKR_ATTRIBUTE_TYPE_INVALID', 'KEY_UNAVAILABLE')],
  [0x13, row('CKR_ATTRIBUTE_VALUE_INVALID', 'KEY_UNAVAILABLE', 'the key ID may exist already in the token')],
  [0x30, row('CKR_DEVICE_ERROR', 'KEY_UNAVAILABLE', GONE_HINT)],
  [0x31, row('CKR_DEVICE_MEMORY', 'KEY_UNAVAILABLE', 'the token may be full')],
  [0x32, row('CKR_DEVICE_REMOVED', 'KEY_UNAVAILABLE', GONE_HINT)],
  [0x54, row('CKR_FUNCTION_NOT_SUPPORTED', 'KEY_UNAVAILABLE')],
  [0x60, row('CKR_KEY_HANDLE_INVALID', 'KEY_UNAVAILABLE')],
  [0x68, row('CKR_KEY_FUNCTION_NOT_PERMITTED', 'KEY_UNAVAILABLE', 'the key has to have CKA_SIGN')],
  [0x70, row('CKR_MECHANISM_INVALID', 'KEY_UNAVAILABLE')],
  [0x71, row('CKR_MECHANISM_PARAM_INVALID', 'KEY_UNAVAILABLE')],
  [0x82, row('CKR_OBJECT_HANDLE_INVALID', 'KEY_UNAVAILABLE')],
  [0x90, row('CKR_OPERATION_ACTIVE', 'KEY_UNAVAILABLE')],
  [0xa0, row('CKR_PIN_INCORRECT', 'AUTH', PIN_HINT)],
  [0xa1, row('CKR_PIN_INVALID', 'AUTH', PIN_HINT)],
  [0xa2, row('CKR_PIN_LEN_RANGE', 'AUTH', 'the PIN is too short or too long for this token')],
  [0xa3, row('CKR_PIN_EXPIRED', 'AUTH', 'set a new PIN with the tool of the token')],
  [0xa4, row('CKR_PIN_LOCKED', 'AUTH', 'the security officer can set a new PIN with the tool of the token')],
  [0xb0, row('CKR_SESSION_CLOSED', 'KEY_UNAVAILABLE', GONE_HINT)],
  [0xb1, row('CKR_SESSION_COUNT', 'KEY_UNAVAILABLE', SESSIONS_HINT)],
  [0xb3, row('CKR_SESSION_HANDLE_INVALID', 'KEY_UNAVAILABLE', GONE_HINT)],
  [0xb5, row('CKR_SESSION_READ_ONLY', 'KEY_UNAVAILABLE')],
  [0xd0, row('CKR_TEMPLATE_INCOMPLETE', 'KEY_UNAVAILABLE')],
  [0xd1, row('CKR_TEMPLATE_INCONSISTENT', 'KEY_UNAVAILABLE')],
  [0xe0, row('CKR_TOKEN_NOT_PRESENT', 'KEY_UNAVAILABLE', GONE_HINT)],
  [0xe1, row('CKR_TOKEN_NOT_RECOGNIZED', 'KEY_UNAVAILABLE', 'check the configuration of the module, for SoftHSM the variable SOFTHSM2_CONF')],
  [0xe2, row('CKR_TOKEN_WRITE_PROTECTED', 'KEY_UNAVAILABLE')],
  [0x100, row('CKR_USER_ALREADY_LOGGED_IN', 'AUTH')],
  [0x101, row('CKR_USER_NOT_LOGGED_IN', 'AUTH', 'the token wants a PIN')],
  [0x102, row('CKR_USER_PIN_NOT_INITIALIZED', 'AUTH', 'set a user PIN with the tool of the token')],
  [0x103, row('CKR_USER_TYPE_INVALID', 'AUTH')],
  [0x104, row('CKR_USER_ANOTHER_ALREADY_LOGGED_IN', 'AUTH')],
  [0x140, row('CKR_CURVE_NOT_SUPPORTED', 'KEY_UNAVAILABLE')],
  [0x190, row('CKR_CRYPTOKI_NOT_INITIALIZED', 'KEY_UNAVAILABLE')],
]);

function row(name: string, code: PkiErrorCode, hint?: string): ReturnCodeRow {
  return { name, code, ...(hint !== undefined && { hint }) };
}

export const CKR_CRYPTOKI_ALREADY_INITIALIZED = 0x191;
export const CKR_USER_ALREADY_LOGGED_IN = 0x100;
export const CKR_ATTRIBUTE_TYPE_INVALID = 0x12;
export const CKR_TEMPLATE_INCONSISTENT = 0xd1;

/** The return code of an error that pkcs11js threw; undefined for errors of another kind. */
export function returnCode(error: unknown): number | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'number'
    ? error.code
    : undefined;
}

/** `CKR_PIN_INCORRECT`, or the number where it has no name here. */
export const returnCodeName = (number: number): string =>
  RETURN_CODES.get(number)?.name ?? `0x${number.toString(16).padStart(8, '0')}`;

/** Runs one call of the module and turns what it throws into a PkiError. */
export function call<Result>(doing: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw pkcs11Error(error, doing);
  }
}

/** `doing` completes the sentence "PKCS#11 error: CKR_… while …". */
export function pkcs11Error(error: unknown, doing: string, hints: readonly string[] = []): unknown {
  const number = returnCode(error);
  if (number === undefined) return error;
  const known = RETURN_CODES.get(number);
  const what = `PKCS#11 error: ${returnCodeName(number)} while ${doing}`;
  return new PkiError(known?.code ?? 'KEY_UNAVAILABLE', what, {
    hints: [...hints, ...(known?.hint ? [known.hint] : [])],
    cause: error,
  });
}
