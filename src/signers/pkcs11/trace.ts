import type { Mechanism, PKCS11, Template } from 'pkcs11js';
import type { Trace } from '../key-access.ts';
import { attributeName, mechanismName } from './constants.ts';
import { returnCode, returnCodeName } from './errors.ts';

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
const ARGUMENTS: Readonly<Record<string, readonly ArgumentKind[]>> = {
  C_GetTokenInfo: ['handle'],
  C_GetMechanismList: ['handle'],
  C_OpenSession: ['handle', 'number'],
  C_CloseSession: ['handle'],
  C_Login: ['handle', 'number', 'secret'],
  C_FindObjectsInit: ['handle', 'template'],
  C_FindObjects: ['handle', 'number'],
  C_FindObjectsFinal: ['handle'],
  C_GetAttributeValue: ['handle', 'handle', 'template'],
  C_SignInit: ['handle', 'mechanism', 'handle'],
  C_SignAsync: ['handle', 'length'],
  C_GenerateKeyPairAsync: ['handle', 'mechanism', 'template', 'template'],
  C_DestroyObject: ['handle', 'handle'],
};

/**
 * The same library, with a line for each call: function, arguments, return code and duration. No
 * PIN, no key and no signed data can get into it: arguments are shown by the table above alone.
 */
export function traced(library: PKCS11, trace: Trace): PKCS11 {
  return new Proxy(library, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function' || typeof name !== 'string' || !name.startsWith('C_')) {
        return typeof member === 'function' ? member.bind(target) : member;
      }
      return (...args: readonly unknown[]) => {
        const shown = (ARGUMENTS[name] ?? []).map((kind, index) => SHOWN[kind](args[index]));
        const start = performance.now();
        const done = (error?: unknown) => {
          const result = error === undefined ? 'CKR_OK' : failure(error);
          const duration = (performance.now() - start).toFixed(2);
          // the asynchronous forms are pkcs11js's own; the module sees the standard function
          trace(
            `pkcs11: ${name.replace(/Async$/, '')}(${shown.join(', ')}) = ${result} (${duration} ms)`,
          );
        };
        try {
          const result: unknown = member.apply(target, args);
          if (!(result instanceof Promise)) {
            done();
            return result;
          }
          return result.then(
            (value: unknown) => {
              done();
              return value;
            },
            (error: unknown) => {
              done(error);
              throw error;
            },
          );
        } catch (error) {
          done(error);
          throw error;
        }
      };
    },
  });
}

/** The return code; of an error of another kind, as pkcs11js throws for arguments, its name. */
function failure(error: unknown): string {
  const code = returnCode(error);
  if (code !== undefined) return returnCodeName(code);
  return error instanceof Error ? error.name : 'an error';
}

const plain = (value: unknown): string =>
  typeof value === 'boolean' || typeof value === 'number' ? `=${value}` : '';
