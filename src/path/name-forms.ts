import { DerReader, enterDer, readDer } from '../der/reader.ts';
import { sameOctets } from '../der/same-octets.ts';
import { type ComparableName, comparableName, startsWithName } from './comparable-name.ts';

/** A GeneralName, or the base of a subtree, ready to be compared. */
export interface NameOfForm {
  /** The tag of the GeneralName, which tells its form. */
  readonly tag: number;
  readonly octets: Uint8Array;
  /** The octets, one a character. */
  readonly text: string;
  /** Of a directoryName. */
  readonly rdns: ComparableName;
}

/**
 * Whether a name is within a subtree: for a permitted one all that the name stands for, for an
 * excluded one any of it, which differs for wildcards. Undefined if the two cannot be compared.
 */
type Within = (name: NameOfForm, base: NameOfForm, subtree: Subtree) => boolean | undefined;

export type Subtree = 'permitted' | 'excluded';

export interface NameForm {
  readonly tag: number;
  readonly name: string;
  readonly within: Within;
}

export const EMAIL_TAG = 0x81;
export const DIRECTORY_TAG = 0xa4;
export const ADDRESS_TAG = 0x87;
const OTHER_NAME_TAG = 0xa0;

/** The forms that name constraints are understood for (RFC 5280 §4.2.1.10). */
// biome-ignore format: a table
export const NAME_FORMS: readonly NameForm[] = [
  { tag: EMAIL_TAG,     name: 'e-mail address', within: emailWithin },
  { tag: 0x82,          name: 'DNS name',       within: dnsWithin },
  { tag: DIRECTORY_TAG, name: 'directory name', within: (name, base) => startsWithName(name.rdns, base.rdns) },
  { tag: 0x86,          name: 'URI',            within: uriWithin },
  { tag: ADDRESS_TAG,   name: 'IP address',     within: addressWithin },
];

/** Takes a GeneralName apart; throws DerError. */
export function nameOfForm(tag: number, contents: Uint8Array): NameOfForm {
  const rdns = tag === DIRECTORY_TAG ? comparableName(contents) : [];
  const mailbox = tag === OTHER_NAME_TAG ? internationalMailbox(contents) : undefined;
  if (mailbox) return nameOfForm(EMAIL_TAG, mailbox);
  return { tag, octets: contents, text: Buffer.from(contents).toString('latin1'), rdns };
}

/** Constraints of e-mail addresses hold for SmtpUTF8Mailbox as well (RFC 9598 §6). */
const SMTP_UTF8_MAILBOX = '1.3.6.1.5.5.7.8.9';

function internationalMailbox(otherName: Uint8Array): Uint8Array | undefined {
  const reader = new DerReader(otherName);
  if (reader.objectIdentifier() !== SMTP_UTF8_MAILBOX) return undefined;
  return readDer(reader.read(0xa0).contents).contents;
}

/** The names in a GeneralNames, each as it is compared. */
export function namesOfForms(generalNames: Uint8Array): readonly NameOfForm[] {
  const reader = enterDer(generalNames);
  const names: NameOfForm[] = [];
  while (!reader.done) {
    const { tag, contents } = reader.read();
    names.push(nameOfForm(tag, contents));
  }
  return names;
}

const DNS_NAME = /^(\*\.)?([a-z0-9_-]+\.)*[a-z0-9_-]+$/;

/** A subtree without leading dot holds the name itself too; with one, as everybody has it, not. */
function dnsWithin(name: NameOfForm, base: NameOfForm, subtree: Subtree): boolean | undefined {
  const [text, domain] = [name.text.toLowerCase(), base.text.toLowerCase()];
  if (!DNS_NAME.test(text)) return undefined;
  if (domain === '' || text.endsWith(domain.startsWith('.') ? domain : `.${domain}`)) return true;
  // *.example.com stands for a.example.com as well, which may be excluded
  const parent = domain.slice(domain.indexOf('.'));
  return text === domain || (subtree === 'excluded' && text === `*${parent}`);
}

/** A base is a mailbox, a host, or with a leading dot the hosts of a domain. */
function emailWithin(name: NameOfForm, base: NameOfForm, subtree: Subtree): boolean | undefined {
  const at = name.text.lastIndexOf('@');
  const [local, host] = [name.text.slice(0, at), name.text.slice(at + 1).toLowerCase()];
  if (at < 1 || !DNS_NAME.test(host)) return undefined;
  const baseAt = base.text.lastIndexOf('@');
  if (baseAt < 0) return hostWithin(host, base.text.toLowerCase(), subtree);
  return local === base.text.slice(0, baseAt) && host === base.text.slice(baseAt + 1).toLowerCase();
}

/** The host of a URI; one without a host, or with an address, is compared with nothing. */
function uriWithin(name: NameOfForm, base: NameOfForm, subtree: Subtree): boolean | undefined {
  const [, authority] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(name.text) ?? [];
  const host = authority?.slice(authority.lastIndexOf('@') + 1).replace(/:\d*$/, '');
  if (host === undefined || !DNS_NAME.test(host.toLowerCase()) || /(^|\.)\d+$/.test(host)) {
    return undefined;
  }
  return hostWithin(host.toLowerCase(), base.text.toLowerCase(), subtree);
}

/** An empty base is not in the RFC: it excludes all, as everybody has it, and permits nothing. */
function hostWithin(host: string, base: string, subtree: Subtree): boolean {
  if (base === '') return subtree === 'excluded';
  return base.startsWith('.') ? host.endsWith(base) : host === base;
}

/**
 * A base is an address and a mask, 8 octets for IPv4, 32 for IPv6. An IPv4-mapped address reaches the
 * host of the IPv4 address in it (RFC 4291 §2.5.5.2), which may be excluded.
 */
function addressWithin(
  { octets }: NameOfForm,
  base: NameOfForm,
  subtree: Subtree,
): boolean | undefined {
  if (base.octets.length !== 8 && base.octets.length !== 32) return undefined;
  const isMapped = octets.length === 16 && sameOctets(octets.subarray(0, 12), IPV4_MAPPED);
  const address =
    subtree === 'excluded' && isMapped && base.octets.length === 8 ? octets.subarray(12) : octets;
  if (base.octets.length !== 2 * address.length) return false;
  const mask = base.octets.subarray(address.length);
  return address.every((octet, index) => {
    const bits = mask[index] ?? 0;
    return (octet & bits) === ((base.octets[index] ?? 0) & bits);
  });
}

/** `::ffff:0:0/96` */
const IPV4_MAPPED = Uint8Array.of(...new Array<number>(10).fill(0), 0xff, 0xff);
