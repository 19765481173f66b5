import * as z from 'zod/mini';
import { isDer, kindsOf, type TypedValue, VALUE_KINDS } from './typed-value.ts';

z.config(z.locales.en()); // the small variant of zod, which loads faster, has no texts of its own

/** An object whose unknown keys are errors that list the known ones. */
export const strict = <Shape extends z.core.$ZodShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `use: ${Object.keys(shape).join(', ')}`
        : 'it has to be a map of keys and values',
  });

export const text = z.string().check(z.minLength(1, 'it is empty'));

/** Arcs of X.660; DER has the first two in one number, so that the second one is bounded. */
const OID_FORM = /^(?:[01]\.[1-3]?\d|2\.(?:0|[1-9]\d{0,8}))(?:\.(?:0|[1-9]\d{0,38})){0,30}$/;

const NOT_OID = 'it has to be an OID such as 1.3.6.1.4.1.32473.1';

export const OID = z
  .string({ error: NOT_OID })
  .check(
    z.refine((value) => OID_FORM.test(value) && !/^[01]\.0\d/.test(value), { error: NOT_OID }),
  );

const octets = z
  .string()
  .check(z.regex(/^(?:[0-9a-f]{2})+$/i, 'it has to be pairs of hexadecimal digits'));

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const NOT_DER = 'it has to be one value in DER';

const derHex = octets.check(
  z.refine((value) => isDer(Buffer.from(value, 'hex')), { error: NOT_DER }),
);

const derBase64 = z.string().check(
  z.refine((value) => BASE64.test(value) && isDer(Buffer.from(value, 'base64')), {
    error: `${NOT_DER}, in base64`,
  }),
);

const VALUE_SHAPE: { readonly [Kind in keyof TypedValue]-?: z.ZodMiniType<TypedValue[Kind]> } = {
  hex: z.optional(derHex),
  base64: z.optional(derBase64),
  utf8: z.optional(z.string()),
  ia5: z.optional(z.string().check(z.regex(/^[\0-\x7f]*$/, 'it has to be ASCII'))),
  printable: z.optional(
    z
      .string()
      .check(
        z.regex(/^[A-Za-z0-9 '()+,\-./:=?]*$/, 'it has characters that a PrintableString has not'),
      ),
  ),
  integer: z.optional(
    z.union([z.int(), z.string().check(z.regex(/^-?\d{1,80}$/))], {
      error: 'it has to be a whole number',
    }),
  ),
  boolean: z.optional(z.boolean()),
  oid: z.optional(OID),
  null: z.optional(z.literal(true, 'it has to be true')),
  octets: z.optional(octets),
  sequence: z.optional(z.array(z.lazy(() => typedValue))),
};

/** An ASN.1 value of one kind. */
export const typedValue: z.ZodMiniType<TypedValue> = strict(VALUE_SHAPE).check(
  z.refine((value) => kindsOf(value).length === 1, {
    error: `give one of: ${VALUE_KINDS.join(', ')}`,
  }),
);
