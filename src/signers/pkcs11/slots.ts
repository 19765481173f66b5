import type { Handle, TokenInfo } from 'pkcs11js';
import { PkiError } from '../../errors.ts';
import type { Pkcs11KeyRef } from '../key-ref.ts';
import { CKF } from './constants.ts';
import { call } from './errors.ts';
import type { Pkcs11Module } from './module.ts';

/** A token that is present and initialised; texts without their padding. */
export interface Token {
  readonly slot: Handle;
  readonly label: string;
  readonly serial: string;
  readonly manufacturer: string;
  readonly model: string;
  /** CKF_* as they were when the token was found; see {@link tokenFlags} for now. */
  readonly flags: number;
}

/** The one token with the label and serial number of `ref`; otherwise an error that lists all. */
export function findToken(module: Pkcs11Module, ref: Pkcs11KeyRef): Token {
  const present = tokens(module);
  const found = present.filter(
    ({ label, serial }) =>
      (ref.token === undefined || label === ref.token) &&
      (ref.serial === undefined || serial === ref.serial),
  );
  const [only, ...others] = found;
  if (only && others.length === 0) return only;
  const wanted = [
    ref.token !== undefined && `the label "${ref.token}"`,
    ref.serial !== undefined && `the serial number "${ref.serial}"`,
  ].filter((part) => typeof part === 'string');
  const criteria = wanted.length > 0 ? ` with ${wanted.join(' and ')}` : '';
  throw only ? ambiguous(found, criteria) : missing(module, present, criteria);
}

/** All tokens; a slot that cannot say what is in it is passed over, as one without a token is. */
function tokens(module: Pkcs11Module): readonly Token[] {
  const slots = call('listing the slots', () => module.library.C_GetSlotList(true));
  return slots.flatMap((slot) => {
    const info = tokenInfo(module, slot);
    return info && (info.flags & CKF.tokenInitialized) !== 0 ? [token(slot, info)] : [];
  });
}

function tokenInfo(module: Pkcs11Module, slot: Handle): TokenInfo | undefined {
  try {
    return module.library.C_GetTokenInfo(slot);
  } catch {
    return undefined;
  }
}

const token = (slot: Handle, info: TokenInfo): Token => ({
  slot,
  label: unpadded(info.label),
  serial: unpadded(info.serialNumber),
  manufacturer: unpadded(info.manufacturerID),
  model: unpadded(info.model),
  flags: info.flags,
});

/** Some modules pad with NUL instead of the blanks that the standard asks for. */
const unpadded = (text: string): string => text.replace(/[\0 ]+$/, '');

/** The flags of the token now; they tell whether PIN tries are running out. */
export const tokenFlags = (module: Pkcs11Module, { slot, flags }: Token): number =>
  tokenInfo(module, slot)?.flags ?? flags;

function missing(module: Pkcs11Module, present: readonly Token[], criteria: string): PkiError {
  const hint =
    present.length > 0
      ? `tokens present: ${present.map(described).join(', ')}`
      : `${module.path} shows no token; check its configuration and that the device is connected`;
  return new PkiError(
    'KEY_UNAVAILABLE',
    `PKCS#11 error: CKR_TOKEN_NOT_PRESENT: no token${criteria}`,
    { hints: [hint] },
  );
}

function ambiguous(found: readonly Token[], criteria: string): PkiError {
  return new PkiError('KEY_UNAVAILABLE', `there are ${found.length} tokens${criteria}`, {
    hints: [
      `choose one with --pkcs11-token or --pkcs11-serial: ${found.map(described).join(', ')}`,
    ],
  });
}

const described = ({ label, serial, manufacturer, model }: Token): string =>
  `"${label}" (serial ${serial}, ${manufacturer} ${model})`;
