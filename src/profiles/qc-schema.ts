import * as z from 'zod/mini';
import { isUri } from '../x509/general-names.ts';
import { QC_TYPES } from '../x509/qc-statements.ts';
import { strict } from './schema-parts.ts';

const form = (pattern: RegExp, error: string) => z.string(error).check(z.regex(pattern, error));

const disclosure = strict({
  language: form(/^[a-z]{2}$/, 'it has to be a language of ISO 639-1, such as en'),
  url: z.string().check(
    z.refine((url) => url.startsWith('https://') && isUri(url), {
      error: 'it has to be an https URL',
    }),
  ),
});

const natural = z.int().check(z.minimum(0));

const limit = strict({
  currency: form(/^[A-Z]{3}$/, 'it has to be a currency of ISO 4217, such as EUR'),
  amount: natural,
  exponent: z.optional(z.int()),
});

const countries = z
  .array(form(/^[A-Z]{2}$/, 'it has to be a country of ISO 3166-1, such as CZ'))
  .check(z.minLength(1));

/** The statements of ETSI EN 319 412-5 §4 in YAML. */
export const qcStatements = strict({
  compliance: z.optional(z.boolean()),
  type: z.optional(z.enum(QC_TYPES)),
  sscd: z.optional(z.boolean()),
  limit: z.optional(limit),
  'retention-years': z.optional(natural),
  pds: z.optional(z.array(disclosure).check(z.minLength(1))),
  legislation: z.optional(countries),
});
