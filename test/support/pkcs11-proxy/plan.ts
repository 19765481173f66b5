import type { PKCS11 } from 'pkcs11js';

/** The functions of the standard, without the forms that pkcs11js adds. */
export type Pkcs11Function = Exclude<Extract<keyof PKCS11, `C_${string}`>, `${string}Async`>;

/**
 * What goes wrong with calls of one function, or of any. Calls are counted from when the faults are
 * set, in all processes together. Where several faults fit a call, the first one happens.
 */
export interface Fault {
  readonly call: Pkcs11Function | '*';
  /** The calls before it that go well; 0 if absent. */
  readonly skip?: number;
  /** The calls that it happens to; all if absent. */
  readonly count?: number;
  /** CKR_* to return. The call does not reach the real module, unless `after` is set. */
  readonly rv?: number;
  /** The call reaches the real module first, so that only the answer is late or lost. */
  readonly after?: true;
  /** Waits so long. Milliseconds. */
  readonly delay?: number;
  /** Never returns. */
  readonly hang?: true;
  /** The process is killed. */
  readonly abort?: true;
  /** One bit of the signature that C_Sign returns is flipped. */
  readonly corrupt?: true;
}

/** A number, of attributes also a truth value, and the CKR_* that it is refused with. */
export interface Refusal {
  readonly number: number;
  /** Absent: whatever the value. */
  readonly value?: boolean;
  readonly rv: number;
}

/** Refuses each of the numbers with `rv`. */
export const refuse = (rv: number, ...numbers: readonly number[]): readonly Refusal[] =>
  numbers.map((number) => ({ number, rv }));

/** Refuses each of the attributes if it has this value. */
export const refuseValue = (rv: number, value: boolean, ...numbers: readonly number[]) =>
  numbers.map((number): Refusal => ({ number, value, rv }));

/** How a module differs from the real one behind the proxy. What is absent does not differ. */
export interface Settings {
  // C_GetTokenInfo
  readonly label?: string;
  readonly manufacturer?: string;
  readonly model?: string;
  /** CKF_* */
  readonly tokenFlagsSet?: number;
  readonly tokenFlagsClear?: number;
  /** ulMaxRwSessionCount. C_OpenSession keeps to it, within one process, unless it is 0. */
  readonly maxRwSessions?: number | 'CK_UNAVAILABLE_INFORMATION';

  // C_OpenSession and C_Login
  /** CKR_* of sessions without CKF_RW_SESSION. */
  readonly readOnlySessionRv?: number;
  /** CKU_* that stands for the user; all others are refused. */
  readonly requiredUserType?: number;
  /** What a PIN begins with, before the PIN of the real token. */
  readonly pinPrefix?: string;
  /** CKR_* of PINs without the prefix; CKR_PIN_INCORRECT if absent. */
  readonly pinPrefixRv?: number;
  /** What is typed on the token's own PIN pad when C_Login comes with an empty PIN or none. */
  readonly pinPad?: string;
  /** The PIN with which the module logs in for itself when a session is opened. */
  readonly moduleLogin?: string;

  // mechanisms and signatures
  /** CKM_* that are not listed; C_SignInit gives CKR_MECHANISM_INVALID. */
  readonly mechanismsRemoved?: readonly number[];
  /** CKM_* that are listed and refused by C_SignInit. */
  readonly signInitRefused?: readonly Refusal[];
  /** CKM_* that are listed, pass C_SignInit, and are refused by C_Sign. */
  readonly signRefused?: readonly Refusal[];
  /** CKM_ECDSA_SHA256 to CKM_ECDSA_SHA512 are there, which SoftHSM before 2.7 does not have. */
  readonly hashedEcdsa?: true;
  /** CKM_ECDSA gives an Ecdsa-Sig-Value (RFC 3279 §2.2.3) instead of r ‖ s. */
  readonly ecdsaSignature?: 'x962';

  // templates of C_GenerateKeyPair
  readonly publicRefused?: readonly Refusal[];
  readonly privateRefused?: readonly Refusal[];
  /** CKA_* without which it is CKR_TEMPLATE_INCOMPLETE. */
  readonly publicRequired?: readonly number[];
  readonly privateRequired?: readonly number[];
  /** CKA_* that are false where the template leaves them out; SoftHSM has its own defaults. */
  readonly publicFalse?: readonly number[];
  readonly privateFalse?: readonly number[];
  /** Longer CKA_ID are CKR_ATTRIBUTE_VALUE_INVALID. Octets. */
  readonly maxIdBytes?: number;
  /** A CKA_ID that a key has already is CKR_ATTRIBUTE_VALUE_INVALID. */
  readonly uniqueId?: true;

  // objects
  /** CKA_* that C_FindObjectsInit refuses. */
  readonly searchRefused?: readonly Refusal[];
  /** CKA_* that C_GetAttributeValue refuses. */
  readonly readRefused?: readonly Refusal[];
  readonly publicKeysHidden?: true;
  readonly ecPointOnPrivateKey?: true;
  /** CKA_EC_POINT: bare, bare and without its first octet, or in a BIT STRING. */
  readonly ecPoint?: 'raw' | 'no04' | 'bitString';
}

/** The plan as the C code reads it; `counts` is the file in which the faults are counted. */
export function planText(faults: readonly Fault[], settings: Settings, counts: string): string {
  const lines = [
    `counts=${counts}`,
    ...Object.entries(settings).map(([name, value]) => `${name}=${settingText(value)}`),
    ...faults.map(faultText),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function faultText({ call, ...rest }: Fault): string {
  return [call, ...Object.entries(rest).map(([key, value]) => `${key}=${Number(value)}`)].join(' ');
}

function settingText(value: Settings[keyof Settings]): string {
  if (typeof value === 'object') return value.map(itemText).join(' ');
  if (value === 'CK_UNAVAILABLE_INFORMATION') return '-1'; // the greatest CK_ULONG
  return value === true ? '1' : `${value}`;
}

function itemText(item: number | Refusal): string {
  if (typeof item === 'number') return `${item}`;
  const value = item.value === undefined ? '' : `=${Number(item.value)}`;
  return `${item.number}${value}:${item.rv}`;
}
