import { resolve } from 'node:path';
import { PkiError } from '../../errors.ts';
import { type Pkcs11KeyRef, parseKeyRef } from '../../signers/key-ref.ts';
import type { TokenKeyOptions, TokenOptions } from './hsm-options.ts';

/** Options that say what a URI says, of which one has to be chosen. */
export const NAMING = [
  'pkcs11Token',
  'pkcs11Serial',
  'pkcs11Slot',
  'pkcs11SlotIndex',
  'pkcs11KeyLabel',
  'pkcs11KeyId',
] as const satisfies readonly (keyof TokenKeyOptions)[];

/**
 * The key in a token that the options name; after it the same key in other tokens, which take its
 * place when that one is gone. Undefined if no token is meant; an option without a module is an
 * error.
 */
export function tokenKeyRefs(
  options: TokenKeyOptions,
  cwd: string,
): readonly [Pkcs11KeyRef, ...Pkcs11KeyRef[]] | undefined {
  const { key, pkcs11KeyId } = options;
  const modulePath = modulePathOf(options, cwd);
  if (key !== undefined) {
    const both = NAMING.find((option) => options[option] !== undefined);
    if (both) throw new PkiError('USAGE', `give either --key or ${flagOf(both)}`);
    return [uriKeyRef(options, key, cwd)];
  }
  if (modulePath === undefined) return noModule(options);
  const named = {
    slotId: options.pkcs11Slot,
    slotIndex: options.pkcs11SlotIndex,
    object: options.pkcs11KeyLabel,
    id: pkcs11KeyId === undefined ? undefined : hexadecimal(pkcs11KeyId),
  };
  const [first, ...others] = members(options).map(
    (member): Pkcs11KeyRef => ({
      kind: 'pkcs11',
      modulePath,
      ...given({ ...member, ...named, ...loginPart(options) }),
    }),
  );
  return first && [first, ...others];
}

/** Each token that is named; several by their labels or by their serial numbers, not by both. */
function members({ pkcs11Token = [], pkcs11Serial = [] }: TokenOptions) {
  if (pkcs11Token.length > 1 && pkcs11Serial.length > 1) {
    throw new PkiError('USAGE', 'name the tokens either by --pkcs11-token or by --pkcs11-serial');
  }
  const tokens = pkcs11Token.length > 0 ? pkcs11Token.map(unpadded) : [undefined];
  const serials = pkcs11Serial.length > 0 ? pkcs11Serial : [undefined];
  return tokens.flatMap((token) => serials.map((serial) => ({ token, serial })));
}

const loginPart = (options: TokenOptions) => ({
  initReserved: options.pkcs11InitReserved,
  userType: options.pkcs11UserType,
  pinSource: options.pkcs11PinSource,
});

const modulePathOf = ({ pkcs11Lib }: TokenOptions, cwd: string): string | undefined =>
  pkcs11Lib === undefined ? undefined : resolve(cwd, pkcs11Lib);

/** A key in a token by its URI; a module that it does not name, and parameters of it, are options. */
export function uriKeyRef(options: TokenOptions, uri: string, cwd: string): Pkcs11KeyRef {
  const modulePath = modulePathOf(options, cwd);
  const ref = parseKeyRef(uri, modulePath);
  if (ref.kind === 'pkcs11') {
    return ref.modulePath === modulePath ? { ...given(loginPart(options)), ...ref } : ref;
  }
  throw new PkiError('USAGE', 'the key file of a CA is made by "pki init-ca"', {
    hints: ['leave the option out, or name a key in a token with it'],
  });
}

/** A CA that was meant for an HSM is not made with a key in a file. */
function noModule(options: TokenKeyOptions): undefined {
  const stray = Object.keys(options).find((option) => option.startsWith('pkcs11'));
  if (stray === undefined) return undefined;
  throw new PkiError('USAGE', `${flagOf(stray)} needs --pkcs11-lib`, {
    hints: ['a CA that was meant for an HSM is not made with a key in a file'],
  });
}

const given = (fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

export const flagOf = (option: string): string =>
  `--${option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Tokens pad their labels to 32 octets with blanks, and some tools print those. */
const unpadded = (label: string): string => label.replace(/ +$/, '');

export function hexadecimal(text: string): Uint8Array {
  const digits = text.replaceAll(':', '');
  if (/^([0-9a-f]{2})+$/i.test(digits)) return Buffer.from(digits, 'hex');
  throw new PkiError('USAGE', `"${text}" is not a key ID`, { hints: ['write it as 01 or 01:ab'] });
}
