import { keyUse } from '../algorithms/spki.ts';
import { DAY, timeText, wholeSeconds } from '../der/time.ts';
import type { Clock, Entropy } from '../ports.ts';
import type { Profile } from '../profiles/profile-config.ts';
import { expanded, type Values } from '../profiles/template.ts';
import { variableValues } from '../profiles/variables.ts';
import { altSignatureAlgorithm, subjectAltPublicKeyInfo } from '../x509/alternative.ts';
import { type Certificate, serialText, type TbsCertificate } from '../x509/certificate.ts';
import {
  authorityKeyIdentifier,
  EXTENSION_OID,
  type Extension,
  keyIdentifier,
  subjectKeyIdentifier,
} from '../x509/extensions.ts';
import { encodeGeneralNames, type GeneralName } from '../x509/general-names.ts';
import type { NameAttribute } from '../x509/names.ts';
import { type Pointers, pointerExtensions } from '../x509/pointers.ts';
import { relatedCertificate } from '../x509/related-certificate.ts';
import type { Background } from './background.ts';
import { chooseNames, type GivenNames } from './draft-names.ts';
import { limitedBy } from './existing-limits.ts';
import type { Issuer } from './issuer.ts';
import { isReservedPolicy, validityLimitAt } from './lint/tls-br.ts';
import type { CertificateRequest } from './request.ts';

/** What the operator says about one certificate, beyond the request and the profile. */
export interface DraftOptions extends GivenNames {
  /** Instead of the profile's. Days of 86,400 seconds. */
  readonly validityDays?: number;
  /** Shorten a validity that would end after the issuer's, where it would otherwise be refused. */
  readonly clamp?: boolean;
  /** Values for the variables of the profile. */
  readonly variables?: Values;
}

/** A certificate to be, and what of the request did not make it into it. */
export interface Draft {
  readonly tbs: TbsCertificate;
  readonly profile: Profile;
  readonly subject: readonly NameAttribute[];
  /** Sentences for the operator: names that were left out, a validity that was shortened. */
  readonly notes: readonly string[];
  /** When it was drafted, which rows with dates are asked about. */
  readonly at: Date;
  /** The certificate that the RelatedCertificate extension has to be about (RFC 9763). */
  readonly related: Certificate | undefined;
  /** Nothing until somebody asks the store for it; see backgroundOf(). */
  readonly background: Background;
  /** The certificate that the CA has already whose key this one is for. */
  readonly existing: Certificate | undefined;
  /** Whether the name is one that exists, and has to stay as it is. */
  readonly keepsName: boolean;
  /** See CertificateRequest. */
  readonly requestHash: Uint8Array | undefined;
}

/** The largest positive INTEGER that DER fits into 20 octets (RFC 5280 §4.1.2.2). */
const MAX_SERIAL_NUMBER = (1n << 159n) - 1n;

/** How far notBefore lies in the past, for clocks that run late. Milliseconds. */
const BACKDATE = 5 * 60_000;

/** Draws 159 random bits. Serials must not tell how many certificates there are, nor repeat. */
export function randomSerialNumber(entropy: Entropy): bigint {
  const drawn = BigInt(`0x${Buffer.from(entropy(20)).toString('hex')}`);
  return drawn & MAX_SERIAL_NUMBER || 1n; // zero is not positive
}

/** Combines request, profile and issuer into plain data; nothing is signed. */
export function draft(
  request: CertificateRequest,
  profile: Profile,
  issuer: Issuer,
  options: DraftOptions,
  { clock, entropy }: { clock: Clock; entropy: Entropy },
): Draft {
  const values = variableValues(profile, options.variables ?? {});
  const names = chooseNames(request, profile, options, values);
  const { existing } = request;
  const at = clock();
  const validity = chooseValidity(at, profile, [issuer.certificate, existing], options);
  const self = issuer.certificate === undefined;
  const serialNumber = randomSerialNumber(entropy);
  return {
    profile,
    subject: names.subject,
    notes: [...names.notes, ...validity.notes],
    at,
    related: request.related,
    background: {},
    existing,
    keepsName: request.name !== undefined,
    requestHash: request.requestHash,
    tbs: {
      serialNumber,
      signature: issuer.signing.algorithm.identifier,
      issuer: issuer.name,
      notBefore: validity.notBefore,
      notAfter: validity.notAfter,
      subject: names.name,
      publicKey: request.publicKey,
      extensions: [
        ...limitedBy(existing, constantExtensions(profile, request.publicKey)),
        ...pointerExtensions(choosePointers(profile, issuer, serialNumber, values)),
        subjectKeyIdentifier(request.keyIdentifier ?? keyIdentifier(request.publicKey)),
        ...(self ? [] : [authorityKeyIdentifier(issuer.keyIdentifier)]),
        ...subjectAltName(names.subjectAltName, names.subject),
        ...possessedExtensions(request),
        ...alternativeExtensions(issuer, self),
      ],
    },
  };
}

/** Whole seconds, both included: X.509 times have no fractions (RFC 5280 §4.1.2.5). */
function chooseValidity(
  now: Date,
  profile: Profile,
  [issuer, existing]: readonly (Certificate | undefined)[],
  options: DraftOptions,
) {
  const { clamp = false } = options;
  const earliest = [issuer, existing].map((known) => known?.tbs.notBefore.getTime() ?? 0);
  const notBefore = new Date(Math.max(wholeSeconds(now).getTime() - BACKDATE, ...earliest));
  const chosen = options.validityDays === undefined ? usualValidity(now, profile) : options;
  const notAfter = chooseEnd(notBefore, chosen);
  const notes = 'note' in chosen ? [chosen.note] : [];
  const limit = issuer?.tbs.notAfter;
  if (!clamp || !limit || notAfter <= limit) return { notBefore, notAfter, notes };
  const shortened = `validity shortened to the issuer's, until ${timeText(limit)}`;
  return { notBefore, notAfter: limit, notes: [shortened] };
}

/** The profile's, unless it claims TLS BR and they recommend less by now. */
function usualValidity(now: Date, profile: Profile) {
  const { ca, validityDays = 0, policies = [] } = profile;
  const limit = policies.some(({ oid }) => isReservedPolicy(oid))
    ? validityLimitAt(now)
    : undefined;
  if (ca || !limit || validityDays <= limit.recommendedDays) return profile;
  const days = limit.recommendedDays;
  const note = `validity shortened to the ${days} days that TLS BR §6.3.2 recommends, since the profile claims to follow them`;
  return { validityDays: days, note };
}

/** A time that a profile fixes, or days from the beginning. */
function chooseEnd(
  notBefore: Date,
  { validityDays = 0, validUntil }: Pick<Profile, 'validityDays' | 'validUntil'>,
): Date {
  return validUntil ?? new Date(notBefore.getTime() + validityDays * DAY - 1000);
}

/** The URLs of a profile with their placeholders filled in; values cannot break out of them. */
function choosePointers(
  { pointers = {}, crlShards = 1 }: Profile,
  { keyIdentifier: issuerKey }: Issuer,
  serialNumber: bigint,
  values: Values,
): Pointers {
  const texts = Object.entries(values).map(([key, value]) => [key, encodeURIComponent(value)]);
  const all: Values = {
    ...Object.fromEntries(texts),
    serial: serialText(serialNumber),
    'issuer-key-id': Buffer.from(issuerKey).toString('hex'),
    'crl-shard': String(serialNumber % BigInt(crlShards)), // of random numbers, equally many in each
  };
  const urls = (templates: readonly string[] = []) => templates.map((url) => expanded(url, all));
  return {
    caIssuers: urls(pointers.caIssuers),
    ocsp: urls(pointers.ocsp),
    crl: urls(pointers.crl),
    freshestCrl: urls(pointers.freshestCrl),
  };
}

function constantExtensions(profile: Profile, publicKey: Uint8Array): readonly Extension[] {
  const use = keyUse(publicKey);
  return profile.extensions.filter(({ keys }) => keys === undefined || keys === use);
}

/** Critical where it alone names the subject (RFC 5280 §4.2.1.6). */
function subjectAltName(
  names: readonly GeneralName[],
  subject: readonly NameAttribute[],
): readonly Extension[] {
  if (names.length === 0) return [];
  const value = encodeGeneralNames(names);
  return [{ oid: EXTENSION_OID.subjectAltName, critical: subject.length === 0, value }];
}

/** What else the requester has proven to hold. */
const possessedExtensions = ({ alternativeKey, related }: CertificateRequest) => [
  ...(alternativeKey ? [subjectAltPublicKeyInfo(alternativeKey)] : []),
  ...(related ? [relatedCertificate(related)] : []),
];

/** The CA's own certificate tells its alternative key; each certificate, how it was signed. */
function alternativeExtensions({ alternative }: Issuer, self: boolean): readonly Extension[] {
  if (!alternative) return [];
  const { publicKey, algorithm } = alternative;
  return [
    ...(self ? [subjectAltPublicKeyInfo(publicKey)] : []),
    altSignatureAlgorithm(algorithm.identifier),
  ];
}
