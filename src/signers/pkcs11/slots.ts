import type { Handle, TokenInfo } from 'pkcs11js';
import { PkiError } from '../../errors.ts';
import type { Pkcs11KeyRef } from '../key-ref.ts';
import { CKF } from './constants.ts';
import { call } from './errors.ts';
import type { Pkcs11Module } from './module.ts';

/** A token that is present and initialised; texts without their padding. */
export interface Token {
  readonly slot: Handle;
  readonly slotId: number;
  readonly label: string;
  readonly serial: string;
  readonly manufacturer: string;
  readonly model: string;
  /** CKF_* as they were when the token was found; see {@link tokenFlags} for now. */
  readonly flags: number;
}

/** The one token that `ref` describes; otherwise an error that lists all. */
export function findToken(module: Pkcs11Module, ref: Pkcs11KeyRef): Token {
  const present = tokens(module);
  const criteria = tokenCriteria(module, ref);
  const found = present.filter((item) => criteria.every(({ wanted, of }) => of(item) === wanted));
  const [only, ...others] = found;
  if (only && others.length === 0) return only;
  const described = criteria.map(({ what, wanted }) => `the ${what} "${wanted}"`).join(' and ');
  const suffix = described === '' ? '' : ` with ${described}`;
  throw only ? ambiguous(found, suffix) : missing(module, present, suffix);
}

/** What `ref` asks of a token, of its slot and of the module; that which it leaves open is not. */
function tokenCriteria(module: Pkcs11Module, ref: Pkcs11KeyRef) {
  const { library } = module;
  const slot = ({ slot: handle }: Token) =>
    call('reading about a slot', () => library.C_GetSlotInfo(handle));
  const info = () => call('reading about the module', () => library.C_GetInfo());
  const version = () => {
    const { major, minor } = info().libraryVersion;
    return `${major}.${minor}`;
  };
  const rows = [
    { what: 'label', wanted: ref.token, of: ({ label }: Token) => label },
    { what: 'serial number', wanted: ref.serial, of: ({ serial }: Token) => serial },
    { what: 'manufacturer', wanted: ref.manufacturer, of: (item: Token) => item.manufacturer },
    { what: 'model', wanted: ref.model, of: ({ model }: Token) => model },
    { what: 'slot number', wanted: ref.slotId?.toString(), of: (item: Token) => `${item.slotId}` },
    {
      what: 'slot description',
      wanted: ref.slotDescription,
      of: (item: Token) => unpadded(slot(item).slotDescription),
    },
    {
      what: 'slot manufacturer',
      wanted: ref.slotManufacturer,
      of: (item: Token) => unpadded(slot(item).manufacturerID),
    },
    {
      what: 'module description',
      wanted: ref.libraryDescription,
      of: () => unpadded(info().libraryDescription),
    },
    {
      what: 'module manufacturer',
      wanted: ref.libraryManufacturer,
      of: () => unpadded(info().manufacturerID),
    },
    { what: 'module version', wanted: ref.libraryVersion, of: version },
  ];
  return rows.filter(({ wanted }) => wanted !== undefined);
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
  slotId: slot.readUIntLE(0, Math.min(6, slot.length)),
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
