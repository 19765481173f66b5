import { PkiError } from '../errors.ts';

/** A key in a token, named by the attributes of RFC 7512. All that are given have to match. */
export interface Pkcs11KeyRef {
  readonly kind: 'pkcs11';
  /** `module-path`; without a slash it is a `module-name`, looked for where modules are kept. */
  readonly modulePath: string;
  /** CK_TOKEN_INFO, without trailing blanks. */
  readonly token?: string;
  readonly manufacturer?: string;
  readonly serial?: string;
  readonly model?: string;
  /** CK_SLOT_INFO, and the slot's number, which may be another one after a restart. */
  readonly slotDescription?: string;
  readonly slotManufacturer?: string;
  readonly slotId?: number;
  /** Place of the slot among those with a token, from 0. It may change, and is not written down. */
  readonly slotIndex?: number;
  /** CK_INFO of the module; the version as `MAJOR.MINOR`. */
  readonly libraryDescription?: string;
  readonly libraryManufacturer?: string;
  readonly libraryVersion?: string;
  /** CKA_LABEL of the key. */
  readonly object?: string;
  /** CKA_ID of the key. */
  readonly id?: Uint8Array;
  /** Where the PIN is: the absolute path of a file. */
  readonly pinSource?: string;
  /** `pReserved` of C_Initialize: parameters for modules that take some, as NSS does. */
  readonly initReserved?: string;
  /** CK_USER_TYPE of C_Login, where it is another one than CKU_USER. */
  readonly userType?: number;
}

type TextField = Exclude<
  keyof Pkcs11KeyRef,
  'kind' | 'modulePath' | 'slotId' | 'slotIndex' | 'id' | 'pinSource' | 'initReserved' | 'userType'
>;

/** Attributes of the path that are compared as text, in the order in which they are printed. */
export const TEXT_ATTRIBUTES: readonly (readonly [attribute: string, field: TextField])[] = [
  ['token', 'token'],
  ['manufacturer', 'manufacturer'],
  ['serial', 'serial'],
  ['model', 'model'],
  ['slot-description', 'slotDescription'],
  ['slot-manufacturer', 'slotManufacturer'],
  ['library-description', 'libraryDescription'],
  ['library-manufacturer', 'libraryManufacturer'],
  ['library-version', 'libraryVersion'],
  ['object', 'object'],
];

const PATH_ATTRIBUTES = [...TEXT_ATTRIBUTES.map(([name]) => name), 'slot-id', 'id', 'type'];

/** The last two are our own, as RFC 7512 §2.3 lets vendors have; p11-kit calls the first so too. */
const QUERY_ATTRIBUTES = [
  'module-path',
  'module-name',
  'pin-source',
  'pin-value',
  'x-init-reserved',
  'x-user-type',
];

export function printPkcs11Uri(ref: Pkcs11KeyRef): string {
  const path = TEXT_ATTRIBUTES.flatMap(([name, field]) => {
    const value = ref[field];
    return value === undefined ? [] : [`${name}=${percentEncoded(value)}`];
  });
  const slot = ref.slotId === undefined ? [] : [`slot-id=${ref.slotId}`];
  const id = ref.id ? [`id=${[...ref.id].map(percent).join('')}`] : [];
  const module = ref.modulePath.includes('/') ? 'module-path' : 'module-name';
  const query = [`${module}=${percentEncoded(ref.modulePath)}`];
  if (ref.pinSource !== undefined) query.push(`pin-source=file:${percentEncoded(ref.pinSource)}`);
  if (ref.initReserved !== undefined) {
    query.push(`x-init-reserved=${percentEncoded(ref.initReserved)}`);
  }
  if (ref.userType !== undefined) query.push(`x-user-type=0x${ref.userType.toString(16)}`);
  return `pkcs11:${[...path, ...slot, ...id, 'type=private'].join(';')}?${query.join('&')}`;
}

/** Parses a URI strictly; throws USAGE for what is no URI that names a private key. */
export function parsePkcs11Uri(uri: string, defaultModule?: string): Pkcs11KeyRef {
  const [path = '', ...afterPath] = uri.slice('pkcs11:'.length).split('?');
  const query = afterPath.join('?'); // RFC 7512 §2.3 allows more of them in the query
  const attributes = new Map([
    ...attributesOf(path, ';', PATH_ATTRIBUTES),
    ...attributesOf(query, '&', QUERY_ATTRIBUTES),
  ]);
  const text = (name: string) => utf8(attributes.get(name));
  if (!['private', undefined].includes(text('type'))) throw malformed('type is not "private"');
  if (attributes.has('pin-value')) {
    throw malformed('pin-value shows the PIN to everybody who sees the URI; use pin-source');
  }
  const fields = TEXT_ATTRIBUTES.flatMap(([name, field]) => {
    const value = text(name);
    return value === undefined ? [] : [[field, value] as const];
  });
  const id = attributes.get('id');
  const slotId = text('slot-id');
  const pinSource = text('pin-source');
  const initReserved = text('x-init-reserved');
  const userType = text('x-user-type');
  return {
    kind: 'pkcs11',
    modulePath: moduleOf(text('module-path'), text('module-name'), defaultModule),
    ...Object.fromEntries(fields),
    ...(slotId !== undefined && { slotId: decimal(slotId) }),
    ...(id && { id: Uint8Array.from(id) }),
    ...(pinSource !== undefined && { pinSource: filePath(pinSource) }),
    ...(initReserved !== undefined && { initReserved }),
    ...(userType !== undefined && { userType: parseUserType(userType) }),
  };
}

function moduleOf(path?: string, name?: string, otherwise?: string): string {
  if (path !== undefined && name !== undefined) throw malformed('module-path and module-name');
  if (path !== undefined) return path.includes('/') ? path : `./${path}`;
  if (name?.includes('/')) throw malformed('module-name is a path; use module-path');
  const module = name ?? otherwise;
  if (module === undefined) throw malformed('module-path is missing');
  return module;
}

function decimal(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw malformed(`slot-id "${text}" is not a number`);
}

/** A CK_USER_TYPE, decimal or `0x…`; vendors have theirs from 0x80000000 on. */
export function parseUserType(text: string): number {
  if (/^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text) && Number(text) <= 0xffff_ffff)
    return Number(text);
  throw new PkiError('USAGE', `"${text}" is not a PKCS#11 user type`, {
    hints: ['write a number, such as 1 or 0x80000001'],
  });
}

/** `file:/path` or `/path` (RFC 7512 §2.4). A command (`|…`) is not run: the URI may be another's. */
function filePath(source: string): string {
  const path = source.startsWith('file:') ? source.slice('file:'.length) : source;
  const local = path.startsWith('//') ? path.slice(path.indexOf('/', 2)) : path;
  if (local.startsWith('/')) return local;
  throw malformed('pin-source is not the absolute path of a file');
}

/** Labels are UTF-8 (PKCS #11 §3.2); what is not must not match something else by accident. */
function utf8(octets: Uint8Array | undefined): string | undefined {
  try {
    return octets && new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    throw malformed('an attribute is not UTF-8');
  }
}

/** Unknown and repeated attributes are errors: a typo must not widen what matches. */
function attributesOf(text: string, separator: string, known: readonly string[]) {
  const found = new Map<string, Buffer>();
  for (const part of text === '' ? [] : text.split(separator)) {
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(equals, 0));
    if (!known.includes(name)) throw malformed(`unknown attribute "${name || part}"`);
    if (found.has(name)) throw malformed(`attribute "${name}" twice`);
    found.set(name, percentDecoded(part.slice(equals + 1)));
  }
  return found;
}

const malformed = (why: string): PkiError =>
  new PkiError('USAGE', `not a PKCS#11 URI that names a key: ${why}`, {
    hints: ['write pkcs11:token=LABEL;object=LABEL?module-path=PATH (RFC 7512)'],
  });

/** Characters that RFC 7512 §2.3 lets stand for themselves in every attribute. */
const UNRESERVED = /[A-Za-z0-9\-._~]/;

const percent = (octet: number): string => `%${octet.toString(16).padStart(2, '0').toUpperCase()}`;

const percentEncoded = (text: string): string =>
  [...Buffer.from(text, 'utf8')]
    .map((octet) => [String.fromCharCode(octet), octet] as const)
    .map(([character, octet]) =>
      UNRESERVED.test(character) || character === '/' ? character : percent(octet),
    )
    .join('');

function percentDecoded(text: string): Buffer {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) throw malformed('a "%" without two hexadecimal digits');
  const octets = Buffer.from(text, 'utf8')
    .toString('latin1')
    .replaceAll(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(octets, 'latin1');
}
