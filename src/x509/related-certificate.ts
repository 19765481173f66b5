import { createHash } from 'node:crypto';
import { type HashName, SCHEMES } from '../algorithms/schemes.ts';
import { DerError, enterDer } from '../der/reader.ts';
import { objectIdentifier, octetString, sequence, TAG } from '../der/writer.ts';
import type { Certificate } from './certificate.ts';
import { EXTENSION_OID, type Extension } from './extensions.ts';

/** RelatedCertificate (RFC 9763 §4.1). */
export interface RelatedCertificate {
  /** Undefined for one that we do not know. */
  readonly hash: HashName | undefined;
  readonly hashValue: Uint8Array;
}

const HASH_OID: Readonly<Record<HashName, string>> = {
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
};

/** The extension that names `certificate`; never critical, as §4.1 recommends. */
export function relatedCertificate(certificate: Certificate): Extension {
  const hash = hashOf(certificate);
  const algorithm = sequence(objectIdentifier(HASH_OID[hash])); // no parameters (RFC 5754 §2)
  const value = sequence(algorithm, octetString(digest(hash, certificate)));
  return { oid: EXTENSION_OID.relatedCertificate, critical: false, value };
}

/** The hash that the related certificate's own signature names, or SHA-256 if it names none. */
function hashOf({ signatureAlgorithm }: Certificate): HashName {
  const schemes = Object.values(SCHEMES);
  const found = schemes.find(({ identifier }) => !Buffer.compare(identifier, signatureAlgorithm));
  return found?.hash ?? 'sha256';
}

const digest = (hash: HashName, { der }: Certificate): Uint8Array =>
  createHash(hash).update(der).digest();

export function parseRelatedCertificate(value: Uint8Array): RelatedCertificate {
  const reader = enterDer(value);
  const algorithm = reader.enter();
  const oid = algorithm.objectIdentifier();
  if (algorithm.optional(TAG.null)?.contents.length) throw new DerError('a NULL has contents');
  algorithm.end();
  const hashValue = reader.octetString();
  reader.end();
  const names: readonly HashName[] = ['sha256', 'sha384', 'sha512'];
  return { hash: names.find((name) => HASH_OID[name] === oid), hashValue };
}

/** True if the extension is about this certificate. */
export const isRelated = (
  { hash, hashValue }: RelatedCertificate,
  certificate: Certificate,
): boolean => hash !== undefined && Buffer.compare(digest(hash, certificate), hashValue) === 0;
