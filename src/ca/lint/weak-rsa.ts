/** Public factors and patterns of RSA moduli that anybody can find without the private key. */

/** Primes below 752, the bound of SP 800-89 §5.3.3. */
const SMALL_PRIMES: readonly number[] = primesBelow(752);

/** The same multiplied, so that one gcd finds them all. */
const SMALL_PRIMES_PRODUCT = SMALL_PRIMES.reduce((product, prime) => product * BigInt(prime), 1n);

/** A prime factor below 752, or undefined. */
export const smallFactor = (modulus: bigint): number | undefined =>
  gcd(modulus, SMALL_PRIMES_PRODUCT) === 1n
    ? undefined
    : SMALL_PRIMES.find((prime) => modulus % BigInt(prime) === 0n);

/** The bound of TLS BR §6.1.1.3. */
const FERMAT_ROUNDS = 100;

/**
 * True if Fermat's method factors the modulus within 100 rounds, as it does where the primes are
 * close: it looks for a with a² − n a square, from the root of n upwards.
 */
export function hasClosePrimes(modulus: bigint): boolean {
  const root = squareRoot(modulus);
  let a = root * root === modulus ? root : root + 1n;
  for (let round = 0; round < FERMAT_ROUNDS; round++, a++) {
    if (isSquare(a * a - modulus)) return true;
  }
  return false;
}

/**
 * Odd primes up to 167. The primes of Infineon's library were powers of 65537 modulo the product of
 * these (CVE-2017-15361), and so are their products; of other moduli fewer than one in 10^8 is.
 */
const ROCA_PRIMES: readonly number[] = primesBelow(168).slice(1);

/** True for the fingerprint of ROCA: the modulus is a power of 65537 modulo each of the primes. */
export const hasRocaFingerprint = (modulus: bigint): boolean =>
  ROCA_PRIMES.every((prime) => isPower(65_537 % prime, Number(modulus % BigInt(prime)), prime));

/** True if `value` is a power of `base` modulo `prime`. */
function isPower(base: number, value: number, prime: number): boolean {
  let power = 1;
  do {
    if (power === value) return true;
    power = (power * base) % prime;
  } while (power !== 1);
  return false;
}

function primesBelow(bound: number): readonly number[] {
  const primes: number[] = [];
  for (let candidate = 2; candidate < bound; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  return primes;
}

function gcd(one: bigint, other: bigint): bigint {
  let [a, b] = [one, other];
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

/** Squares end in 12 of the 64 values of six bits: most of what is none is found out by that. */
const SQUARES_MODULO_64: ReadonlySet<bigint> = new Set(
  Array.from({ length: 64 }, (_, root) => BigInt((root * root) % 64)),
);

function isSquare(value: bigint): boolean {
  if (!SQUARES_MODULO_64.has(value & 63n)) return false;
  const root = squareRoot(value);
  return root * root === value;
}

/** The whole part of the root, by Newton's method from above. */
function squareRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let root = 1n << BigInt((value.toString(2).length >> 1) + 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
