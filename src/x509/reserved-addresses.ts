import { addressOctets } from './general-names.ts';
import { networkOctets } from './name-subtrees.ts';

/** Blocks of IANA's two registries of special-purpose addresses (RFC 6890), and multicast. */
const RESERVED: readonly string[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/127',
  '::ffff:0:0/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '2620:4f:8000::/48',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
];

/** Whether an address, IPv4 or IPv6 in text, belongs to no one host on the Internet. */
export function isReservedAddress(address: string): boolean {
  const octets = addressOctets(address);
  return RESERVED.map(networkOctets).some(
    (network) =>
      network.length === 2 * octets.length &&
      octets.every((octet, index) => {
        const mask = network[octets.length + index] ?? 0;
        return (octet & mask) === network[index];
      }),
  );
}
