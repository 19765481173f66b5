import { isAbsolute, relative } from 'node:path';
import { PkiError } from '../errors.ts';
import { type Pkcs11KeyRef, parsePkcs11Uri, printPkcs11Uri } from './pkcs11-uri.ts';

export type { Pkcs11KeyRef } from './pkcs11-uri.ts';

/** A PKCS #8 file; a relative path starts at the CA directory. */
export interface FileKeyRef {
  readonly kind: 'file';
  readonly path: string;
}

/** Names a key without opening it, so that it can be printed, stored and compared. */
export type KeyRef = FileKeyRef | Pkcs11KeyRef;

/**
 * Parses `file:PATH` or an RFC 7512 URI, `pkcs11:token=…;object=…?module-path=…`. A URI that names
 * no module is for the one at `modulePath`, if that is given.
 */
export function parseKeyRef(text: string, modulePath?: string): KeyRef {
  if (text.startsWith('file:') && text.length > 'file:'.length) {
    return { kind: 'file', path: text.slice('file:'.length) };
  }
  if (text.startsWith('pkcs11:')) return parsePkcs11Uri(text, modulePath);
  throw new PkiError('USAGE', `unrecognised key "${text}"`, {
    hints: ['write file:PATH, or pkcs11:token=LABEL;object=LABEL?module-path=PATH'],
  });
}

export const printKeyRef = (ref: KeyRef): string =>
  ref.kind === 'file' ? `file:${ref.path}` : printPkcs11Uri(ref);

/**
 * Where a key is, for the audit trail: a file by its path from `directory` if it is below that, and
 * a key in a token without what opens it.
 */
export function keyPlace(ref: KeyRef, directory: string): string {
  if (ref.kind === 'file') {
    const below = isAbsolute(ref.path) ? relative(directory, ref.path) : ref.path;
    return printKeyRef({ kind: 'file', path: below.startsWith('..') ? ref.path : below });
  }
  const { pinSource, initReserved, userType, ...place } = ref;
  return printPkcs11Uri(place);
}
