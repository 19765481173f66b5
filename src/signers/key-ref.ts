import { PkiError } from '../errors.ts';

/** A key in a token, named by the attributes of RFC 7512. All that are given have to match. */
export interface Pkcs11KeyRef {
  readonly kind: 'pkcs11';
  /** `module-path`: the PKCS#11 library. */
  readonly modulePath: string;
  /** CKA_LABEL of the token, without trailing blanks. */
  readonly token?: string;
  readonly serial?: string;
  /** CKA_LABEL of the key. */
  readonly object?: string;
  /** CKA_ID of the key. */
  readonly id?: Uint8Array;
}

/** A PKCS #8 file; a relative path starts at the CA directory. */
export interface FileKeyRef {
  readonly kind: 'file';
  readonly path: string;
}

/** Names a key without opening it, so that it can be printed, stored and compared. */
export type KeyRef = FileKeyRef | Pkcs11KeyRef;

/** Parses `file:PATH` or an RFC 7512 URI, `pkcs11:token=…;object=…?module-path=…`. */
export function parseKeyRef(text: string): KeyRef {
  if (text.startsWith('file:') && text.length > 'file:'.length) {
    return { kind: 'file', path: text.slice('file:'.length) };
  }
  if (text.startsWith('pkcs11:')) return parsePkcs11Uri(text.slice('pkcs11:'.length));
  throw new PkiError('USAGE', `unrecognised key "${text}"`, {
    hints: ['write file:PATH, or pkcs11:token=LABEL;object=LABEL?module-path=PATH'],
  });
}

export function printKeyRef(ref: KeyRef): string {
  if (ref.kind === 'file') return `file:${ref.path}`;
  const path = [
    ref.token !== undefined && `token=${percentEncoded(ref.token)}`,
    ref.serial !== undefined && `serial=${percentEncoded(ref.serial)}`,
    ref.object !== undefined && `object=${percentEncoded(ref.object)}`,
    ref.id && `id=${[...ref.id].map(percent).join('')}`,
    'type=private',
  ].filter((part) => typeof part === 'string');
  return `pkcs11:${path.join(';')}?module-path=${percentEncoded(ref.modulePath)}`;
}

const PATH_ATTRIBUTES = ['token', 'serial', 'object', 'id', 'type'];
const QUERY_ATTRIBUTES = ['module-path'];

function parsePkcs11Uri(rest: string): Pkcs11KeyRef {
  const [path = '', ...afterPath] = rest.split('?');
  const query = afterPath.join('?'); // RFC 7512 §2.3 allows more of them in the query
  const attributes = new Map([
    ...attributesOf(path, ';', PATH_ATTRIBUTES),
    ...attributesOf(query, '&', QUERY_ATTRIBUTES),
  ]);
  const text = (name: string) => utf8(attributes.get(name));
  if (!['private', undefined].includes(text('type'))) throw malformed('type is not "private"');
  const modulePath = text('module-path');
  if (modulePath === undefined) throw malformed('module-path is missing');
  const [token, serial, object, id] = [
    text('token'),
    text('serial'),
    text('object'),
    attributes.get('id'),
  ];
  return {
    kind: 'pkcs11',
    modulePath,
    ...(token !== undefined && { token }),
    ...(serial !== undefined && { serial }),
    ...(object !== undefined && { object }),
    ...(id && { id: Uint8Array.from(id) }),
  };
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
  for (const part of text.split(separator).filter((item) => item !== '')) {
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
