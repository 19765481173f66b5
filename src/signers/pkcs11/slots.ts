import type { Handle, TokenInfo } from 'pkcs11js';
import { PkiError } from '../../errors.ts';
import type { Pkcs11KeyRef } from '../key-ref.ts';
import { CKF } from './constants.ts';
import { call, pkcs11Error } from './errors.ts';
import type { Pkcs11Module } from './module.ts';
import { ModuleLostError } from './module-client.ts';

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
  /** Sessions that one application may have; undefined: no limit, or none that is told. */
  readonly maxSessions: number | undefined;
  /** `MAJOR.MINOR`. */
  readonly firmware: string;
}

/** One thing that is asked of a token. */
interface Criterion {
  readonly what: string;
  readonly wanted: string | undefined;
  readonly of: (token: Token) => string | Promise<string>;
}

/** The one token that `ref` describes; otherwise an error that lists all. */
export async function findToken(module: Pkcs11Module, ref: Pkcs11KeyRef): Promise<Token> {
  const { present, silent } = await readSlots(module);
  const criteria = tokenCriteria(module, present, ref);
  const found: Token[] = [];
  for (const token of present) {
    if (await meets(token, criteria)) found.push(token);
  }
  const [only, ...others] = found;
  if (only && others.length === 0) return only;
  const described = criteria.map(({ what, wanted }) => `the ${what} "${wanted}"`).join(' and ');
  const suffix = described === '' ? '' : ` with ${described}`;
  if (only) throw ambiguous(found, suffix);
  if (silent[0] !== undefined) throw pkcs11Error(silent[0], 'reading about a token');
  throw missing(module, present, suffix);
}

async function meets(token: Token, criteria: readonly Criterion[]): Promise<boolean> {
  for (const { wanted, of } of criteria) {
    if ((await of(token)) !== wanted) return false;
  }
  return true;
}

/** What `ref` asks of a token, of its slot and of the module; that which it leaves open is not. */
function tokenCriteria(
  { library }: Pkcs11Module,
  present: readonly Token[],
  ref: Pkcs11KeyRef,
): readonly Criterion[] {
  const slot = ({ slot: handle }: Token) =>
    call('reading about a slot', () => library.C_GetSlotInfo(handle));
  const info = () => call('reading about the module', () => library.C_GetInfo());
  const rows: readonly Criterion[] = [
    { what: 'label', wanted: ref.token, of: ({ label }) => label },
    { what: 'serial number', wanted: ref.serial, of: ({ serial }) => serial },
    { what: 'manufacturer', wanted: ref.manufacturer, of: ({ manufacturer }) => manufacturer },
    { what: 'model', wanted: ref.model, of: ({ model }) => model },
    { what: 'slot number', wanted: ref.slotId?.toString(), of: ({ slotId }) => `${slotId}` },
    {
      what: 'slot index',
      wanted: ref.slotIndex?.toString(),
      of: (token) => `${present.indexOf(token)}`,
    },
    {
      what: 'slot description',
      wanted: ref.slotDescription,
      of: async (token) => unpadded((await slot(token)).slotDescription),
    },
    {
      what: 'slot manufacturer',
      wanted: ref.slotManufacturer,
      of: async (token) => unpadded((await slot(token)).manufacturerID),
    },
    {
      what: 'module description',
      wanted: ref.libraryDescription,
      of: async () => unpadded((await info()).libraryDescription),
    },
    {
      what: 'module manufacturer',
      wanted: ref.libraryManufacturer,
      of: async () => unpadded((await info()).manufacturerID),
    },
    {
      what: 'module version',
      wanted: ref.libraryVersion,
      of: async () => versionText((await info()).libraryVersion),
    },
  ];
  return rows.filter(({ wanted }) => wanted !== undefined);
}

/** All tokens; a slot that cannot say what is in it is passed over, as one without a token is. */
export async function readSlots({ library }: Pkcs11Module): Promise<{
  readonly present: readonly Token[];
  /** What slots answered that did not tell about their token. */
  readonly silent: readonly unknown[];
}> {
  const slots = await call('listing the slots', () => library.C_GetSlotList(true));
  const asked = await Promise.allSettled(slots.map((slot) => library.C_GetTokenInfo(slot)));
  const tokens = asked.flatMap((answer, index) => {
    const slot = slots[index];
    return slot && answer.status === 'fulfilled' ? [tokenOf(slot, answer.value)] : [];
  });
  return {
    present: tokens.filter(({ flags }) => (flags & CKF.tokenInitialized) !== 0),
    silent: asked.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : [])),
  };
}

const tokenOf = (slot: Handle, info: TokenInfo): Token => ({
  slot,
  slotId: slot.readUIntLE(0, Math.min(6, slot.length)),
  label: unpadded(info.label),
  serial: unpadded(info.serialNumber),
  manufacturer: unpadded(info.manufacturerID),
  model: unpadded(info.model),
  flags: info.flags,
  maxSessions: limit(info.maxRwSessionCount),
  firmware: versionText(info.firmwareVersion),
});

/** CK_EFFECTIVELY_INFINITE is 0, CK_UNAVAILABLE_INFORMATION all ones (PKCS #11 3.2 §3.2). */
const limit = (count: number): number | undefined =>
  count > 0 && count < 0xffff_ffff ? count : undefined;

export const versionText = ({ major, minor }: { major: number; minor: number }): string =>
  `${major}.${minor}`;

/** Some modules pad with NUL instead of the blanks that the standard asks for. */
export const unpadded = (text: string): string => text.replace(/[\0 ]+$/, '');

/** The flags of the token now; they tell whether PIN tries are running out. */
export async function tokenFlags(
  { library }: Pkcs11Module,
  { slot, flags }: Token,
): Promise<number> {
  try {
    return (await library.C_GetTokenInfo(slot)).flags;
  } catch (error) {
    if (error instanceof ModuleLostError) throw error;
    return flags; // a device that is gone has been reported already
  }
}

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

/** The numbers of all mechanisms that the token offers, in its order; some tokens repeat one. */
export const mechanismsOf = (
  { library }: Pkcs11Module,
  { slot, label }: Token,
): Promise<readonly number[]> =>
  call(`listing the mechanisms of the token "${label}"`, () => library.C_GetMechanismList(slot));
