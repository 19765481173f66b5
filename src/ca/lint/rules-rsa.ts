import type { LintRule, RequestSubject } from './rule.ts';
import { hasClosePrimes, hasRocaFingerprint, smallFactor } from './weak-rsa.ts';

const MIN_RSA_BITS = 2048;

/** What is asked of an RSA key in whatever role: alone, as half of a composite, as alternative key. */
export const RSA_RULES: readonly LintRule<RequestSubject>[] = [
  {
    id: 'rsa-key-size',
    cites: 'TLS BR §6.1.5, SP 800-131A §3',
    requires: 'an RSA key has 2048 bits at least',
    check: ({ key: { rsa } }) =>
      rsa && rsa.bits < MIN_RSA_BITS
        ? `the RSA key is too weak: ${rsa.bits} bits, at least ${MIN_RSA_BITS} are needed`
        : undefined,
  },
  {
    id: 'rsa-modulus-octets',
    cites: 'TLS BR §6.1.5',
    requires: 'an RSA modulus has a whole number of octets',
    severity: 'warning',
    check: ({ key: { rsa } }) =>
      rsa && rsa.bits % 8 !== 0 ? 'the RSA modulus must be a whole number of octets' : undefined,
  },
  {
    id: 'rsa-public-exponent',
    cites: 'TLS BR §6.1.6, SP 800-89 §5.3.3',
    requires: 'an RSA exponent is at least 65537',
    severity: 'warning',
    check: ({ key: { rsa } }) =>
      rsa && rsa.exponent < 65537n ? 'the RSA public exponent must be at least 65537' : undefined,
  },
  {
    id: 'rsa-public-exponent-sound',
    cites: 'TLS BR §6.1.6, SP 800-89 §5.3.3',
    requires: 'an RSA exponent is odd, at least 3, and below 2^256',
    check: ({ key: { rsa } }) =>
      rsa && (rsa.exponent < 3n || rsa.exponent % 2n === 0n || rsa.exponent >= 1n << 256n)
        ? 'the RSA public exponent must be odd, at least 3, and below 2^256'
        : undefined,
  },
  {
    id: 'rsa-small-factor',
    cites: 'TLS BR §6.1.6, SP 800-89 §5.3.3',
    requires: 'an RSA modulus has no small factor',
    check: ({ key: { rsa } }) => {
      const factor = rsa && smallFactor(rsa.modulus);
      return factor === undefined
        ? undefined
        : `the RSA key is broken: its modulus is divisible by ${factor}`;
    },
  },
  {
    id: 'rsa-close-primes',
    cites: 'TLS BR §6.1.1.3',
    requires: 'the primes of an RSA modulus are not close together',
    check: ({ key: { rsa } }) =>
      rsa && hasClosePrimes(rsa.modulus)
        ? "the RSA key is broken: its primes are so close that Fermat's method finds them"
        : undefined,
  },
  {
    id: 'rsa-roca',
    cites: 'TLS BR §6.1.1.3, CVE-2017-15361',
    requires: 'an RSA modulus has not the fingerprint of ROCA',
    check: ({ key: { rsa } }) =>
      rsa && hasRocaFingerprint(rsa.modulus)
        ? 'the RSA key is weak: it has the fingerprint of ROCA, of keys that Infineon chips made'
        : undefined,
  },
];
