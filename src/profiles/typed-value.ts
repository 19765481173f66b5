import { DerReader } from '../der/reader.ts';
import {
  boolean,
  type Der,
  ia5String,
  integer,
  NULL,
  objectIdentifier,
  octetString,
  printableString,
  sequence,
  utf8String,
} from '../der/writer.ts';

/** An ASN.1 value as people write it: one of these, and of the first two the DER itself. */
export interface TypedValue {
  readonly hex?: string | undefined;
  readonly base64?: string | undefined;
  readonly utf8?: string | undefined;
  readonly ia5?: string | undefined;
  readonly printable?: string | undefined;
  /** A number, or decimal digits where a number is too small for it. */
  readonly integer?: number | string | undefined;
  readonly boolean?: boolean | undefined;
  readonly oid?: string | undefined;
  readonly null?: true | undefined;
  /** Hexadecimal contents of an OCTET STRING. */
  readonly octets?: string | undefined;
  readonly sequence?: readonly TypedValue[] | undefined;
}

/** How each kind of value is encoded; its key is the one in YAML. */
const ENCODERS: { readonly [Kind in keyof TypedValue]-?: (value: never) => Der } = {
  hex: (value: string) => Buffer.from(value, 'hex'),
  base64: (value: string) => Buffer.from(value, 'base64'),
  utf8: (value: string) => utf8String(value),
  ia5: (value: string) => ia5String(value),
  printable: (value: string) => printableString(value),
  integer: (value: number | string) => integer(BigInt(value)),
  boolean: (value: boolean) => boolean(value),
  oid: (value: string) => objectIdentifier(value),
  null: () => NULL,
  octets: (value: string) => octetString(Buffer.from(value, 'hex')),
  sequence: (value: readonly TypedValue[]) => sequence(...value.map(encodeTypedValue)),
};

export const VALUE_KINDS = Object.keys(ENCODERS) as readonly (keyof TypedValue)[];

/** The kinds that a value has; one that is sound has exactly one. */
export const kindsOf = (value: TypedValue): readonly (keyof TypedValue)[] =>
  VALUE_KINDS.filter((kind) => value[kind] !== undefined);

/** The DER of a value that has one kind. */
export function encodeTypedValue(value: TypedValue): Der {
  const [kind] = kindsOf(value);
  if (kind === undefined) throw new TypeError('a value has no kind');
  return ENCODERS[kind](value[kind] as never);
}

/** True for octets that are one value in DER, as deep as its constructed values go. */
export function isDer(octets: Uint8Array): boolean {
  try {
    return octets.length > 0 && valuesIn(new DerReader(octets)) === 1;
  } catch {
    return false;
  }
}

const CONSTRUCTED = 0x20;

/** How many values follow one another; throws DerError where one of them is malformed. */
function valuesIn(reader: DerReader): number {
  let count = 0;
  for (; !reader.done; count++) {
    const { tag, contents } = reader.read();
    if (tag & CONSTRUCTED) valuesIn(new DerReader(contents));
  }
  return count;
}
