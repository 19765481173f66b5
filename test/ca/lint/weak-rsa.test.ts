import { describe, expect, it } from 'vitest';
import { hasClosePrimes, hasRocaFingerprint, smallFactor } from '../../../src/ca/lint/weak-rsa.ts';
import { modulusOf, soundPrimes, WEAK_PRIMES } from '../../support/weak-rsa.ts';

/** A key of an Infineon chip, published with the detector of those who found ROCA. */
const PUBLISHED_ROCA = BigInt(
  '0x944e13208a280c37efc31c3114485e590192adbb8e11c87cad60cdef0037ce99278330d3f471a2538fa667802ed2a3c44a8b7dea826e888d0aa341fd664f7fa7',
);

describe('weaknesses of RSA moduli', () => {
  it('are each found in a key that has it, and not in others', () => {
    const moduli = {
      smallFactor: modulusOf(WEAK_PRIMES.smallFactor()),
      closePrimes: modulusOf(WEAK_PRIMES.closePrimes()),
      roca: modulusOf(WEAK_PRIMES.roca()),
      sound: modulusOf(soundPrimes()),
    };
    const found = Object.entries(moduli).map(([name, modulus]) => [
      name,
      smallFactor(modulus),
      hasClosePrimes(modulus),
      hasRocaFingerprint(modulus),
    ]);
    expect(found).toEqual([
      ['smallFactor', 751, false, false],
      ['closePrimes', undefined, true, false],
      ['roca', undefined, false, true],
      ['sound', undefined, false, false],
    ]);
  });

  it('are found where others have published them', () => {
    expect(hasRocaFingerprint(PUBLISHED_ROCA)).toBe(true);
    expect(hasRocaFingerprint(PUBLISHED_ROCA + 2n)).toBe(false);
  });

  it('are primes at the bounds as well', () => {
    const large = (1n << 521n) - 1n; // a prime of Mersenne
    expect(smallFactor(2n * large)).toBe(2);
    expect(smallFactor(757n * large)).toBe(undefined);
    expect(hasClosePrimes(large * large)).toBe(true);
  });

  it.each([
    [199, true],
    [201, false],
  ])('are looked for in 100 rounds and no more: %i', (twiceTheRounds, found) => {
    // of a² - b² the search begins at b² / 2a below a, and each round is one step
    const a = 2 ** 81;
    const b = Math.floor(Math.sqrt(twiceTheRounds * a));
    expect(hasClosePrimes(BigInt(a) ** 2n - BigInt(b) ** 2n)).toBe(found);
  });
});
