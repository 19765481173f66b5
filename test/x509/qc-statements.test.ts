import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DerError } from '../../src/der/reader.ts';
import { integer, NULL, objectIdentifier, sequence } from '../../src/der/writer.ts';
import {
  encodeQcStatements,
  parseQcStatements,
  type QcStatements,
} from '../../src/x509/qc-statements.ts';

const letters = (form: string, length: number) =>
  fc.string({ unit: fc.constantFrom(...form), minLength: length, maxLength: length });
const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

const statements: fc.Arbitrary<QcStatements> = fc.record(
  {
    compliance: fc.constant(true),
    limit: fc.record({
      currency: fc.oneof(
        letters(CAPITALS, 3),
        fc.integer({ min: 1, max: 999 }).map((number) => String(number).padStart(3, '0')),
      ),
      amount: fc.maxSafeNat(),
      exponent: fc.integer({ min: -20, max: 20 }),
    }),
    retentionYears: fc.nat(),
    sscd: fc.constant(true),
    disclosures: fc.array(
      fc.record({
        language: letters(CAPITALS.toLowerCase(), 2),
        url: fc.webUrl({ validSchemes: ['https'] }),
      }),
    ),
    types: fc.array(fc.constantFrom('esign', 'eseal', 'web', '1.2.3')),
    legislation: fc.array(letters(CAPITALS, 2)),
  },
  { requiredKeys: ['compliance'] },
);

describe('the statements of qualified certificates', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(statements, (said) => {
        const { oids, ...read } = parseQcStatements(encodeQcStatements(said));
        expect(read).toEqual(said);
        expect(oids.length).toBe(Object.keys(said).length);
      }),
    );
  });

  it('of others are kept by their OIDs', () => {
    const other = sequence(objectIdentifier('1.3.6.1.5.5.7.11.2'), sequence());
    expect(parseQcStatements(sequence(other))).toEqual({ oids: ['1.3.6.1.5.5.7.11.2'] });
  });

  it.each([
    ['none', sequence()],
    ['more than a statement has', sequence(sequence(objectIdentifier('0.4.0.1862.1.1'), NULL))],
    ['less than it has', sequence(sequence(objectIdentifier('0.4.0.1862.1.3')))],
    ['another type', sequence(sequence(objectIdentifier('0.4.0.1862.1.6'), integer(1)))],
  ])('are not read: %s', (_, value) => {
    expect(() => parseQcStatements(value)).toThrow(DerError);
  });
});
