import { NULL, objectIdentifier, sequence } from '../der/writer.ts';
import type { ClassicalAlgorithm, EdwardsKey } from './algorithm.ts';
import { SCHEMES } from './schemes.ts';

type SchemeName = keyof typeof SCHEMES;

function rsa(name: string, bits: number, scheme: SchemeName): ClassicalAlgorithm {
  return {
    family: 'classical',
    name,
    key: { kind: 'rsa', bits },
    scheme: SCHEMES[scheme],
    identifier: SCHEMES[scheme].identifier,
    keyIdentifier: sequence(objectIdentifier('1.2.840.113549.1.1.1'), NULL),
    maxSignatureBytes: bits / 8,
    status: 'standard',
    cites: SCHEMES[scheme].cites,
  };
}

function ec(name: string, curve: string, oid: string, bits: number, scheme: SchemeName) {
  const fieldBytes = Math.ceil(bits / 8);
  const curveOid = objectIdentifier(oid);
  return {
    family: 'classical',
    name,
    key: { kind: 'ec', curve, curveOid, fieldBytes },
    scheme: SCHEMES[scheme],
    identifier: SCHEMES[scheme].identifier,
    keyIdentifier: sequence(objectIdentifier('1.2.840.10045.2.1'), curveOid),
    // SEQUENCE of two INTEGERs; only whole octets can have their top bit set and need a zero
    maxSignatureBytes: 2 * (fieldBytes + (bits % 8 === 0 ? 3 : 2)) + (fieldBytes > 60 ? 3 : 2),
    status: 'standard',
    cites: 'RFC 5480 §2.1.1',
  } as const satisfies ClassicalAlgorithm;
}

function edwards(curve: EdwardsKey['curve'], bytes: number): ClassicalAlgorithm {
  return {
    family: 'classical',
    name: curve,
    key: { kind: 'edwards', curve, publicKeyBytes: bytes },
    scheme: SCHEMES[curve],
    identifier: SCHEMES[curve].identifier,
    keyIdentifier: SCHEMES[curve].identifier,
    maxSignatureBytes: 2 * bytes,
    status: 'standard',
    cites: SCHEMES[curve].cites,
  };
}

// biome-ignore format: a table
export const CLASSICAL_ROWS: readonly ClassicalAlgorithm[] = [
  rsa('rsa-2048', 2048, 'rsa-pkcs1-sha256'),
  rsa('rsa-3072', 3072, 'rsa-pkcs1-sha256'),
  rsa('rsa-4096', 4096, 'rsa-pkcs1-sha384'),
  rsa('rsa-2048-pss', 2048, 'rsa-pss-sha256'),
  rsa('rsa-3072-pss', 3072, 'rsa-pss-sha256'),
  rsa('rsa-4096-pss', 4096, 'rsa-pss-sha384'),
  ec('ecdsa-p256', 'P-256', '1.2.840.10045.3.1.7', 256, 'ecdsa-sha256'),
  ec('ecdsa-p384', 'P-384', '1.3.132.0.34', 384, 'ecdsa-sha384'),
  ec('ecdsa-p521', 'P-521', '1.3.132.0.35', 521, 'ecdsa-sha512'),
  ec('ecdsa-brainpoolp256r1', 'brainpoolP256r1', '1.3.36.3.3.2.8.1.1.7', 256, 'ecdsa-sha256'),
  ec('ecdsa-brainpoolp384r1', 'brainpoolP384r1', '1.3.36.3.3.2.8.1.1.11', 384, 'ecdsa-sha384'),
  edwards('ed25519', 32),
  edwards('ed448', 57),
];
