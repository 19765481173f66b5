import { namedBitString } from '../der/writer.ts';
import type { Certificate } from '../x509/certificate.ts';
import {
  EXTENSION_OID,
  type Extension,
  encodeBasicConstraints,
  KEY_USAGES,
  type KnownExtensions,
  knownExtensions,
  parseBasicConstraints,
  parseKeyUsage,
} from '../x509/extensions.ts';

/**
 * The extensions of a profile, narrowed to what an existing certificate allows its CA: otherwise a
 * path by the new certificate would hold where one by the existing one does not.
 */
export function limitedBy(
  existing: Certificate | undefined,
  extensions: readonly Extension[],
): readonly Extension[] {
  if (!existing) return extensions;
  const limits = knownExtensions(existing.tbs.extensions);
  const has = (oid: string) => extensions.some((extension) => extension.oid === oid);
  const kept = existing.tbs.extensions.filter(({ oid }) => KEPT.includes(oid) && !has(oid));
  return [...extensions.map((extension) => narrowed(extension, limits)), ...kept];
}

/** What limits a CA wherever it is; those of the profile come first, and are linted. */
const KEPT: readonly string[] = [EXTENSION_OID.extKeyUsage, EXTENSION_OID.nameConstraints];

function narrowed(extension: Extension, limits: KnownExtensions): Extension {
  switch (extension.oid) {
    case EXTENSION_OID.basicConstraints: {
      const { ca, pathLength } = parseBasicConstraints(extension.value);
      const shorter = shorterOf(pathLength, limits.basicConstraints?.pathLength);
      return ca
        ? { ...extension, value: encodeBasicConstraints({ ca, pathLength: shorter }) }
        : extension;
    }
    case EXTENSION_OID.keyUsage: {
      const usages = parseKeyUsage(extension.value).filter(
        (usage) => limits.keyUsage?.includes(usage) ?? true,
      );
      const value = namedBitString(usages.map((usage) => KEY_USAGES.indexOf(usage)));
      return { ...extension, value };
    }
    default:
      return extension;
  }
}

/** Undefined is no limit. */
const shorterOf = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
