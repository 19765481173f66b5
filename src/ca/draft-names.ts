import { PkiError } from '../errors.ts';
import type { Profile, ProfileConfig } from '../profiles/profile-config.ts';
import { expanded, type Values } from '../profiles/template.ts';
import {
  canonicalAddress,
  type GeneralName,
  generalNameText,
  isWellFormed,
} from '../x509/general-names.ts';
import { ATTRIBUTES, encodeName, type NameAttribute, nameText, parseName } from '../x509/names.ts';
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
  values: Values,
) {
  const set = namesOfProfile(profile, values);
  mustBeTaken(profile, subject, subjectAltName, set.subjectAltName);
  const given = new Set(subject.map(({ type }) => type));
  const [asked, others] = partition(request.subject, ({ type }) => takesAttribute(profile, type));
  const [replaced, kept] = partition(asked, ({ type }) => given.has(type));
  const left = others.filter((item) => !isAmong(set.subject, item));
  const [askedNames, otherNames] = partition(request.subjectAltName, ({ type }) =>
    takesName(profile, type),
  );
  const leftNames = otherNames.filter((item) => !isAmong(set.subjectAltName, item));
  const attributes = request.name
    ? parseName(request.name)
    : ordered(withDefaults([...subject, ...kept], set.subject));
  return {
    name: request.name ?? encodeName(attributes),
    subject: attributes,
    subjectAltName: distinct([
      ...commonNames(attributes, profile),
      ...subjectAltName,
      ...set.subjectAltName,
      ...askedNames,
    ]),
    notes: [
      ...replaced.map((item) => `${nameText([item])} of the request was replaced`),
      ...left.map((item) => leftOut(profile, nameText([item]))),
      ...leftNames.map((item) => leftOut(profile, generalNameText(item))),
      ...request.otherExtensions.map((oid) => leftOut(profile, `extension ${oid}`)),
      ...request.otherAttributes.map((oid) => leftOut(profile, attributeText(oid))),
      ...(request.asksForCa && !profile.ca
        ? [`the request asks to be a CA, and profile "${profile.name}" makes none`]
        : []),
    ],
  };
}

/** The names that the profile itself sets, its templates filled in. */
function namesOfProfile({ subjectTemplate = [], subjectAltName }: Profile, values: Values) {
  const filled = <Name extends { readonly value: string }>(name: Name): Name => ({
    ...name,
    value: expanded(name.value, values),
  });
  return {
    subject: subjectTemplate.map(filled),
    subjectAltName: (subjectAltName.template ?? []).map(filled),
  };
}

/** What the profile sets yields to what somebody could give, and did. */
const withDefaults = (
  attributes: readonly NameAttribute[],
  set: readonly NameAttribute[],
): readonly NameAttribute[] => {
  const given = new Set(attributes.map(({ type }) => type));
  return [...attributes, ...set.filter(({ type }) => !given.has(type))];
};

function isAmong(
  names: readonly { readonly type: string; readonly value: string }[],
  { type, value }: { readonly type: string; readonly value: string },
): boolean {
  return names.some((name) => name.type === type && name.value === value);
}

function mustBeTaken(
  profile: Profile,
  subject: readonly NameAttribute[],
  names: readonly GeneralName[],
  ownNames: readonly GeneralName[],
): void {
  const problems = [
    ...subject
      .filter(({ type }) => !takesAttribute(profile, type))
      .map((item) => `it takes no ${item.type} in the subject: ${nameText([item])}`),
    ...names
      .filter(({ type }) => !takesName(profile, type))
      .map((item) => `it takes no ${item.type} names: ${generalNameText(item)}`),
    ...[...names.filter(({ type }) => takesName(profile, type)), ...ownNames]
      .filter((item) => !isWellFormed(item))
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

/** By its type alone: a challengePassword is a secret. */
const attributeText = (oid: string): string =>
  oid === CHALLENGE_PASSWORD ? 'attribute challengePassword' : `attribute ${oid}`;

/** RFC 2985 §5.4.1. */
const CHALLENGE_PASSWORD = '1.2.840.113549.1.9.7';

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
export const comparable = ({ type, value }: GeneralName): string =>
  `${type}:${type === 'ip' ? canonicalAddress(value) : type === 'dns' ? value.toLowerCase() : value}`;

function partition<Item>(items: readonly Item[], test: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
