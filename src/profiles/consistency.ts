import { EXTENSION_OID } from '../x509/extensions.ts';
import { encodeNameConstraints } from '../x509/name-subtrees.ts';
import { configOf, variableOf } from './profile-document.ts';
import type { ProfileDocument } from './profile-schema.ts';
import { placeholders, templateProblem } from './template.ts';
import { valueProblem } from './variables.ts';

/** What is wrong, and the keys that lead to where. */
export interface Problem {
  readonly path: readonly (string | number)[];
  readonly why: string;
}

/** One row, one thing that the keys of a profile owe to each other; `key` is where it shows. */
interface ConsistencyRule {
  readonly key: keyof ProfileDocument;
  check(document: ProfileDocument): string | false | undefined;
}

const hasPointers = ({
  crl = [],
  ocsp = [],
  'freshest-crl': deltas = [],
}: ProfileDocument): boolean => crl.length + ocsp.length + deltas.length > 0;

/** The placeholder in the URLs of CRLs that tells which one of several it is. */
const SHARD = 'crl-shard';

const isSharded = (url: string): boolean => placeholders(url).includes(SHARD);

/** Seven days (TLS BR §1.6.1). */
const SHORT_LIVED_DAYS = 7;

// biome-ignore format: a table
const RULES: readonly ConsistencyRule[] = [
  { key: 'validity', check: ({ validity }) => !validity && 'is missing' },
  { key: 'key-usage', check: (document) => !document['key-usage'] && 'is missing' },
  { key: 'key-usage', check: ({ ca, 'key-usage': usage }) =>
      ca && usage?.includes('keyCertSign') === false && 'needs keyCertSign for a CA (RFC 5280 §4.2.1.3)' },
  { key: 'key-usage', check: ({ ca, 'key-usage': usage }) =>
      !ca && usage?.includes('keyCertSign') && 'has keyCertSign, which is for a CA alone (RFC 5280 §4.2.1.3)' },
  { key: 'path-length', check: ({ ca, 'path-length': length }) =>
      !ca && typeof length === 'number' && 'is for a CA alone (RFC 5280 §4.2.1.9)' },
  { key: 'name-constraints', check: ({ ca, 'name-constraints': constraints }) =>
      !ca && constraints && 'is for a CA alone (RFC 5280 §4.2.1.10)' },
  { key: 'name-constraints', check: ({ ca, 'name-constraints': constraints }) =>
      ca && constraints && !hasSubtrees(constraints) && 'permits and excludes nothing (RFC 5280 §4.2.1.10)' },
  { key: 'subject-alt-name', check: ({ 'subject-alt-name': { take = [], set = {}, required } = {} }) =>
      required && take.length + Object.keys(set).length === 0 && 'is required, but none is taken or set' },
  { key: 'qc-statements', check: ({ 'qc-statements': statements }) =>
      statements && Object.values(statements).every((value) => !value && value !== 0) && 'states nothing' },
  { key: 'qc-statements', check: ({ 'qc-statements': { pds } = {} }) =>
      pds && !pds.some(({ language }) => language === 'en') && 'needs a disclosure statement in English (ETSI EN 319 412-5 §4.3.4)' },
  { key: 'must-staple', check: ({ ca, ocsp = [], 'must-staple': staple }) =>
      staple && !ca && ocsp.length === 0 && 'needs the URL of a responder in ocsp (RFC 7633 §4)' },
  { key: 'no-rev-avail', check: ({ ca, 'no-rev-avail': none }) =>
      ca && none && 'must not be in the certificate of a CA (RFC 9608 §2)' },
  { key: 'no-rev-avail', check: (document) =>
      document['no-rev-avail'] && hasPointers(document) && 'must not be there together with crl or ocsp (RFC 9608 §3)' },
  { key: 'freshest-crl', check: ({ crl = [], 'freshest-crl': deltas = [] }) =>
      deltas.length > 0 && crl.length === 0 && 'is of deltas to a CRL; it needs crl (RFC 5280 §4.2.1.15)' },
  { key: 'crl-shards', check: ({ crl = [], 'crl-shards': shards }) =>
      shards !== undefined && !(crl.length > 0 && crl.every(isSharded)) && `needs {${SHARD}} in each URL of crl` },
  { key: 'short-lived', check: ({ 'short-lived': short, validity }) =>
      short && (validity?.days ?? SHORT_LIVED_DAYS) > SHORT_LIVED_DAYS && `is for ${SHORT_LIVED_DAYS} days at most (TLS BR §1.6.1)` },
  { key: 'short-lived', check: (document) =>
      document['short-lived'] && hasPointers(document) && 'means that nothing is revoked; leave crl and ocsp out' },
  { key: 'extended-key-usage-critical', check: ({ 'extended-key-usage-critical': critical, 'extended-key-usage': purposes = [] }) =>
      critical && purposes.length === 0 && 'needs extended-key-usage' },
];

const hasSubtrees = (constraints: NonNullable<ProfileDocument['name-constraints']>): boolean =>
  encodeNameConstraints(configOf('', { 'name-constraints': constraints }).nameConstraints ?? {}) !==
  undefined;

/** What of a merged document does not fit together. */
export const inconsistencies = (document: ProfileDocument): readonly Problem[] => [
  ...RULES.flatMap(({ key, check }) => {
    const why = check(document);
    return why ? [{ path: [key], why }] : [];
  }),
  ...extensionProblems(document),
  ...variableProblems(document),
  ...templateProblems(document),
];

const MANAGED: readonly string[] = Object.values(EXTENSION_OID);

function extensionProblems({ extensions = [] }: ProfileDocument): readonly Problem[] {
  const oids = extensions.map(({ oid }) => oid);
  return oids.flatMap((oid, index) => {
    const path = ['extensions', index, 'oid'];
    if (MANAGED.includes(oid)) return [{ path, why: 'has a key of its own, or is made by pki' }];
    return oids.indexOf(oid) < index ? [{ path, why: 'is there twice' }] : [];
  });
}

const variableProblems = ({ variables = {} }: ProfileDocument): readonly Problem[] =>
  Object.entries(variables).flatMap(([name, variable]) => {
    const known = variableOf(variable);
    const { default: value } = known;
    const problem = value === undefined ? undefined : valueProblem(known, value);
    const path = ['variables', name];
    return [
      ...(problem === undefined ? [] : [{ path: [...path, 'default'], why: problem }]),
      ...([...PER_CERTIFICATE, SHARD].includes(name)
        ? [{ path, why: 'is a placeholder of URLs; choose another name' }]
        : []),
    ];
  });

const isOfCrl = (key: string, { 'crl-shards': shards }: ProfileDocument): boolean =>
  shards !== undefined && key.endsWith('crl');

/** Placeholders of URLs that need no variable. */
const PER_CERTIFICATE = ['serial', 'issuer-key-id'];

function templateProblems(document: ProfileDocument): readonly Problem[] {
  const variables = Object.keys(document.variables ?? {});
  const sets = [
    { path: ['subject', 'set'], set: document.subject?.set ?? {} },
    { path: ['subject-alt-name', 'set'], set: document['subject-alt-name']?.set ?? {} },
  ].flatMap(({ path, set }) =>
    Object.entries(set).map(([key, value]) => ({
      path: [...path, key],
      templates: value ?? [],
      known: variables,
    })),
  );
  const urls = (['ca-issuers', 'ocsp', 'crl', 'freshest-crl'] as const).map((key) => ({
    path: [key],
    templates: document[key] ?? [],
    known: [...variables, ...PER_CERTIFICATE, ...(isOfCrl(key, document) ? [SHARD] : [])],
  }));
  return [...sets, ...urls].flatMap(({ path, templates, known }) =>
    [templates].flat().flatMap((template, index) => {
      const why = templateProblem(template, known);
      const where = Array.isArray(templates) ? [...path, index] : path;
      return why === undefined ? [] : [{ path: where, why }];
    }),
  );
}
