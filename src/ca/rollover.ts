import { profileNamed } from '../profiles/built-in.ts';
import { continued } from '../profiles/continued.ts';
import type { Profile } from '../profiles/profile-config.ts';
import type { Certificate } from '../x509/certificate.ts';
import { nameText, parseName } from '../x509/names.ts';
import { type AuthorityParts, type Issued, issue, requestForCa } from './authority.ts';
import type { CertifiedIssuer } from './issuer.ts';
import { requestForExisting } from './request.ts';

/** A root CA with one of its keys, and the parts of an authority, its own store among them. */
export interface Generation {
  readonly issuer: CertifiedIssuer;
  readonly parts: AuthorityParts;
}

/** Each key certified by the other one, by the names of RFC 4210 §4.4.1. */
export interface CrossCertificates {
  /** For those who trust only the old key. */
  readonly newWithOld: Issued;
  /** For those who trust only the new key. */
  readonly oldWithNew: Issued;
}

/**
 * Certifies the new key of a root CA with the old one, until `overlap` at the latest, and the old
 * one with the new one, until the old one ends. The old CA, whose record stays whatever becomes of
 * the new one, signs last.
 */
export async function crossCertify(
  old: Generation,
  next: Generation,
  overlap?: Date,
): Promise<CrossCertificates> {
  const ends = [old, next].map(({ issuer }) => issuer.certificate.tbs.notAfter);
  const oldWithNew = await certified(old, next, earliest(ends));
  const newWithOld = await certified(next, old, earliest([...ends, ...(overlap ? [overlap] : [])]));
  return { newWithOld, oldWithNew };
}

/** What a cross-certificate for the key of `certificate` is, which ends at `until`. */
export const crossProfile = (certificate: Certificate, until: Date): Profile => ({
  ...continued(profileNamed('cross-ca'), certificate),
  validUntil: until,
});

async function certified(
  { issuer: { certificate, ...subject } }: Generation,
  { issuer, parts }: Generation,
  until: Date,
): Promise<Issued> {
  const attributes = parseName(certificate.tbs.subject);
  const name = `the certificate of ${nameText(attributes)}`;
  const { der } = await requestForCa(await subject.open(), attributes, parts.clock());
  const csr = { file: der, name: 'the request for its key' };
  const request = await requestForExisting({ certificate, name, intermediates: [] }, { csr });
  const profile = crossProfile(certificate, until);
  return issue({ request, profile, subject: [], subjectAltName: [] }, issuer, parts);
}

const earliest = (dates: readonly Date[]): Date =>
  new Date(Math.min(...dates.map((date) => date.getTime())));
