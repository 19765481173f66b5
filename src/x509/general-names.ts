import { DerError, DerReader, enterDer } from '../der/reader.ts';
import {
  contextConstructed,
  contextPrimitive,
  type Der,
  objectIdentifier,
  sequence,
  TAG,
  tlv,
  utf8String,
} from '../der/writer.ts';

import { PkiError } from '../errors.ts';
import { attributeProblem } from './attribute-problem.ts';
import { distinguishedNameText, parseDistinguishedName } from './distinguished-name.ts';
import { ATTRIBUTES, encodeName, type NameAttribute, parseName } from './names.ts';

/** The forms of GeneralName that are one string of octets (RFC 5280 §4.2.1.6). */
type SingleType = 'dns' | 'email' | 'ip' | 'uri';

/** otherName with a UTF8String: Microsoft's user principal name, and SmtpUTF8Mailbox (RFC 9598 §3). */
type OtherNameType = 'upn' | 'smtputf8';

/**
 * The forms of GeneralName that we write; `rid` is a registeredID, in dotted decimals, and
 * `directory` a name of attributes in our table, as RFC 4514 writes it.
 */
export type GeneralNameType = SingleType | OtherNameType | 'rid' | 'directory';

export interface GeneralName {
  /** `other` is a form that we read but do not write; its value is the DER in hexadecimal. */
  readonly type: GeneralNameType | 'other';
  readonly value: string;
}

const TAG_NUMBERS: Readonly<Record<SingleType, number>> = { email: 1, dns: 2, uri: 6, ip: 7 };
const REGISTERED_ID = 8;
const OTHER_NAME_TAG = 0xa0;
const DIRECTORY_TAG = 0xa4;

const OTHER_NAME_OIDS: Readonly<Record<OtherNameType, string>> = {
  upn: '1.3.6.1.4.1.311.20.2.3',
  smtputf8: '1.3.6.1.5.5.7.8.9',
};

/** GeneralNames in DER. */
export const encodeGeneralNames = (names: readonly GeneralName[]): Der =>
  sequence(...names.map(generalName));

/** One GeneralName in DER. */
export function generalName({ type, value }: GeneralName): Der {
  if (type === 'other') return Buffer.from(value, 'hex');
  if (type === 'upn' || type === 'smtputf8') return otherName(OTHER_NAME_OIDS[type], value);
  // EXPLICIT, since Name is a CHOICE (X.680 clause 31.2.7)
  if (type === 'directory') return contextConstructed(4, encodeName(parseDistinguishedName(value)));
  if (type === 'rid') {
    if (!isRegisteredId(value)) throw new DerError(`"${value}" is not an object identifier`);
    return contextPrimitive(
      REGISTERED_ID,
      enterDer(sequence(objectIdentifier(value))).read().contents,
    );
  }
  // what is read from others may hold any octets; they are written back as they were
  const contents = type === 'ip' ? addressOctets(value) : singleOctets(value);
  return contextPrimitive(TAG_NUMBERS[type], contents);
}

const otherName = (oid: string, value: string): Der =>
  contextConstructed(0, objectIdentifier(oid), contextConstructed(0, utf8String(value)));

/** The names in the value of a subjectAltName extension, or of another GeneralNames. */
export function parseGeneralNames(der: Uint8Array): readonly GeneralName[] {
  const reader = enterDer(der);
  const names: GeneralName[] = [];
  while (!reader.done) {
    const { tag, contents, octets } = reader.read();
    const type = Object.entries(TAG_NUMBERS).find(([, number]) => (0x80 | number) === tag)?.[0];
    const text = Buffer.from(contents).toString('latin1');
    if (type === 'ip') names.push({ type, value: addressText(contents) });
    else if (type) names.push({ type: type as SingleType, value: text });
    else names.push(anyOther(tag, contents, octets));
  }
  return names;
}

/** One of the forms that have a name here if it is written as we would write it, else `other`. */
function anyOther(tag: number, contents: Uint8Array, octets: Uint8Array): GeneralName {
  const read = understood(tag, contents);
  if (read && Buffer.compare(generalName(read), octets) === 0) return read;
  return { type: 'other', value: Buffer.from(octets).toString('hex') };
}

function understood(tag: number, contents: Uint8Array): GeneralName | undefined {
  try {
    if (tag === (0x80 | REGISTERED_ID)) {
      const oid = enterDer(sequence(tlv(TAG.objectIdentifier, contents))).objectIdentifier();
      return { type: 'rid', value: oid };
    }
    if (tag === DIRECTORY_TAG) return understoodName(parseName(contents));
    if (tag !== OTHER_NAME_TAG) return undefined;
    const reader = new DerReader(contents);
    const oid = reader.objectIdentifier();
    const type = OTHER_NAME_TYPES.find((candidate) => OTHER_NAME_OIDS[candidate] === oid);
    const text = reader.enter(OTHER_NAME_TAG).read(TAG.utf8String).contents;
    return type && { type, value: Buffer.from(text).toString('utf8') };
  } catch (error) {
    if (error instanceof DerError) return undefined; // a value of another type
    throw error;
  }
}

const understoodName = (attributes: readonly NameAttribute[]): GeneralName | undefined =>
  attributes.length > 0 && attributes.every(({ type, value }) => type in ATTRIBUTES && value !== '')
    ? { type: 'directory', value: distinguishedNameText(attributes) }
    : undefined;

const OTHER_NAME_TYPES = ['upn', 'smtputf8'] as const;

/** `dns:server.example.com`, `ip:192.0.2.1`. */
export const generalNameText = ({ type, value }: GeneralName): string => `${type}:${value}`;

/**
 * The same text for names that are the same: host names without case, also behind the @ of a
 * mailbox, and addresses in their shortest form (RFC 5280 §7.2, §7.5).
 */
export function comparableName({ type, value }: GeneralName): string {
  switch (type) {
    case 'dns':
      return `${type}:${value.toLowerCase()}`;
    case 'ip':
      return `${type}:${canonicalAddress(value)}`;
    case 'email':
    case 'smtputf8':
      return `${type}:${value.replace(/@[^@]*$/, (host) => host.toLowerCase())}`;
    default:
      return `${type}:${value}`;
  }
}

/** One octet a character; anything else would silently become another name. */
function singleOctets(text: string): Uint8Array {
  if (/^[\0-\xff]*$/.test(text)) return Buffer.from(text, 'latin1');
  throw new DerError(`"${text}" cannot be written in an IA5String`);
}

/** 4 octets of an IPv4 address, 16 of an IPv6 address, in network order. */
export function addressOctets(address: string): Uint8Array {
  if (isIpv4(address)) return Uint8Array.from(address.split('.').map(Number));
  if (!isIpv6(address)) throw new DerError(`"${address}" is not an IP address`);
  const [head = '', tail] = canonicalAddress(address).split('::', 2);
  const [left, right] = [head, tail ?? ''].map((part) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)),
  );
  const zeros = 8 - (left?.length ?? 0) - (right?.length ?? 0);
  const groups = [...(left ?? []), ...new Array<number>(zeros).fill(0), ...(right ?? [])];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** IPv6 in its shortest form (RFC 5952), with no dotted quad inside; IPv4 as it is. */
export function canonicalAddress(address: string): string {
  if (!isIpv6(address)) return address;
  const { hostname } = new URL(`http://[${address}]/`);
  return hostname.slice(1, -1);
}

/** 4 or 16 octets as people write an address; throws DerError. */
export function addressText(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.');
  if (octets.length !== 16) throw new DerError('an IP address has neither 4 nor 16 octets');
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((octets[2 * index] ?? 0) << 8) | (octets[2 * index + 1] ?? 0)).toString(16),
  );
  return canonicalAddress(groups.join(':'));
}

const OCTET = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^(${OCTET}\\.){3}${OCTET}$`);

const isIpv4 = (text: string): boolean => IPV4.test(text);

/** By the URL parser of the platform: node:net takes longer to load than all the rest here. */
const isIpv6 = (text: string): boolean =>
  /^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(text) && URL.canParse(`http://[${text}]/`);

/** True for an address that can be written: no scope identifier, no prefix length. */
export const isAddress = (text: string): boolean => isIpv4(text) || isIpv6(text);

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;

/**
 * A host name in the preferred name syntax (RFC 1034 §3.5, RFC 5280 §4.2.1.6), where a whole
 * left-most label may be a wildcard (RFC 9525 §6.3). Of two labels at least under a wildcard.
 */
export function isDnsName(text: string): boolean {
  const labels = text.split('.');
  const [first = '', ...rest] = labels;
  if (text.length > 253 || isIpv4(text)) return false;
  if (first === '*') return rest.length >= 2 && rest.every((label) => LABEL.test(label));
  return labels.every((label) => LABEL.test(label));
}

/** Mailbox with an ASCII local part and a host name (RFC 5280 §4.2.1.6, RFC 5321 §4.1.2). */
export function isEmailAddress(text: string): boolean {
  const at = text.lastIndexOf('@');
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
  return (
    at > 0 &&
    local.length <= 64 &&
    /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/.test(local) &&
    isDnsName(domain) &&
    !domain.startsWith('*')
  );
}

/** Absolute URI with a scheme, in ASCII (RFC 5280 §4.2.1.6). */
export const isUri = (text: string): boolean =>
  /^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+$/.test(text) && URL.canParse(text);

/** Of two arcs at least, of which the second is below 40 under 0 and 1 (X.660 clause 7.6). */
const isRegisteredId = (text: string): boolean =>
  /^([01]\.(\d|[1-3]\d)|2\.(0|[1-9]\d*))(\.(0|[1-9]\d*))*$/.test(text) && text.length <= 128;

/** `user@domain`, as Windows and Kerberos write it. */
const isUserPrincipalName = (text: string): boolean => isMailbox(text, /^[^\p{C}\p{Z}@]+$/u);

/** A local part with a character beyond ASCII; all others are `email` (RFC 9598 §3). */
const isInternationalMailbox = (text: string): boolean =>
  isMailbox(text, /^(?=.*[^\0-\x7f])[^\p{C}\p{Z}@"(),:;<>[\]\\]+$/u);

function isMailbox(text: string, local: RegExp): boolean {
  const at = text.lastIndexOf('@');
  const [name, domain] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  return (
    local.test(name) &&
    Buffer.byteLength(name) <= 64 &&
    isDnsName(domain) &&
    !domain.startsWith('*')
  );
}

function isDirectoryName(text: string): boolean {
  try {
    return parseDistinguishedName(text).every((item) => attributeProblem(item) === undefined);
  } catch (error) {
    if (error instanceof PkiError) return false;
    throw error;
  }
}

const CHECKS: Readonly<Record<GeneralNameType, (text: string) => boolean>> = {
  dns: isDnsName,
  email: isEmailAddress,
  ip: isAddress,
  uri: isUri,
  rid: isRegisteredId,
  upn: isUserPrincipalName,
  smtputf8: isInternationalMailbox,
  directory: isDirectoryName,
};

/** True if the value is well formed for its type; forms that we do not write never are. */
export const isWellFormed = ({ type, value }: GeneralName): boolean =>
  type !== 'other' && CHECKS[type](value);
