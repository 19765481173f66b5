import type { Handle, PKCS11 } from 'pkcs11js';

/** The functions of PKCS#11 that are used, by their names in pkcs11js. */
export const FUNCTIONS = [
  'C_Initialize',
  'C_Finalize',
  'C_GetInfo',
  'C_GetSlotList',
  'C_GetSlotInfo',
  'C_GetTokenInfo',
  'C_GetMechanismList',
  'C_GetMechanismInfo',
  'C_OpenSession',
  'C_CloseSession',
  'C_Login',
  'C_FindObjectsInit',
  'C_FindObjects',
  'C_FindObjectsFinal',
  'C_GetAttributeValue',
  'C_SetAttributeValue',
  'C_CreateObject',
  'C_DestroyObject',
  'C_SignInit',
  'C_SignAsync',
  'C_GenerateKeyPairAsync',
  'C_WrapKeyAsync',
  'C_UnwrapKeyAsync',
] as const satisfies readonly (keyof PKCS11)[];

export type FunctionName = (typeof FUNCTIONS)[number];

/** A loaded module. Each call goes to the process that has it, see module-client.ts. */
export type Pkcs11Library = {
  readonly [Name in Exclude<FunctionName, 'C_FindObjects'>]: (
    ...args: Parameters<PKCS11[Name]>
  ) => Promise<Awaited<ReturnType<PKCS11[Name]>>>;
} & {
  /** Of its two forms the one that gives several handles. */
  C_FindObjects(session: Handle, atMost: number): Promise<readonly Handle[]>;
};

/** What the process with the module is asked for; `load` comes first. */
export interface ModuleRequest {
  readonly id: number;
  readonly name: FunctionName | 'load';
  readonly args: readonly unknown[];
}

/** A result, or what was thrown: a return code, or another error by its name and message. */
export type ModuleResponse = { readonly id: number } & (
  | { readonly result: unknown }
  | { readonly returnCode: number }
  | { readonly failure: { readonly name: string; readonly message: string } }
);

/** A function of the module returned something else than CKR_OK. */
export class ReturnCodeError extends Error {
  override readonly name = 'ReturnCodeError';
  readonly returnCode: number;

  constructor(functionName: string, returnCode: number) {
    super(`${functionName} returned 0x${returnCode.toString(16)}`);
    this.returnCode = returnCode;
  }
}
