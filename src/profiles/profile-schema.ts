import * as z from 'zod/mini';
import { KEY_ALGORITHMS } from '../algorithms/registry.ts';
import { EXTENDED_KEY_USAGES, KEY_USAGES } from '../x509/extensions.ts';
import { isDnsName, isEmailAddress, isUri } from '../x509/general-names.ts';
import { networkOctets } from '../x509/name-subtrees.ts';
import { ATTRIBUTES, type AttributeType } from '../x509/names.ts';
import { REUSES } from './profile-config.ts';
import { qcStatements } from './qc-schema.ts';
import { OID, strict, text, typedValue } from './schema-parts.ts';
import { PLACEHOLDER_NAME } from './template.ts';
import { VARIABLE_TYPES } from './variables.ts';

const NAME_KINDS = ['dns', 'ip', 'email', 'uri', 'rid', 'upn', 'smtputf8', 'directory'] as const;
const ATTRIBUTE_TYPES = Object.keys(ATTRIBUTES) as readonly AttributeType[];

const matching = (is: (value: string) => boolean, error: string | z.core.$ZodErrorMap) =>
  z.string().check(z.refine(is, { error }));

const oneOrMore = z.union([text, z.array(text)], {
  error: 'it has to be a text, or a list of texts',
});

const algorithm = matching(
  (name) => KEY_ALGORITHMS.some((row) => row.name === name),
  ({ input }) => `unknown algorithm "${input}"; "pki algorithms" lists them`,
);

const purpose = matching(
  (name) => Object.hasOwn(EXTENDED_KEY_USAGES, name) || OID.safeParse(name).success,
  ({ input }) =>
    `unknown purpose "${input}"; use an OID, or one of: ${Object.keys(EXTENDED_KEY_USAGES).join(', ')}`,
);

/** Clients do not follow https, which would need the certificate that it leads to (RFC 5280 §8). */
const url = matching(
  (value) => /^(?:https?|ldap):\/\//.test(value) && isUri(value.replaceAll(/[{}]/g, '')),
  'it has to be a URL that begins with http:// or ldap://',
).check(
  z.refine((value) => !value.startsWith('https:'), {
    error: 'it has to be http, not https: clients need it to decide whether to trust https',
  }),
);

const attributeValues = strict(
  Object.fromEntries(ATTRIBUTE_TYPES.map((type) => [type, z.optional(oneOrMore)])) as Record<
    AttributeType,
    z.ZodMiniOptional<typeof oneOrMore>
  >,
);

const attributes = strict(
  Object.fromEntries(ATTRIBUTE_TYPES.map((type) => [type, z.optional(text)])) as Record<
    AttributeType,
    z.ZodMiniOptional<typeof text>
  >,
);

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
  dns: z.optional(
    z.array(
      matching(
        (value) => isDnsName(value) && !value.startsWith('*'),
        'it has to be a DNS name without wildcard or leading dot; it stands for all names below it too',
      ),
    ),
  ),
  email: z.optional(
    z.array(
      matching(
        (value) => isEmailAddress(value) || isHostOrDomain(value),
        'it has to be an e-mail address, a host, or a domain with a leading dot',
      ),
    ),
  ),
  ip: z.optional(
    z.array(
      matching(
        isNetwork,
        'it has to be a network such as 192.0.2.0/24, with no bit set after its prefix',
      ),
    ),
  ),
  uri: z.optional(
    z.array(matching(isHostOrDomain, 'it has to be a host, or a domain with a leading dot')),
  ),
  directory: z.optional(z.array(attributes)),
});

const variable = strict({
  type: z.optional(z.enum(VARIABLE_TYPES)),
  pattern: z.optional(text.check(z.refine(isPattern, { error: 'it is not a regular expression' }))),
  'max-length': z.optional(z.int().check(z.minimum(1))),
  'one-of': z.optional(z.array(text).check(z.minLength(1))),
  min: z.optional(z.int()),
  max: z.optional(z.int()),
  default: z.optional(z.union([text, z.int()], { error: 'it has to be a text or a whole number' })),
});

function isPattern(value: string): boolean {
  try {
    return new RegExp(`^(?:${value})$`, 'u') !== undefined;
  } catch {
    return false;
  }
}

const validity = strict({
  days: z.optional(z.int().check(z.minimum(1), z.maximum(365_250))),
  until: z.optional(
    matching(
      (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value) && isTime(value),
      'it has to be a time such as 2030-12-31T23:59:59Z',
    ),
  ),
}).check(
  z.refine(({ days, until }) => (days === undefined) !== (until === undefined), {
    error: 'give either days or until',
  }),
);

/** By writing it back: `Date` takes the 31st of February for a day in March. */
const isTime = (value: string): boolean => {
  const time = new Date(value);
  return !Number.isNaN(time.getTime()) && time.toISOString() === value.replace('Z', '.000Z');
};

const FLAG = z.optional(z.boolean());
const URLS = z.optional(z.array(url));
const TEXT = z.optional(text);
const TEXTS = z.optional(oneOrMore);
const KINDS = z.optional(z.array(z.enum(NAME_KINDS)));

const NUMBER_OF_SHARDS = { error: 'it has to be a whole number from 2 to 65536' };

const shards = z
  .int(NUMBER_OF_SHARDS)
  .check(z.minimum(2, NUMBER_OF_SHARDS), z.maximum(65_536, NUMBER_OF_SHARDS));

/** The keys of a profile in YAML. */
export const PROFILE_SCHEMA = strict({
  extends: TEXT,
  summary: TEXT,
  ca: FLAG,
  'path-length': z.optional(
    z.union([z.int().check(z.minimum(0), z.maximum(255)), z.literal('none')], {
      error: 'it has to be a whole number, or none',
    }),
  ),
  validity: z.optional(validity),
  keys: z.optional(z.array(algorithm).check(z.minLength(1))),
  'key-usage': z.optional(z.array(z.enum(KEY_USAGES)).check(z.minLength(1))),
  'extended-key-usage': z.optional(z.array(purpose)),
  'extended-key-usage-critical': FLAG,
  subject: z.optional(
    strict({
      take: z.optional(z.array(z.enum(ATTRIBUTE_TYPES as [AttributeType]))),
      set: z.optional(attributeValues),
    }),
  ),
  'subject-alt-name': z.optional(
    strict({
      take: KINDS,
      required: FLAG,
      'common-name': KINDS,
      set: z.optional(strict({ dns: TEXTS, ip: TEXTS, email: TEXTS, uri: TEXTS })),
    }),
  ),
  'name-constraints': z.optional(
    strict({ permitted: z.optional(subtrees), excluded: z.optional(subtrees) }),
  ),
  policies: z.optional(
    z.array(strict({ oid: OID, cps: z.optional(matching(isUri, 'it has to be a URI')) })),
  ),
  'qc-statements': z.optional(qcStatements),
  'ca-issuers': URLS,
  ocsp: URLS,
  crl: URLS,
  'freshest-crl': URLS,
  'crl-shards': z.optional(shards),
  'must-staple': FLAG,
  'ocsp-no-check': FLAG,
  'no-rev-avail': FLAG,
  'short-lived': FLAG,
  'duplicate-key': z.optional(z.enum(REUSES)),
  'reused-name': z.optional(z.enum(REUSES)),
  extensions: z.optional(z.array(strict({ oid: OID, critical: FLAG, value: typedValue }))),
  variables: z.optional(
    z.record(
      z.string().check(z.regex(PLACEHOLDER_NAME, 'a name has small letters, digits and hyphens')),
      variable,
    ),
  ),
});

/** What a file says, with nothing of what it extends. */
export type ProfileDocument = z.infer<typeof PROFILE_SCHEMA>;
