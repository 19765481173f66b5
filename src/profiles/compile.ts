import {
  boolean,
  integer,
  NULL,
  namedBitString,
  objectIdentifier,
  sequence,
} from '../der/writer.ts';
import { encodeCertificatePolicies } from '../x509/certificate-policies.ts';
import {
  EXTENDED_KEY_USAGES,
  EXTENSION_OID,
  type ExtendedKeyUsage,
  KEY_USAGES,
  type KeyUsage,
} from '../x509/extensions.ts';
import { encodeNameConstraints } from '../x509/name-subtrees.ts';
import { encodeQcStatements } from '../x509/qc-statements.ts';
import type { ConstantExtension, Profile, ProfileConfig } from './profile-config.ts';

/** Encodes what is constant in a profile. */
export function compileProfile(config: ProfileConfig): Profile {
  return { ...config, extensions: constantExtensions(config) };
}

function constantExtensions(config: ProfileConfig): readonly ConstantExtension[] {
  const { extKeyUsage = [], extKeyUsageCritical = false, policies = [] } = config;
  const constraints = encodeNameConstraints(config.nameConstraints ?? {});
  const row = (there: boolean, oid: string, critical: boolean, value: () => Uint8Array) =>
    there ? [{ oid, critical, value: value() }] : [];
  const oids = EXTENSION_OID;
  return [
    // critical in end-entity certificates too, as TLS BR §7.1.2.7.6 wants and RFC 5280 allows
    { oid: oids.basicConstraints, critical: true, value: basicConstraints(config) },
    ...keyUsageExtensions(config.keyUsage),
    ...row(extKeyUsage.length > 0, oids.extKeyUsage, extKeyUsageCritical, () =>
      sequence(...extKeyUsage.map(purposeOid).map(objectIdentifier)),
    ),
    ...row(policies.length > 0, oids.certificatePolicies, false, () =>
      encodeCertificatePolicies(policies),
    ),
    ...row(config.qcStatements !== undefined, oids.qcStatements, false, () =>
      encodeQcStatements(config.qcStatements ?? {}),
    ),
    ...(constraints ? [{ oid: oids.nameConstraints, critical: true, value: constraints }] : []),
    ...row(config.mustStaple ?? false, oids.tlsFeature, false, () =>
      sequence(integer(STATUS_REQUEST)),
    ),
    ...row(config.ocspNoCheck ?? false, oids.ocspNoCheck, false, () => NULL),
    ...row(config.noRevAvail ?? false, oids.noRevAvail, false, () => NULL),
    ...(config.otherExtensions ?? []),
  ];
}

/** Number of the TLS extension that asks for an OCSP response (RFC 6066 §8). */
const STATUS_REQUEST = 5;

/** `cA` and `pathLenConstraint`; FALSE is the DEFAULT (RFC 5280 §4.2.1.9). */
const basicConstraints = ({ ca = false, pathLength }: ProfileConfig): Uint8Array =>
  sequence(
    ...(ca ? [boolean(true)] : []),
    ...(ca && pathLength !== undefined ? [integer(pathLength)] : []),
  );

const purposeOid = (purpose: string): string =>
  Object.hasOwn(EXTENDED_KEY_USAGES, purpose)
    ? EXTENDED_KEY_USAGES[purpose as ExtendedKeyUsage]
    : purpose;

/**
 * Keys that cannot encrypt must not say that they do (RFC 5480 §3, RFC 8410 §5, RFC 9881 §5), and
 * those that can do nothing else must not say more (RFC 9935 §5).
 */
function keyUsageExtensions(usages: readonly KeyUsage[]): readonly ConstantExtension[] {
  const others = usages.filter((usage) => usage !== 'keyEncipherment');
  if (others.length === usages.length) return [keyUsageExtension(usages)];
  return [
    { ...keyUsageExtension(usages), keys: 'both' },
    { ...keyUsageExtension(others), keys: 'signature' },
    { ...keyUsageExtension(['keyEncipherment']), keys: 'encryption' },
  ];
}

const keyUsageExtension = (usages: readonly KeyUsage[]): ConstantExtension => ({
  oid: EXTENSION_OID.keyUsage,
  critical: true,
  value: namedBitString(usages.map((usage) => KEY_USAGES.indexOf(usage))),
});
