import { z } from 'zod';
import { KEY_ALGORITHMS } from '../algorithms/registry.ts';
import { EXTENDED_KEY_USAGES, KEY_USAGES } from '../x509/extensions.ts';
import { isDnsName, isEmailAddress, isUri } from '../x509/general-names.ts';
import { networkOctets } from '../x509/name-subtrees.ts';
import { ATTRIBUTES, type AttributeType } from '../x509/names.ts';
import { OID, strict, text, typedValue } from './schema-parts.ts';
import { PLACEHOLDER_NAME } from './template.ts';
import { VARIABLE_TYPES } from './variables.ts';

const NAME_KINDS = ['dns', 'ip', 'email', 'uri', 'rid', 'upn', 'smtputf8'] as const;
const ATTRIBUTE_TYPES = Object.keys(ATTRIBUTES) as readonly AttributeType[];

const oneOrMore = z.union([text, z.array(text)], {
  error: 'it has to be a text, or a list of texts',
});

const algorithm = z.string().refine((name) => KEY_ALGORITHMS.some((row) => row.name === name), {
  error: ({ input }) => `unknown algorithm "${input}"; "pki algorithms" lists them`,
});

const purpose = z
  .string()
  .refine((name) => Object.hasOwn(EXTENDED_KEY_USAGES, name) || OID.safeParse(name).success, {
    error: ({ input }) =>
      `unknown purpose "${input}"; use an OID, or one of: ${Object.keys(EXTENDED_KEY_USAGES).join(', ')}`,
  });

/** Clients do not follow https, which would need the certificate that it leads to (RFC 5280 §8). */
const url = z
  .string()
  .refine((value) => /^(?:https?|ldap):\/\//.test(value) && isUri(value.replaceAll(/[{}]/g, '')), {
    error: 'it has to be a URL that begins with http:// or ldap://',
  })
  .refine((value) => !value.startsWith('https:'), {
    error: 'it has to be http, not https: clients need it to decide whether to trust https',
  });

const attributeValues = strict(
  Object.fromEntries(ATTRIBUTE_TYPES.map((type) => [type, oneOrMore.optional()])) as Record<
    AttributeType,
    z.ZodOptional<typeof oneOrMore>
  >,
);

const attributes = strict(
  Object.fromEntries(ATTRIBUTE_TYPES.map((type) => [type, text.optional()])) as Record<
    AttributeType,
    z.ZodOptional<typeof text>
  >,
);

const matching = (is: (value: string) => boolean, error: string) =>
  z.string().refine(is, { error });

/** A host, or with a leading dot the hosts of a domain (RFC 5280 §4.2.1.10). */
const isHostOrDomain = (value: string): boolean =>
  isDnsName(value.replace(/^\./, '')) && !value.includes('*');

const isNetwork = (value: string): boolean => {
  try {
    return networkOctets(value).length > 0;
  } catch {
    return false;
  }
};

const subtrees = strict({
  dns: z
    .array(
      matching(
        (value) => isDnsName(value) && !value.startsWith('*'),
        'it has to be a DNS name without wildcard or leading dot; it stands for all names below it too',
      ),
    )
    .optional(),
  email: z
    .array(
      matching(
        (value) => isEmailAddress(value) || isHostOrDomain(value),
        'it has to be an e-mail address, a host, or a domain with a leading dot',
      ),
    )
    .optional(),
  ip: z
    .array(
      matching(
        isNetwork,
        'it has to be a network such as 192.0.2.0/24, with no bit set after its prefix',
      ),
    )
    .optional(),
  uri: z
    .array(matching(isHostOrDomain, 'it has to be a host, or a domain with a leading dot'))
    .optional(),
  directory: z.array(attributes).optional(),
});

const variable = strict({
  type: z.enum(VARIABLE_TYPES).optional(),
  pattern: text.refine(isPattern, { error: 'it is not a regular expression' }).optional(),
  'max-length': z.int().min(1).optional(),
  'one-of': z.array(text).min(1).optional(),
  min: z.int().optional(),
  max: z.int().optional(),
  default: z.union([text, z.int()], { error: 'it has to be a text or a whole number' }).optional(),
});

function isPattern(value: string): boolean {
  try {
    return new RegExp(`^(?:${value})$`, 'u') !== undefined;
  } catch {
    return false;
  }
}

const validity = strict({
  days: z.int().min(1).max(365_250).optional(),
  until: matching(
    (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value) && isTime(value),
    'it has to be a time such as 2030-12-31T23:59:59Z',
  ).optional(),
}).refine(({ days, until }) => (days === undefined) !== (until === undefined), {
  error: 'give either days or until',
});

/** By writing it back: `Date` takes the 31st of February for a day in March. */
const isTime = (value: string): boolean => {
  const time = new Date(value);
  return !Number.isNaN(time.getTime()) && time.toISOString() === value.replace('Z', '.000Z');
};

const FLAG = z.boolean().optional();

/** The keys of a profile in YAML. */
export const PROFILE_SCHEMA = strict({
  extends: text.optional(),
  summary: text.optional(),
  ca: FLAG,
  'path-length': z
    .union([z.int().min(0).max(255), z.literal('none')], {
      error: 'it has to be a whole number, or none',
    })
    .optional(),
  validity: validity.optional(),
  keys: z.array(algorithm).min(1).optional(),
  'key-usage': z.array(z.enum(KEY_USAGES)).min(1).optional(),
  'extended-key-usage': z.array(purpose).optional(),
  'extended-key-usage-critical': FLAG,
  subject: strict({
    take: z.array(z.enum(ATTRIBUTE_TYPES as [AttributeType])).optional(),
    set: attributeValues.optional(),
  }).optional(),
  'subject-alt-name': strict({
    take: z.array(z.enum(NAME_KINDS)).optional(),
    required: FLAG,
    'common-name': z.array(z.enum(NAME_KINDS)).optional(),
    set: strict({
      dns: oneOrMore.optional(),
      ip: oneOrMore.optional(),
      email: oneOrMore.optional(),
      uri: oneOrMore.optional(),
    }).optional(),
  }).optional(),
  'name-constraints': strict({
    permitted: subtrees.optional(),
    excluded: subtrees.optional(),
  }).optional(),
  policies: z
    .array(strict({ oid: OID, cps: matching(isUri, 'it has to be a URI').optional() }))
    .optional(),
  'ca-issuers': z.array(url).optional(),
  ocsp: z.array(url).optional(),
  crl: z.array(url).optional(),
  'freshest-crl': z.array(url).optional(),
  'crl-shards': z
    .int({ error: 'it has to be a whole number from 2 to 65536' })
    .min(2, 'it has to be a whole number from 2 to 65536')
    .max(65_536, 'it has to be a whole number from 2 to 65536')
    .optional(),
  'must-staple': FLAG,
  'ocsp-no-check': FLAG,
  'no-rev-avail': FLAG,
  'short-lived': FLAG,
  extensions: z.array(strict({ oid: OID, critical: FLAG, value: typedValue })).optional(),
  variables: z
    .record(
      z.string().regex(PLACEHOLDER_NAME, 'a name has small letters, digits and hyphens'),
      variable,
    )
    .optional(),
});

/** What a file says, with nothing of what it extends. */
export type ProfileDocument = z.infer<typeof PROFILE_SCHEMA>;
