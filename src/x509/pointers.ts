import { type DerReader, enterDer } from '../der/reader.ts';
import { contextConstructed, type Der, objectIdentifier, sequence } from '../der/writer.ts';
import { EXTENSION_OID, type Extension } from './extensions.ts';
import { generalName, parseGeneralNames } from './general-names.ts';

/** Where the issuer's certificate, its OCSP responder and its CRL are. URIs. */
export interface Pointers {
  readonly caIssuers: readonly string[];
  readonly ocsp: readonly string[];
  /** Of one CRL, which each of them leads to. */
  readonly crl: readonly string[];
  /** Of the delta CRLs to that. */
  readonly freshestCrl?: readonly string[];
}

/** Access methods of authorityInfoAccess (RFC 5280 §4.2.2.1). */
const ACCESS_METHODS = {
  ocsp: '1.3.6.1.5.5.7.48.1',
  caIssuers: '1.3.6.1.5.5.7.48.2',
} as const;

/** The extensions that hold the pointers; none for what there is none of. Neither is critical. */
export function pointerExtensions({
  caIssuers,
  ocsp,
  crl,
  freshestCrl = [],
}: Pointers): readonly Extension[] {
  const { authorityInfoAccess, crlDistributionPoints } = EXTENSION_OID;
  const access = [
    ...ocsp.map((url) => accessDescription(ACCESS_METHODS.ocsp, url)),
    ...caIssuers.map((url) => accessDescription(ACCESS_METHODS.caIssuers, url)),
  ];
  return [
    ...(access.length === 0
      ? []
      : [{ oid: authorityInfoAccess, critical: false, value: sequence(...access) }]),
    ...pointExtension(crlDistributionPoints, crl),
    ...freshestCrlExtension(freshestCrl),
  ];
}

/** Where the delta CRLs are, in certificates and in full CRLs (RFC 5280 §4.2.1.15, §5.2.6). */
export const freshestCrlExtension = (urls: readonly string[]): readonly Extension[] =>
  pointExtension(EXTENSION_OID.freshestCrl, urls);

const pointExtension = (oid: string, urls: readonly string[]): readonly Extension[] =>
  urls.length === 0
    ? []
    : [{ oid, critical: false, value: sequence(sequence(distributionPointName(urls))) }];

/** Binds a CRL to the certificates that name one of these URLs; critical (RFC 5280 §5.2.5). */
export const issuingDistributionPoint = (urls: readonly string[]): Extension => ({
  oid: EXTENSION_OID.issuingDistributionPoint,
  critical: true,
  value: sequence(distributionPointName(urls)),
});

const uri = (value: string) => ({ type: 'uri', value }) as const;

const accessDescription = (method: string, url: string): Der =>
  sequence(objectIdentifier(method), generalName(uri(url)));

/** Several names in one point are ways to the same CRL (RFC 5280 §4.2.1.13). */
const distributionPointName = (urls: readonly string[]): Der =>
  contextConstructed(0, contextConstructed(0, ...urls.map((url) => generalName(uri(url)))));

/** What an authorityInfoAccess says: each method, by its name here or its OID, with a location. */
export function parseAuthorityInfoAccess(value: Uint8Array) {
  const reader = enterDer(value);
  const found: { readonly method: string; readonly location: string }[] = [];
  while (!reader.done) {
    const description = reader.enter();
    const oid = description.objectIdentifier();
    const [name] = parseGeneralNames(sequence(description.read().octets));
    description.end();
    const named = Object.entries(ACCESS_METHODS).find(([, known]) => known === oid);
    found.push({ method: named?.[0] ?? oid, location: name?.type === 'uri' ? name.value : '' });
  }
  return found;
}

/** The URLs that a certificate names for its CRL; throws DerError. */
export function crlUrls(extensions: readonly Extension[]): readonly string[] {
  const found = extensions.find(({ oid }) => oid === EXTENSION_OID.crlDistributionPoints);
  return found ? parseCrlDistributionPoints(found.value).filter((url) => url !== '') : [];
}

/** The locations of the full names of cRLDistributionPoints, `` for one that is no URI. */
export function parseCrlDistributionPoints(value: Uint8Array): readonly string[] {
  const reader = enterDer(value);
  const found: string[] = [];
  while (!reader.done) found.push(...fullNames(reader.enter()));
  return found;
}

/** The same of an issuingDistributionPoint that says nothing else; throws DerError. */
export function parseIssuingDistributionPoint(value: Uint8Array): readonly string[] {
  const reader = enterDer(value);
  const found = fullNames(reader);
  reader.end();
  return found;
}

function fullNames(point: DerReader): readonly string[] {
  const name = point.optional(0xa0);
  const fullName = name && enterDer(name.octets, 0xa0).optional(0xa0);
  const names = fullName ? parseGeneralNames(sequence(fullName.contents)) : [];
  return names.map(({ type, value }) => (type === 'uri' ? value : ''));
}
