import { createHash } from 'node:crypto';
import { parseSpki } from '../algorithms/spki.ts';
import { type DerReader, enterDer } from '../der/reader.ts';
import { sameOctets } from '../der/same-octets.ts';
import { integer, NULL, objectIdentifier, octetString, sequence, TAG } from '../der/writer.ts';
import type { TbsCertificate } from './certificate.ts';

/** Hash functions of CertID. They find an issuer and protect nothing, so that SHA-1 will do. */
export const CERT_ID_HASHES = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
} as const;

export type CertIdHash = keyof typeof CERT_ID_HASHES;

/** CertID (RFC 6960 §4.1.1): names a certificate by its issuer's name and key, and its serial. */
export interface CertId {
  /** A response repeats these octets: clients compare them with what they sent. */
  readonly der: Uint8Array;
  /** Undefined for a hash function that is not known here. */
  readonly hash: CertIdHash | undefined;
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  readonly serialNumber: bigint;
}

/** What a CertID needs of the issuer's certificate. */
export type CertIdIssuer = Pick<TbsCertificate, 'subject' | 'publicKey'>;

/** The CertID of a certificate as clients write it: the hash function with parameters NULL. */
export function certId(issuer: CertIdIssuer, serialNumber: bigint, hash: CertIdHash): CertId {
  const { nameHash, keyHash } = issuerHashes(issuer, hash);
  const der = sequence(
    sequence(objectIdentifier(CERT_ID_HASHES[hash]), NULL),
    octetString(nameHash),
    octetString(keyHash),
    integer(serialNumber),
  );
  return { der, hash, issuerNameHash: nameHash, issuerKeyHash: keyHash, serialNumber };
}

/** Over the Name in DER, and over the octets of `subjectPublicKey`. */
export function issuerHashes({ subject, publicKey }: CertIdIssuer, hash: CertIdHash) {
  const digest = (octets: Uint8Array) => Uint8Array.from(createHash(hash).update(octets).digest());
  return { nameHash: digest(subject), keyHash: digest(parseSpki(publicKey).publicKey) };
}

/** True if a CertID is about a certificate of this issuer; false too where nobody can know. */
export function isOfIssuer(id: CertId, issuer: CertIdIssuer): boolean {
  if (id.hash === undefined) return false;
  const { nameHash, keyHash } = issuerHashes(issuer, id.hash);
  return sameOctets(id.issuerNameHash, nameHash) && sameOctets(id.issuerKeyHash, keyHash);
}

export function parseCertId(reader: DerReader): CertId {
  const { octets } = reader.read(TAG.sequence);
  const parts = enterDer(octets);
  const algorithm = parts.enter();
  const oid = algorithm.objectIdentifier();
  const named = Object.entries(CERT_ID_HASHES).find(([, known]) => known === oid);
  if (named) algorithm.optional(TAG.null);
  else if (!algorithm.done) algorithm.read();
  algorithm.end();
  const issuerNameHash = parts.octetString();
  const issuerKeyHash = parts.octetString();
  const serialNumber = parts.integer();
  parts.end();
  const hash = named?.[0] as CertIdHash | undefined;
  return { der: octets, hash, issuerNameHash, issuerKeyHash, serialNumber };
}
