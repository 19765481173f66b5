import { DerError } from '../der/reader.ts';
import { contextConstructed, contextPrimitive, type Der, sequence } from '../der/writer.ts';
import { addressOctets, addressText, generalName } from './general-names.ts';
import { encodeName, type NameAttribute } from './names.ts';

/** Bases of subtrees (RFC 5280 §4.2.1.10), by the form of their names. */
export interface NameSubtrees {
  /** Host names; each stands for itself and what is below it. */
  readonly dns?: readonly string[] | undefined;
  /** Mailboxes, hosts, or with a leading dot the hosts below a domain. */
  readonly email?: readonly string[] | undefined;
  /** Networks, such as `192.0.2.0/24`. */
  readonly ip?: readonly string[] | undefined;
  /** Hosts of URIs, or with a leading dot the hosts below a domain. */
  readonly uri?: readonly string[] | undefined;
  /** Leading attributes of subjects. */
  readonly directory?: readonly (readonly NameAttribute[])[] | undefined;
}

export interface NameConstraintsInput {
  readonly permitted?: NameSubtrees | undefined;
  readonly excluded?: NameSubtrees | undefined;
}

/** The value of nameConstraints, an empty side left out; undefined if both are. */
export function encodeNameConstraints({
  permitted = {},
  excluded = {},
}: NameConstraintsInput): Der | undefined {
  const sides = [permitted, excluded].map(generalSubtrees);
  const present = sides.flatMap((items, number) =>
    items.length === 0 ? [] : [contextConstructed(number, ...items)],
  );
  return present.length === 0 ? undefined : sequence(...present);
}

/** `minimum` is 0, its DEFAULT, and `maximum` absent, as RFC 5280 has it. */
function generalSubtrees(subtrees: NameSubtrees): readonly Der[] {
  const { dns = [], email = [], ip = [], uri = [], directory = [] } = subtrees;
  return [
    ...dns.map((value) => generalName({ type: 'dns', value })),
    ...email.map((value) => generalName({ type: 'email', value })),
    ...ip.map((network) => contextPrimitive(7, networkOctets(network))),
    ...uri.map((value) => generalName({ type: 'uri', value })),
    ...directory.map((attributes) => contextConstructed(4, encodeName(attributes))),
  ].map((base) => sequence(base));
}

/** Address and mask of `ADDRESS/BITS`: 8 octets for IPv4, 32 for IPv6; throws DerError. */
export function networkOctets(network: string): Uint8Array {
  const [, text = '', length = ''] = /^([^/]+)\/(\d{1,3})$/.exec(network) ?? [];
  const address = addressOctets(text);
  const bits = Number(length);
  if (bits > address.length * 8) throw new DerError(`"${network}" has a prefix that is too long`);
  const mask = address.map((_, index) => {
    const inOctet = Math.min(8, Math.max(0, bits - 8 * index));
    return (0xff00 >> inOctet) & 0xff;
  });
  if (address.some((octet, index) => (octet & ~(mask[index] ?? 0)) !== 0)) {
    throw new DerError(`"${network}" has bits set after its prefix`);
  }
  return Uint8Array.of(...address, ...mask);
}

/** Whether octets are an address and a mask of leading ones, and zeros after them (RFC 4632 §3.1). */
export const isNetwork = (octets: Uint8Array): boolean =>
  hasMask(octets) && isPrefix(bitsOf(maskOf(octets)));

/** `10.0.0.0/8`, or with the mask in full where that is none of leading ones; undefined for no network. */
export function networkText(octets: Uint8Array): string | undefined {
  if (!hasMask(octets)) return undefined;
  const [mask, bits] = [maskOf(octets), bitsOf(maskOf(octets))];
  const suffix = isPrefix(bits) ? bits.replaceAll('0', '').length : addressText(mask);
  return `${addressText(octets.subarray(0, octets.length / 2))}/${suffix}`;
}

const hasMask = ({ length }: Uint8Array): boolean => length === 8 || length === 32;

const maskOf = (octets: Uint8Array): Uint8Array => octets.subarray(octets.length / 2);

const bitsOf = (octets: Uint8Array): string =>
  [...octets].map((octet) => octet.toString(2).padStart(8, '0')).join('');

const isPrefix = (bits: string): boolean => /^1*0*$/.test(bits);
