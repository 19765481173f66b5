import { createHash } from 'node:crypto';
import { parseSpki } from '../algorithms/spki.ts';
import { DerError, DerReader, enterDer, namedBits, readDer } from '../der/reader.ts';
import {
  boolean,
  contextPrimitive,
  type Der,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  TAG,
} from '../der/writer.ts';
import { type GeneralName, parseGeneralNames } from './general-names.ts';

export const EXTENSION_OID = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  crlNumber: '2.5.29.20',
  reasonCode: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  deltaCrlIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  certificateIssuer: '2.5.29.29',
  nameConstraints: '2.5.29.30',
  crlDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
  freshestCrl: '2.5.29.46',
  /** RFC 9608 §2. */
  noRevAvail: '2.5.29.56',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  /** RFC 3739 §3.2.6. */
  qcStatements: '1.3.6.1.5.5.7.1.3',
  /** RFC 7633. */
  tlsFeature: '1.3.6.1.5.5.7.1.24',
  /** RFC 9654 §2.1. */
  ocspNonce: '1.3.6.1.5.5.7.48.1.2',
  ocspNoCheck: '1.3.6.1.5.5.7.48.1.5',
  /** RFC 9763 §4.1. */
  relatedCertificate: '1.3.6.1.5.5.7.1.36',
  /** draft-bonnell-lamps-chameleon-certs; never issued. */
  deltaCertificateDescriptor: '2.16.840.1.114027.80.6.1',
  /** The three of ITU-T X.509 (10/2019) clause 9.8. */
  subjectAltPublicKeyInfo: '2.5.29.72',
  altSignatureAlgorithm: '2.5.29.73',
  altSignatureValue: '2.5.29.74',
  /**
   * Our own, see audit-head.ts. From a UUID under the arc that Microsoft gives for that: the one
   * arc of 2.25 would have 128 bits, and Go reads no CRL with an arc of more than 31.
   */
  auditHead: '1.2.840.113556.1.8000.2554.34299.23459.58098.19927.47647.15751600.14950968',
} as const;

/** One extension (RFC 5280 §4.2); `value` is what its OCTET STRING holds. */
export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

export const encodeExtension = ({ oid, critical, value }: Extension): Der =>
  sequence(
    objectIdentifier(oid),
    ...(critical ? [boolean(true)] : []), // FALSE is the DEFAULT
    octetString(value),
  );

export function parseExtension(reader: DerReader): Extension {
  const oid = reader.objectIdentifier();
  const critical = optionalTrue(reader);
  const value = reader.octetString();
  reader.end();
  return { oid, critical, value };
}

/** Extensions: one at least (RFC 5280 §4.1.2.9). */
export function parseExtensions(reader: DerReader): readonly Extension[] {
  const extensions: Extension[] = [];
  while (!reader.done) extensions.push(parseExtension(reader.enter()));
  if (extensions.length === 0) throw new DerError('its list of extensions is empty');
  return extensions;
}

/** BOOLEAN DEFAULT FALSE, which DER leaves out when it is FALSE (X.690 clause 11.5). */
function optionalTrue(reader: DerReader): boolean {
  if (reader.nextTag !== TAG.boolean) return false;
  if (reader.boolean()) return true;
  throw new DerError('a DEFAULT value must be left out');
}

/** Names of the bits of KeyUsage, by their numbers (RFC 5280 §4.2.1.3). */
export const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

export type KeyUsage = (typeof KEY_USAGES)[number];

export const parseKeyUsage = (value: Uint8Array): readonly KeyUsage[] =>
  namedBits(readDer(value, TAG.bitString).contents).flatMap((bit) => KEY_USAGES[bit] ?? []);

/** Purposes of extKeyUsage (RFC 5280 §4.2.1.12). */
export const EXTENDED_KEY_USAGES = {
  anyExtendedKeyUsage: '2.5.29.37.0',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
} as const;

export type ExtendedKeyUsage = keyof typeof EXTENDED_KEY_USAGES;

/** Names of the purposes, or OIDs of those that have none here. */
export function parseExtendedKeyUsage(value: Uint8Array): readonly string[] {
  const reader = enterDer(value);
  const purposes: string[] = [];
  while (!reader.done) {
    const oid = reader.objectIdentifier();
    const named = Object.entries(EXTENDED_KEY_USAGES).find(([, known]) => known === oid);
    purposes.push(named?.[0] ?? oid);
  }
  return purposes;
}

export interface BasicConstraints {
  readonly ca: boolean;
  /** How many CA certificates may follow; undefined is no limit. */
  readonly pathLength: number | undefined;
}

export const encodeBasicConstraints = ({ ca, pathLength }: BasicConstraints): Der =>
  sequence(
    ...(ca ? [boolean(true)] : []), // FALSE is the DEFAULT
    ...(pathLength === undefined ? [] : [integer(pathLength)]),
  );

export function parseBasicConstraints(value: Uint8Array): BasicConstraints {
  const reader = enterDer(value);
  const ca = optionalTrue(reader);
  const pathLength = reader.nextTag === TAG.integer ? reader.smallInteger() : undefined;
  reader.end();
  return { ca, pathLength };
}

/** SHA-1 of `subjectPublicKey`: an identifier, not a protection (RFC 5280 §4.2.1.2 method 1). */
export const keyIdentifier = (spki: Uint8Array): Uint8Array =>
  createHash('sha1').update(parseSpki(spki).publicKey).digest();

export const subjectKeyIdentifier = (identifier: Uint8Array): Extension => ({
  oid: EXTENSION_OID.subjectKeyIdentifier,
  critical: false,
  value: octetString(identifier),
});

export const authorityKeyIdentifier = (identifier: Uint8Array): Extension => ({
  oid: EXTENSION_OID.authorityKeyIdentifier,
  critical: false,
  value: sequence(contextPrimitive(0, identifier)),
});

/** `keyIdentifier` of an authorityKeyIdentifier; undefined if it has only the other parts. */
export const parseAuthorityKeyIdentifier = (value: Uint8Array): Uint8Array | undefined =>
  enterDer(value).optional(0x80)?.contents;

/** The extensions that rules and people ask for, taken apart; absent ones are undefined. */
export interface KnownExtensions {
  readonly basicConstraints: BasicConstraints | undefined;
  readonly keyUsage: readonly KeyUsage[] | undefined;
  readonly extKeyUsage: readonly string[] | undefined;
  readonly subjectKeyIdentifier: Uint8Array | undefined;
  readonly authorityKeyIdentifier: Uint8Array | undefined;
  readonly subjectAltName: readonly GeneralName[] | undefined;
  readonly subjectAltPublicKeyInfo: Uint8Array | undefined;
  readonly altSignatureAlgorithm: Uint8Array | undefined;
  readonly altSignatureValue: Uint8Array | undefined;
}

/** Throws DerError for the first one that cannot be read. */
export const knownExtensions = (extensions: readonly Extension[]): KnownExtensions => ({
  ...extensionsOnDemand(extensions),
});

/** The same, each taken apart when it is asked for: one that cannot be read spoils no other. */
export function extensionsOnDemand(extensions: readonly Extension[]): KnownExtensions {
  const known = new Map<string, unknown>();
  const parsed = <Result>(oid: string, parse: (value: Uint8Array) => Result) => {
    const found = extensions.find((extension) => extension.oid === oid);
    if (found && !known.has(oid)) known.set(oid, parse(found.value));
    return known.get(oid) as Result | undefined; // of one OID there is one parser
  };
  const oids = EXTENSION_OID;
  return {
    get basicConstraints() {
      return parsed(oids.basicConstraints, parseBasicConstraints);
    },
    get keyUsage() {
      return parsed(oids.keyUsage, parseKeyUsage);
    },
    get extKeyUsage() {
      return parsed(oids.extKeyUsage, parseExtendedKeyUsage);
    },
    get subjectKeyIdentifier() {
      return parsed(oids.subjectKeyIdentifier, (value) => readDer(value, TAG.octetString).contents);
    },
    get authorityKeyIdentifier() {
      return parsed(oids.authorityKeyIdentifier, parseAuthorityKeyIdentifier);
    },
    get subjectAltName() {
      return parsed(oids.subjectAltName, parseGeneralNames);
    },
    get subjectAltPublicKeyInfo() {
      return parsed(oids.subjectAltPublicKeyInfo, (value) => value);
    },
    get altSignatureAlgorithm() {
      return parsed(oids.altSignatureAlgorithm, (value) => value);
    },
    get altSignatureValue() {
      return parsed(oids.altSignatureValue, (value) => new DerReader(value).bitString());
    },
  };
}
