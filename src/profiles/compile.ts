import { NULL } from '../der/writer.ts';
import {
  EXTENDED_KEY_USAGES,
  EXTENSION_OID,
  KEY_USAGES,
  type KeyUsage,
} from '../x509/extensions.ts';
import * as x509 from '../x509/peculiar.ts';
import type { ConstantExtension, Profile, ProfileConfig } from './profile-config.ts';

/**
 * Encodes what is constant in a profile, with @peculiar/x509. That costs more time than all the
 * rest of issuing, so it is done once: for the built-in profiles when the program is made.
 */
export function compileProfile(config: ProfileConfig): Profile {
  return { ...config, extensions: constantExtensions(config) };
}

function constantExtensions(config: ProfileConfig): readonly ConstantExtension[] {
  const { ca = false, pathLength, extKeyUsage = [], extKeyUsageCritical = false } = config;
  return [
    // critical in end-entity certificates too, as TLS BR §7.1.2.7.6 wants and RFC 5280 allows
    constant(new x509.BasicConstraintsExtension(ca, ca ? pathLength : undefined, true)),
    ...keyUsageExtensions(config.keyUsage),
    ...(extKeyUsage.length === 0
      ? []
      : [
          constant(
            new x509.ExtendedKeyUsageExtension(
              extKeyUsage.map((purpose) => EXTENDED_KEY_USAGES[purpose]),
              extKeyUsageCritical,
            ),
          ),
        ]),
    ...(config.ocspNoCheck
      ? [constant(new x509.Extension(EXTENSION_OID.ocspNoCheck, false, Uint8Array.from(NULL)))]
      : []),
  ];
}

/**
 * Keys that cannot encrypt must not say that they do (RFC 5480 §3, RFC 8410 §5, RFC 9881 §5), and
 * those that can do nothing else must not say more (RFC 9935 §5).
 */
function keyUsageExtensions(usages: readonly KeyUsage[]): readonly ConstantExtension[] {
  const others = usages.filter((usage) => usage !== 'keyEncipherment');
  const encode = (names: readonly KeyUsage[]) =>
    constant(new x509.KeyUsagesExtension(flags(names), true));
  if (others.length === usages.length) return [encode(usages)];
  return [
    { ...encode(usages), keys: 'both' },
    { ...encode(others), keys: 'signature' },
    { ...encode(['keyEncipherment']), keys: 'encryption' },
  ];
}

/** x509.KeyUsageFlags has the bits of the BIT STRING in ascending order. */
const flags = (usages: readonly KeyUsage[]): number =>
  usages.reduce((bits, usage) => bits | (1 << KEY_USAGES.indexOf(usage)), 0);

const constant = ({ type, critical, value }: x509.Extension): ConstantExtension => ({
  oid: type,
  critical,
  value: new Uint8Array(value),
});
