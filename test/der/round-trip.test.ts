import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DerError, DerReader, enterDer, namedBits, readDer } from '../../src/der/reader.ts';
import {
  integer,
  namedBitString,
  objectIdentifier,
  octetString,
  sequence,
  tlv,
  unsignedInteger,
} from '../../src/der/writer.ts';

/** Trees of values: octets are a leaf, a list is a SEQUENCE. */
type Tree = Uint8Array | readonly Tree[];

const { tree } = fc.letrec<{ tree: Tree; leaf: Uint8Array; list: readonly Tree[] }>((tie) => ({
  tree: fc.oneof({ depthSize: 'small' }, tie('leaf'), tie('list')),
  leaf: fc.uint8Array({ maxLength: 300 }),
  list: fc.array(tie('tree'), { maxLength: 4 }),
}));

const encoded = (value: Tree): Uint8Array =>
  value instanceof Uint8Array ? octetString(value) : sequence(...value.map(encoded));

function decoded(reader: DerReader): Tree {
  if (reader.nextTag === 0x04) return Uint8Array.from(reader.octetString());
  const inner = reader.enter();
  const items: Tree[] = [];
  while (!inner.done) items.push(decoded(inner));
  return items;
}

describe('what is written is read again', () => {
  it('integers of either sign', () => {
    const values = fc.oneof(fc.integer(), fc.bigInt({ min: -(2n ** 300n), max: 2n ** 300n }));
    fc.assert(
      fc.property(values, (value) => {
        expect(new DerReader(integer(value)).integer()).toBe(BigInt(value));
      }),
    );
  });

  it('magnitudes with any number of leading zeros', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 300n }), fc.nat(3), (value, zeros) => {
        const digits = value.toString(16);
        const even = digits.padStart(digits.length + (digits.length % 2), '0');
        const magnitude = Buffer.from('00'.repeat(zeros) + even, 'hex');
        expect(new DerReader(unsignedInteger(magnitude)).integer()).toBe(value);
      }),
    );
  });

  it('object identifiers', () => {
    const arc = fc.bigInt({ min: 0n, max: 2n ** 130n });
    const head = fc.oneof(
      fc.tuple(fc.constantFrom(0n, 1n), fc.bigInt({ min: 0n, max: 39n })),
      fc.tuple(fc.constant(2n), arc),
    );
    fc.assert(
      fc.property(head, fc.array(arc, { maxLength: 5 }), (first, rest) => {
        const dotted = [...first, ...rest].join('.');
        expect(new DerReader(objectIdentifier(dotted)).objectIdentifier()).toBe(dotted);
      }),
    );
  });

  it('named bits', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(40)), (bits) => {
        const { contents } = readDer(namedBitString(bits), 0x03);
        expect(namedBits(contents)).toEqual(bits.toSorted((one, other) => one - other));
      }),
    );
  });

  it('values in values', () => {
    fc.assert(
      fc.property(tree, (value) => {
        const reader = new DerReader(encoded(value));
        expect(decoded(reader)).toEqual(value);
        reader.end();
      }),
    );
  });
});

describe('arbitrary octets', () => {
  /** Octets that begin like DER more often than chance has them. */
  const octets = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc
      .tuple(fc.constantFrom(0x01, 0x02, 0x03, 0x06, 0x30), fc.uint8Array({ maxLength: 12 }))
      .map(([tag, contents]) => tlv(tag, contents)),
  );

  const READS: readonly ((input: Uint8Array) => unknown)[] = [
    (input) => readDer(input),
    (input) => enterDer(input),
    (input) => new DerReader(input).boolean(),
    (input) => new DerReader(input).integer(),
    (input) => new DerReader(input).smallInteger(),
    (input) => new DerReader(input).bitString(),
    (input) => new DerReader(input).objectIdentifier(),
    (input) => namedBits(input),
  ];

  it('are read, or refused with a DerError and nothing else', () => {
    fc.assert(
      fc.property(octets, fc.constantFrom(...READS), (input, read) => {
        try {
          read(input);
        } catch (error) {
          expect(error).toBeInstanceOf(DerError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('that are read as an integer or an object identifier have no other encoding', () => {
    fc.assert(
      fc.property(octets, (input) => {
        for (const [write, read] of [
          [integer, () => new DerReader(input).integer()] as const,
          [objectIdentifier, () => new DerReader(input).objectIdentifier()] as const,
        ]) {
          const value = attempted<bigint | string>(read);
          if (value === undefined) continue;
          const canonical = Buffer.from((write as (value: unknown) => Uint8Array)(value));
          expect(Buffer.from(input).subarray(0, canonical.length)).toEqual(canonical);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

function attempted<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}
