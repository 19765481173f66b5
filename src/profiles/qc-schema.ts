import { z } from 'zod';
import { isUri } from '../x509/general-names.ts';
import { QC_TYPES } from '../x509/qc-statements.ts';
import { strict } from './schema-parts.ts';

const form = (pattern: RegExp, error: string) => z.string(error).regex(pattern, error);

const disclosure = strict({
  language: form(/^[a-z]{2}$/, 'it has to be a language of ISO 639-1, such as en'),
  url: z.string().refine((url) => url.startsWith('https://') && isUri(url), {
    error: 'it has to be an https URL',
  }),
});

const limit = strict({
  currency: form(/^[A-Z]{3}$/, 'it has to be a currency of ISO 4217, such as EUR'),
  amount: z.int().min(0),
  exponent: z.int().optional(),
});

/** The statements of ETSI EN 319 412-5 §4 in YAML. */
export const qcStatements = strict({
  compliance: z.boolean().optional(),
  type: z.enum(QC_TYPES).optional(),
  sscd: z.boolean().optional(),
  limit: limit.optional(),
  'retention-years': z.int().min(0).optional(),
  pds: z.array(disclosure).min(1).optional(),
  legislation: z
    .array(form(/^[A-Z]{2}$/, 'it has to be a country of ISO 3166-1, such as CZ'))
    .min(1)
    .optional(),
});
