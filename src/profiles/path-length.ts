import { EXTENSION_OID, encodeBasicConstraints } from '../x509/extensions.ts';
import type { Profile } from './profile-config.ts';

/** The profile of CAs with another path length: how many CAs may follow below, or any number (RFC 5280 §4.2.1.9). */
export const withPathLength = (profile: Profile, pathLength: number | undefined): Profile => ({
  ...profile,
  pathLength,
  extensions: profile.extensions.map((extension) =>
    extension.oid === EXTENSION_OID.basicConstraints
      ? { ...extension, value: encodeBasicConstraints({ ca: true, pathLength }) }
      : extension,
  ),
});
