import { PkiError } from '../errors.ts';
import type { Profile, ProfileConfig } from '../profiles/profile-config.ts';
import {
  canonicalAddress,
  type GeneralName,
  generalNameText,
  isWellFormed,
} from '../x509/general-names.ts';
import { ATTRIBUTES, type NameAttribute, nameText } from '../x509/names.ts';
import type { CertificateRequest } from './request.ts';

/** Names that the operator vouches for; one that the profile does not take is an error. */
export interface GivenNames {
  readonly subject: readonly NameAttribute[];
  readonly subjectAltName: readonly GeneralName[];
}

/**
 * The names of a certificate. The operator's come first and have to be such as the profile takes;
 * those of the request are taken only where the profile allows, and what is left out is noted.
 */
export function chooseNames(
  request: CertificateRequest,
  profile: Profile,
  { subject, subjectAltName }: GivenNames,
) {
  mustBeTaken(profile, subject, subjectAltName);
  const given = new Set(subject.map(({ type }) => type));
  const [asked, left] = partition(request.subject, ({ type }) => takesAttribute(profile, type));
  const [replaced, kept] = partition(asked, ({ type }) => given.has(type));
  const [askedNames, leftNames] = partition(request.subjectAltName, ({ type }) =>
    takesName(profile, type),
  );
  const attributes = ordered([...subject, ...kept]);
  return {
    subject: attributes,
    subjectAltName: distinct([
      ...commonNames(attributes, profile),
      ...subjectAltName,
      ...askedNames,
    ]),
    notes: [
      ...replaced.map((item) => `${nameText([item])} of the request was replaced`),
      ...left.map((item) => leftOut(profile, nameText([item]))),
      ...leftNames.map((item) => leftOut(profile, generalNameText(item))),
      ...request.otherExtensions.map((oid) => leftOut(profile, `extension ${oid}`)),
    ],
  };
}

function mustBeTaken(
  profile: Profile,
  subject: readonly NameAttribute[],
  names: readonly GeneralName[],
): void {
  const problems = [
    ...subject
      .filter(({ type }) => !takesAttribute(profile, type))
      .map((item) => `it takes no ${item.type} in the subject: ${nameText([item])}`),
    ...names
      .filter(({ type }) => !takesName(profile, type))
      .map((item) => `it takes no ${item.type} names: ${generalNameText(item)}`),
    ...names
      .filter((item) => takesName(profile, item.type) && !isWellFormed(item))
      .map((item) => `malformed: ${generalNameText(item)}`),
  ];
  if (problems.length === 0) return;
  const message = `profile "${profile.name}" does not take all of these names`;
  throw new PkiError('POLICY', message, { hints: problems });
}

const takesAttribute = ({ subject }: ProfileConfig, type: string): boolean =>
  (subject as readonly string[]).includes(type);

const takesName = ({ subjectAltName }: ProfileConfig, type: GeneralName['type']): boolean =>
  (subjectAltName.types as readonly string[]).includes(type);

const leftOut = ({ name }: ProfileConfig, what: string): string =>
  `left out of what was requested, since profile "${name}" does not take it: ${what}`;

/** From country to common name, as directories are ordered; several of a type stay in order. */
function ordered(attributes: readonly NameAttribute[]): readonly NameAttribute[] {
  const types = Object.keys(ATTRIBUTES);
  return attributes.toSorted((one, other) => types.indexOf(one.type) - types.indexOf(other.type));
}

/** Common names that are names of the profile's other kinds: TLS reads only those (RFC 9525). */
function commonNames(attributes: readonly NameAttribute[], { subjectAltName }: ProfileConfig) {
  const types = subjectAltName.commonName ?? [];
  const values = attributes.filter(({ type }) => type === 'CN').map(({ value }) => value);
  return values.flatMap((value) => {
    const type = types.find((candidate) => isWellFormed({ type: candidate, value }));
    return type ? [{ type, value }] : [];
  });
}

function distinct(names: readonly GeneralName[]): readonly GeneralName[] {
  const byText = new Map(names.map((name) => [comparable(name), name] as const).toReversed());
  return names.filter((name) => byText.get(comparable(name)) === name);
}

/** Host names are compared without case, addresses in their shortest form. */
const comparable = ({ type, value }: GeneralName): string =>
  `${type}:${type === 'ip' ? canonicalAddress(value) : type === 'dns' ? value.toLowerCase() : value}`;

function partition<Item>(items: readonly Item[], test: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
