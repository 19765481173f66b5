import { checkPrimeSync, createPrivateKey, generatePrimeSync, randomBytes } from 'node:crypto';

const PRIME_BITS = 1024;
const MODULUS_BITS = 2 * PRIME_BITS;

/** Two primes, of which the modulus has 2048 bits. */
export type Primes = readonly [bigint, bigint];

/** Primes of RSA keys that are weak as keys of the wild were; made anew each time. */
export const WEAK_PRIMES = {
  /** One of them below 752. */
  smallFactor: (): Primes => untilWhole(() => [prime(MODULUS_BITS - 10), 751n]),
  /** The one next to the other. */
  closePrimes: (): Primes =>
    untilWhole(() => {
      const p = prime(PRIME_BITS);
      return [nextPrime(p), p];
    }),
  /** k·M + (65537^a mod M) with M the product of the first 126 primes, as Infineon's were. */
  roca: (): Primes => untilWhole(() => [rocaPrime(), rocaPrime()]),
} as const;

export const soundPrimes = (): Primes => untilWhole(() => [prime(PRIME_BITS), prime(PRIME_BITS)]);

export const modulusOf = ([p, q]: Primes): bigint => p * q;

/** The private key with these primes and the exponent 65537, PKCS #8 in PEM. */
export function rsaPrivateKey([p, q]: Primes): string {
  const e = 65_537n;
  const d = inverse(e, (p - 1n) * (q - 1n));
  const numbers = { n: p * q, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const entries = Object.entries(numbers).map(([name, value]) => [name, base64url(value)] as const);
  const key = createPrivateKey({
    key: { kty: 'RSA', ...Object.fromEntries(entries) },
    format: 'jwk',
  });
  return key.export({ format: 'pem', type: 'pkcs8' }).toString();
}

function untilWhole(make: () => Primes): Primes {
  for (;;) {
    const primes = make();
    if (modulusOf(primes).toString(2).length === MODULUS_BITS) return primes;
  }
}

function base64url(value: bigint): string {
  const digits = value.toString(16);
  return Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex').toString(
    'base64url',
  );
}

/** By Euclid's algorithm. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [rest, next, factor, nextFactor] = [modulus, value % modulus, 0n, 1n];
  while (next !== 0n) {
    const quotient = rest / next;
    [rest, next] = [next, rest - quotient * next];
    [factor, nextFactor] = [nextFactor, factor - quotient * nextFactor];
  }
  return factor < 0n ? factor + modulus : factor;
}

const prime = (bits: number): bigint => generatePrimeSync(bits, { bigint: true });

function nextPrime(after: bigint): bigint {
  let candidate = after + 2n;
  while (!checkPrimeSync(candidate)) candidate += 2n;
  return candidate;
}

/** The product of the first 126 primes, of 971 bits. */
const M = firstPrimes(126).reduce((product, factor) => product * BigInt(factor), 1n);

function rocaPrime(): bigint {
  const residue = powerModulo(65_537n, random(64), M);
  const [lowest, spread] = [(3n << BigInt(PRIME_BITS - 2)) / M, (1n << BigInt(PRIME_BITS - 2)) / M];
  for (;;) {
    const candidate = (lowest + 1n + (random(64) % (spread - 2n))) * M + residue;
    if (checkPrimeSync(candidate)) return candidate;
  }
}

const random = (bits: number): bigint => BigInt(`0x${randomBytes(bits / 8).toString('hex')}`);

function powerModulo(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, square] = [1n, base % modulus];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

function firstPrimes(count: number): readonly number[] {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate++) {
    if (primes.every((factor) => candidate % factor !== 0)) primes.push(candidate);
  }
  return primes;
}
