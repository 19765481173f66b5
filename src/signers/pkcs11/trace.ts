import type { Mechanism, Template } from 'pkcs11js';
import { PkiError } from '../../errors.ts';
import { attributeName, mechanismName } from './constants.ts';
import { returnCodeName } from './errors.ts';
import type { FunctionName, ModuleResponse } from './library.ts';

/** How an argument is shown. What has no way of being shown is not shown. */
const SHOWN = {
  handle: (value: unknown) => (Buffer.isBuffer(value) ? `#${value.readUIntLE(0, 6)}` : '#?'),
  number: (value: unknown) => `0x${Number(value).toString(16)}`,
  mechanism: (value: unknown) => mechanismName((value as Mechanism).mechanism),
  /** Names of attributes; of their values only numbers and truth values, which no key is. */
  template: (value: unknown) =>
    `{${((value ?? []) as Template).map(({ type, value: attribute }) => `${attributeName(type)}${plain(attribute)}`).join(' ')}}`,
  length: (value: unknown) => `${(value as Uint8Array).length} octets`,
  secret: () => '***',
} as const;

type ArgumentKind = keyof typeof SHOWN;

/** The functions whose arguments help a vendor, and how each argument is shown. */
const ARGUMENTS: Readonly<Partial<Record<FunctionName, readonly ArgumentKind[]>>> = {
  C_GetTokenInfo: ['handle'],
  C_GetMechanismList: ['handle'],
  C_GetMechanismInfo: ['handle', 'number'],
  C_OpenSession: ['handle', 'number'],
  C_CloseSession: ['handle'],
  C_Login: ['handle', 'number', 'secret'],
  C_FindObjectsInit: ['handle', 'template'],
  C_FindObjects: ['handle', 'number'],
  C_FindObjectsFinal: ['handle'],
  C_GetAttributeValue: ['handle', 'handle', 'template'],
  C_SetAttributeValue: ['handle', 'handle', 'template'],
  C_CreateObject: ['handle', 'template'],
  C_SignInit: ['handle', 'mechanism', 'handle'],
  C_SignAsync: ['handle', 'length'],
  C_GenerateKeyPairAsync: ['handle', 'mechanism', 'template', 'template'],
  C_WrapKeyAsync: ['handle', 'mechanism', 'handle', 'handle'],
  C_UnwrapKeyAsync: ['handle', 'mechanism', 'handle', 'length', 'template'],
  C_DestroyObject: ['handle', 'handle'],
};

/**
 * One call as a line: function, arguments, return code and duration in milliseconds. No PIN, no
 * key and no signed data can get into it: arguments are shown by the table above alone.
 */
export function traceLine(
  name: FunctionName,
  args: readonly unknown[],
  outcome: ModuleResponse | PkiError,
  duration: number,
): string {
  const shown = (ARGUMENTS[name] ?? []).map((kind, index) => SHOWN[kind](args[index]));
  // the asynchronous forms are pkcs11js's own; the module sees the standard function
  const call = `${name.replace(/Async$/, '')}(${shown.join(', ')})`;
  return `pkcs11: ${call} = ${resultOf(outcome)} (${duration.toFixed(2)} ms)`;
}

/** The return code; of an error of another kind, as pkcs11js throws for arguments, its name. */
function resultOf(outcome: ModuleResponse | PkiError): string {
  if (outcome instanceof PkiError) return 'no answer';
  if ('result' in outcome) return 'CKR_OK';
  return 'returnCode' in outcome ? returnCodeName(outcome.returnCode) : outcome.failure.name;
}

const plain = (value: unknown): string =>
  typeof value === 'boolean' || typeof value === 'number' ? `=${value}` : '';
