import type { ModuleInfo, SlotInfo, TokenInfo } from 'pkcs11js';
import { CKF } from '../signers/pkcs11/constants.ts';
import { call } from '../signers/pkcs11/errors.ts';
import type { Pkcs11Module } from '../signers/pkcs11/module.ts';
import { type Token, unpadded, versionText } from '../signers/pkcs11/slots.ts';

/** What a token tells to everybody, without a login. Null: it does not tell, or has no limit. */
export interface TokenReport {
  readonly library: {
    readonly path: string;
    readonly description: string;
    readonly manufacturer: string;
    readonly version: string;
    /** Version of PKCS#11. */
    readonly cryptoki: string;
  };
  readonly slot: {
    readonly id: number;
    readonly description: string;
    readonly manufacturer: string;
  };
  readonly token: {
    readonly label: string;
    readonly serial: string;
    readonly manufacturer: string;
    readonly model: string;
    readonly hardware: string;
    readonly firmware: string;
    readonly writeProtected: boolean;
    /** It failed a self-test (CKF_ERROR_STATE). */
    readonly failed: boolean;
  };
  readonly pin: {
    readonly loginRequired: boolean;
    readonly set: boolean;
    readonly protectedAuthenticationPath: boolean;
    readonly toBeChanged: boolean;
    readonly countLow: boolean;
    readonly finalTry: boolean;
    readonly locked: boolean;
    /** Octets. */
    readonly minLength: number;
    readonly maxLength: number;
  };
  /** Of this application; the second pair counts those that may write. */
  readonly sessions: {
    readonly open: number | null;
    readonly max: number | null;
    readonly openReadWrite: number | null;
    readonly maxReadWrite: number | null;
  };
}

/** Asks the module about itself, the slot and the token. */
export async function inspectToken(
  { path, library }: Pkcs11Module,
  { slot, slotId }: Token,
): Promise<TokenReport> {
  const [module, place, token] = await Promise.all([
    call('reading about the module', () => library.C_GetInfo()),
    call('reading about a slot', () => library.C_GetSlotInfo(slot)),
    call('reading about a token', () => library.C_GetTokenInfo(slot)),
  ]);
  return {
    library: libraryReport(path, module),
    slot: slotReport(slotId, place),
    token: tokenReport(token),
    pin: pinReport(token),
    sessions: {
      open: count(token.sessionCount),
      max: limit(token.maxSessionCount),
      openReadWrite: count(token.rwSessionCount),
      maxReadWrite: limit(token.maxRwSessionCount),
    },
  };
}

const libraryReport = (path: string, info: ModuleInfo): TokenReport['library'] => ({
  path,
  description: unpadded(info.libraryDescription),
  manufacturer: unpadded(info.manufacturerID),
  version: versionText(info.libraryVersion),
  cryptoki: versionText(info.cryptokiVersion),
});

const slotReport = (id: number, info: SlotInfo): TokenReport['slot'] => ({
  id,
  description: unpadded(info.slotDescription),
  manufacturer: unpadded(info.manufacturerID),
});

const tokenReport = (info: TokenInfo): TokenReport['token'] => ({
  label: unpadded(info.label),
  serial: unpadded(info.serialNumber),
  manufacturer: unpadded(info.manufacturerID),
  model: unpadded(info.model),
  hardware: versionText(info.hardwareVersion),
  firmware: versionText(info.firmwareVersion),
  writeProtected: (info.flags & CKF.writeProtected) !== 0,
  failed: (info.flags & CKF.errorState) !== 0,
});

const pinReport = ({ flags, minPinLen, maxPinLen }: TokenInfo): TokenReport['pin'] => ({
  loginRequired: (flags & CKF.loginRequired) !== 0,
  set: (flags & CKF.userPinInitialized) !== 0,
  protectedAuthenticationPath: (flags & CKF.protectedAuthenticationPath) !== 0,
  toBeChanged: (flags & CKF.userPinToBeChanged) !== 0,
  countLow: (flags & CKF.userPinCountLow) !== 0,
  finalTry: (flags & CKF.userPinFinalTry) !== 0,
  locked: (flags & CKF.userPinLocked) !== 0,
  minLength: minPinLen,
  maxLength: maxPinLen,
});

/** CK_UNAVAILABLE_INFORMATION, all ones, of which pkcs11js keeps 32 bits. */
const UNAVAILABLE = 0xffff_ffff;

const count = (number: number): number | null => (number < UNAVAILABLE ? number : null);

/** Of a limit, 0 is CK_EFFECTIVELY_INFINITE (PKCS #11 3.2 §3.2). */
const limit = (number: number): number | null => (number > 0 ? count(number) : null);
