import type { Certificate } from '../x509/certificate.ts';
import { EXTENSION_OID, type Extension, knownExtensions } from '../x509/extensions.ts';
import { withPathLength } from './path-length.ts';
import type { Profile } from './profile-config.ts';

/** Extensions that limit what a CA may do. A certificate that continues another one keeps them. */
const LIMITS: readonly string[] = [
  EXTENSION_OID.nameConstraints,
  EXTENSION_OID.certificatePolicies,
  '2.5.29.33', // policyMappings
  '2.5.29.36', // policyConstraints
  EXTENSION_OID.extKeyUsage,
  '2.5.29.54', // inhibitAnyPolicy
];

/** Those that each certificate has for itself, by its keys and its issuer. */
const OF_EACH: readonly string[] = [
  EXTENSION_OID.subjectKeyIdentifier,
  EXTENSION_OID.authorityKeyIdentifier,
  EXTENSION_OID.subjectAltPublicKeyInfo,
  EXTENSION_OID.altSignatureAlgorithm,
  EXTENSION_OID.altSignatureValue,
];

/** The profile for a CA that has a certificate already: its path length and limits stay. */
export function continued(profile: Profile, { tbs }: Certificate): Profile {
  const { basicConstraints } = knownExtensions(tbs.extensions);
  const limits = tbs.extensions.filter(({ oid }) => LIMITS.includes(oid));
  const others = profile.extensions.filter(({ oid }) => !has(limits, oid));
  return withPathLength(
    {
      ...profile,
      extensions: [...others, ...limits],
    },
    basicConstraints?.pathLength,
  );
}

/** OIDs of what the first certificate has and the second, which continues it, has not. */
export const lostExtensions = (first: Certificate, second: Certificate): readonly string[] =>
  first.tbs.extensions
    .map(({ oid }) => oid)
    .filter((oid) => !OF_EACH.includes(oid) && !has(second.tbs.extensions, oid));

const has = (extensions: readonly Extension[], oid: string): boolean =>
  extensions.some((extension) => extension.oid === oid);
