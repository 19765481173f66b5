import type { GeneralName, GeneralNameType } from '../x509/general-names.ts';
import type { NameConstraintsInput, NameSubtrees } from '../x509/name-subtrees.ts';
import type { AttributeType, NameAttribute } from '../x509/names.ts';
import type { QcStatements } from '../x509/qc-statements.ts';
import type { ProfileConfig } from './profile-config.ts';
import type { ProfileDocument } from './profile-schema.ts';
import { encodeTypedValue } from './typed-value.ts';
import type { Variable } from './variables.ts';

/** A built-in profile as a file would have it. */
export function documentOf(config: ProfileConfig): ProfileDocument {
  const { subjectAltName, extKeyUsage } = config;
  return {
    summary: config.summary,
    ...(config.ca && { ca: true, 'path-length': config.pathLength ?? 'none' }),
    validity: { days: config.validityDays },
    'key-usage': [...config.keyUsage],
    ...(extKeyUsage && { 'extended-key-usage': [...extKeyUsage] }),
    ...(config.extKeyUsageCritical && { 'extended-key-usage-critical': true }),
    ...(config.ocspNoCheck && { 'ocsp-no-check': true }),
    subject: { take: [...config.subject] },
    'subject-alt-name': {
      take: [...subjectAltName.types],
      required: subjectAltName.required,
      ...(subjectAltName.commonName && { 'common-name': [...subjectAltName.commonName] }),
    },
  };
}

/** The document with what it does not say taken from `base`; the parts of names one by one. */
export const merged = (base: ProfileDocument, own: ProfileDocument): ProfileDocument => ({
  ...base,
  ...own,
  subject: { ...base.subject, ...own.subject },
  'subject-alt-name': { ...base['subject-alt-name'], ...own['subject-alt-name'] },
  ...((base.variables ?? own.variables) && {
    variables: { ...base.variables, ...own.variables },
  }),
});

/** The profile of a document that is complete and consistent. */
export function configOf(name: string, document: ProfileDocument): ProfileConfig {
  const { summary = '', ca = false, subject = {}, validity = {}, variables = {} } = document;
  const { 'path-length': pathLength, 'subject-alt-name': names = {} } = document;
  return {
    name,
    summary,
    ca,
    pathLength: pathLength === 'none' ? undefined : pathLength,
    validityDays: validity.days,
    validUntil: validity.until === undefined ? undefined : new Date(validity.until),
    keyAlgorithms: document.keys,
    keyUsage: document['key-usage'] ?? [],
    extKeyUsage: document['extended-key-usage'],
    extKeyUsageCritical: document['extended-key-usage-critical'],
    ocspNoCheck: document['ocsp-no-check'],
    subject: subject.take ?? [],
    subjectTemplate: attributesOf(subject.set ?? {}),
    subjectAltName: {
      types: names.take ?? [],
      required: names.required ?? false,
      commonName: names['common-name'],
      template: namesOf(names.set ?? {}),
    },
    nameConstraints: constraintsOf(document['name-constraints'] ?? {}),
    policies: document.policies,
    qcStatements: document['qc-statements'] && qcStatementsOf(document['qc-statements']),
    pointers: {
      caIssuers: document['ca-issuers'] ?? [],
      ocsp: document.ocsp ?? [],
      crl: document.crl ?? [],
      freshestCrl: document['freshest-crl'] ?? [],
    },
    crlShards: document['crl-shards'],
    mustStaple: document['must-staple'],
    noRevAvail: document['no-rev-avail'],
    shortLived: document['short-lived'],
    duplicateKey: document['duplicate-key'],
    reusedName: document['reused-name'],
    otherExtensions: (document.extensions ?? []).map(({ oid, critical = false, value }) => ({
      oid,
      critical,
      value: encodeTypedValue(value),
    })),
    variables: Object.fromEntries(
      Object.entries(variables).map(([key, variable]) => [key, variableOf(variable)]),
    ),
  };
}

const qcStatementsOf = ({
  type,
  limit,
  pds,
  'retention-years': retentionYears,
  ...others
}: NonNullable<ProfileDocument['qc-statements']>): QcStatements => ({
  ...others,
  retentionYears,
  types: type && [type],
  limit: limit && { ...limit, exponent: limit.exponent ?? 0 },
  disclosures: pds,
});

type Texts = string | readonly string[] | undefined;

const pairs = <Type extends string>(values: { readonly [Key in Type]?: Texts }) =>
  (Object.entries(values) as [Type, Texts][]).flatMap(([type, texts = []]) =>
    [texts].flat().map((value) => ({ type, value })),
  );

const attributesOf = (set: { readonly [Type in AttributeType]?: Texts }): NameAttribute[] =>
  pairs(set);

const namesOf = (set: { readonly [Type in GeneralNameType]?: Texts }): GeneralName[] => pairs(set);

type Subtrees = NonNullable<NonNullable<ProfileDocument['name-constraints']>['permitted']>;

const constraintsOf = ({
  permitted,
  excluded,
}: {
  permitted?: Subtrees | undefined;
  excluded?: Subtrees | undefined;
}): NameConstraintsInput => ({
  permitted: permitted && subtreesOf(permitted),
  excluded: excluded && subtreesOf(excluded),
});

const subtreesOf = (subtrees: Subtrees): NameSubtrees => ({
  ...subtrees,
  directory: subtrees.directory?.map(attributesOf),
});

/** A variable in a file; `type` is text where it says nothing else. */
export const variableOf = (
  variable: NonNullable<ProfileDocument['variables']>[string],
): Variable => ({
  type: variable.type ?? 'text',
  pattern: variable.pattern,
  maxLength: variable['max-length'],
  oneOf: variable['one-of'],
  min: variable.min,
  max: variable.max,
  default: variable.default === undefined ? undefined : String(variable.default),
});
