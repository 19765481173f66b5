import { DerError, DerReader, enterDer, readDer } from '../../der/reader.ts';
import { TAG } from '../../der/writer.ts';
import { EXTENSION_OID } from '../../x509/extensions.ts';
import * as x509 from '../../x509/peculiar.ts';
import { parseRelatedCertificate } from '../../x509/related-certificate.ts';
import { printable } from '../printable.ts';
import { describePublicKey, signatureRank } from './describe-algorithm.ts';
import { CRL_READERS } from './describe-crl-extension.ts';
import {
  type BaseCertificate,
  type DeltaCertificate,
  deltaLines,
  readDelta,
} from './describe-delta.ts';
import { constraintLines, featureLines } from './describe-limits.ts';
import { qcLines } from './describe-qc.ts';

export interface ExtensionDescription {
  readonly oid: string;
  readonly name: string;
  readonly critical: boolean;
  /** For people, one a line. */
  readonly value: readonly string[];
  readonly relatedCertificate?: RelatedCertificateText;
  readonly deltaCertificate?: DeltaCertificate;
}

/** Names another certificate of the same holder by its hash (RFC 9763 §4). */
interface RelatedCertificateText {
  readonly hashAlgorithm: string;
  /** Over the whole certificate in DER, hexadecimal. */
  readonly hash: string;
}

type Reading = Pick<ExtensionDescription, 'value' | 'relatedCertificate' | 'deltaCertificate'>;

interface Reader {
  readonly name: string;
  /** Throws DerError for what it does not understand. */
  read(value: Uint8Array, base: BaseCertificate): Reading;
}

/** A value of NULL: that the extension is there is all it says. */
const present = (name: string): Reader => ({
  name,
  read(value) {
    if (readDer(value, TAG.null).contents.length > 0) throw new DerError('a NULL is not empty');
    return { value: [] };
  },
});

/** Extensions that @peculiar/x509 does not know. */
const READERS: Readonly<Record<string, Reader>> = {
  [EXTENSION_OID.ocspNoCheck]: present('OCSP No Check'),
  [EXTENSION_OID.noRevAvail]: present('No Revocation Available'),
  [EXTENSION_OID.nameConstraints]: {
    name: 'Name Constraints',
    read: (value) => ({ value: constraintLines(value) }),
  },
  [EXTENSION_OID.qcStatements]: {
    name: 'QC Statements',
    read: (value) => ({ value: qcLines(value) }),
  },
  [EXTENSION_OID.tlsFeature]: {
    name: 'TLS Feature',
    read: (value) => ({ value: featureLines(value) }),
  },
  [EXTENSION_OID.subjectAltPublicKeyInfo]: {
    name: 'Subject Alternative Public Key Info',
    read(value) {
      const { name, octets } = describePublicKey('alternative key', value);
      return { value: [`${name}, ${octets} octets`] };
    },
  },
  [EXTENSION_OID.altSignatureAlgorithm]: {
    name: 'Alternative Signature Algorithm',
    read: (value) => ({ value: [signatureRank(value).name] }),
  },
  [EXTENSION_OID.altSignatureValue]: {
    name: 'Alternative Signature Value',
    read: (value) => ({ value: [`${altSignature(value).length} octets`] }),
  },
  [EXTENSION_OID.relatedCertificate]: {
    name: 'Related Certificate',
    read(value) {
      const relatedCertificate = readRelated(value);
      const { hashAlgorithm, hash } = relatedCertificate;
      return { value: [`${hashAlgorithm}: ${hash}`], relatedCertificate };
    },
  },
  ...CRL_READERS,
  [EXTENSION_OID.deltaCertificateDescriptor]: {
    name: 'Delta Certificate Descriptor',
    read(value, base) {
      const deltaCertificate = readDelta(value, base);
      return { value: deltaLines(deltaCertificate, extensionName), deltaCertificate };
    },
  },
};

/** The octets of a signature in altSignatureValue (ITU-T X.509 clause 9.8.4); throws DerError. */
export const altSignature = (value: Uint8Array): Uint8Array =>
  new DerReader(readDer(value, TAG.bitString).octets).bitString();

/** `base` is the certificate that has the extension. */
export function describeExtension(
  extension: x509.Extension,
  base: BaseCertificate,
): ExtensionDescription {
  const { type: oid, critical } = extension;
  const value = new Uint8Array(extension.value);
  const reader = READERS[oid];
  if (!reader) return { oid, critical, ...otherExtension(extension) };
  const { name } = reader;
  const read = understood(() => reader.read(value, base));
  return {
    oid,
    name,
    critical,
    ...(read ?? { value: [`${value.length} octets, not understood`] }),
  };
}

/** The descriptions in lines, for people. */
export const extensionLines = (extensions: readonly ExtensionDescription[]): string =>
  extensions
    .flatMap(({ name, critical, value }) => [
      `  ${name}${critical ? ' (critical)' : ''}`,
      ...value.map((line) => `    ${line}`),
    ])
    .map((line) => `${line}\n`)
    .join('');

/** What people call an extension; an OID where nobody here knows it. */
const extensionName = (oid: string): string => READERS[oid]?.name ?? NAMES[oid] ?? oid;

/** Those that @peculiar/x509 knows, as it calls them. */
const NAMES: Readonly<Record<string, string>> = {
  [EXTENSION_OID.subjectKeyIdentifier]: x509.SubjectKeyIdentifierExtension.NAME,
  [EXTENSION_OID.keyUsage]: x509.KeyUsagesExtension.NAME,
  [EXTENSION_OID.subjectAltName]: x509.SubjectAlternativeNameExtension.NAME,
  [EXTENSION_OID.basicConstraints]: x509.BasicConstraintsExtension.NAME,
  [EXTENSION_OID.authorityKeyIdentifier]: x509.AuthorityKeyIdentifierExtension.NAME,
  [EXTENSION_OID.extKeyUsage]: x509.ExtendedKeyUsageExtension.NAME,
};

/** The result of reading what others wrote; undefined where it is not what it should be. */
export function understood<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

/** Lines of 16 octets; what nobody can read need not be longer. */
const MAX_DUMP_LINES = 16;

/** What @peculiar/x509 makes of it: text of what it knows, else a dump. */
function otherExtension(extension: x509.Extension): { name: string; value: readonly string[] } {
  const text = x509.TextConverter.serialize(extension.toTextObject());
  const [first = '', ...rest] = text.trimEnd().split('\n');
  const name = first.replace(/:( critical)?$/, '');
  const lines = rest.map((line) => printable(line.trim()));
  const isDump = extension.constructor === x509.Extension;
  if (!isDump || lines.length <= MAX_DUMP_LINES) return { name, value: lines };
  const more = `… ${extension.value.byteLength} octets in all`;
  return { name, value: [...lines.slice(0, MAX_DUMP_LINES), more] };
}

/** The three hash functions that we know have a name, others their OID. */
function readRelated(value: Uint8Array): RelatedCertificateText {
  const { hash, hashValue } = parseRelatedCertificate(value);
  const oid = enterDer(value).enter().objectIdentifier();
  return {
    hashAlgorithm: hash?.replace('sha', 'SHA-') ?? oid,
    hash: Buffer.from(hashValue).toString('hex'),
  };
}
