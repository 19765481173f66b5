import { NULL, objectIdentifier, sequence } from '../der/writer.ts';
import { PkiError } from '../errors.ts';
import type {
  ClassicalAlgorithm,
  CompositeAlgorithm,
  EdwardsKey,
  MlDsaAlgorithm,
  SignatureAlgorithm,
} from './algorithm.ts';
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
    cites: SCHEMES[curve].cites,
  };
}

function mlDsa(name: MlDsaAlgorithm['name'], arc: number, sizes: readonly number[]) {
  const [publicKeyBytes = 0, expandedKeyBytes = 0, maxSignatureBytes = 0] = sizes;
  const identifier = sequence(objectIdentifier(`2.16.840.1.101.3.4.3.${arc}`)); // no parameters
  return {
    family: 'ml-dsa',
    name,
    identifier,
    keyIdentifier: identifier,
    publicKeyBytes,
    expandedKeyBytes,
    maxSignatureBytes,
    cites: 'RFC 9881 §2',
  } as const satisfies MlDsaAlgorithm;
}

// biome-ignore format: a table
const CLASSICAL_ROWS: readonly ClassicalAlgorithm[] = [
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

// biome-ignore format: a table
const ML_DSA_ROWS: readonly MlDsaAlgorithm[] = [
  //               arc  public key, expanded private key, signature: octets (FIPS 204 table 2)
  mlDsa('ml-dsa-44', 17, [1312, 2560, 2420]),
  mlDsa('ml-dsa-65', 18, [1952, 4032, 3309]),
  mlDsa('ml-dsa-87', 19, [2592, 4896, 4627]),
];

function composite(
  arc: number,
  name: string,
  prehash: CompositeAlgorithm['prehash'],
  mlDsaName: MlDsaAlgorithm['name'],
  classicalName: string,
  label = name,
): CompositeAlgorithm {
  const mlDsaHalf = ML_DSA_ROWS.find((row) => row.name === mlDsaName);
  const classical = CLASSICAL_ROWS.find((row) => row.name === classicalName);
  if (!mlDsaHalf || !classical) throw new Error(`composite ${name} names an unknown component`);
  const identifier = sequence(objectIdentifier(`1.3.6.1.5.5.7.6.${arc}`));
  return {
    family: 'composite',
    name,
    identifier,
    keyIdentifier: identifier,
    label: Buffer.from(`COMPSIG-${label}`, 'ascii'),
    prehash,
    mlDsa: mlDsaHalf,
    classical,
    maxSignatureBytes: mlDsaHalf.maxSignatureBytes + classical.maxSignatureBytes,
    cites: 'draft-ietf-lamps-pq-composite-sigs-19 §6',
  };
}

/**
 * The hash in a composite's name is its pre-hash; the classical half keeps the hash of its row.
 * Six labels differ from the name's usual form since draft 14, under the same OIDs.
 */
// biome-ignore format: a table
const COMPOSITE_ROWS: readonly CompositeAlgorithm[] = [
  composite(37, 'MLDSA44-RSA2048-PSS-SHA256', 'sha256', 'ml-dsa-44', 'rsa-2048-pss'),
  composite(38, 'MLDSA44-RSA2048-PKCS15-SHA256', 'sha256', 'ml-dsa-44', 'rsa-2048'),
  composite(39, 'MLDSA44-Ed25519-SHA512', 'sha512', 'ml-dsa-44', 'ed25519'),
  composite(40, 'MLDSA44-ECDSA-P256-SHA256', 'sha256', 'ml-dsa-44', 'ecdsa-p256'),
  composite(41, 'MLDSA65-RSA3072-PSS-SHA512', 'sha512', 'ml-dsa-65', 'rsa-3072-pss'),
  composite(42, 'MLDSA65-RSA3072-PKCS15-SHA512', 'sha512', 'ml-dsa-65', 'rsa-3072'),
  composite(43, 'MLDSA65-RSA4096-PSS-SHA512', 'sha512', 'ml-dsa-65', 'rsa-4096-pss'),
  composite(44, 'MLDSA65-RSA4096-PKCS15-SHA512', 'sha512', 'ml-dsa-65', 'rsa-4096'),
  composite(45, 'MLDSA65-ECDSA-P256-SHA512', 'sha512', 'ml-dsa-65', 'ecdsa-p256'),
  composite(46, 'MLDSA65-ECDSA-P384-SHA512', 'sha512', 'ml-dsa-65', 'ecdsa-p384'),
  composite(47, 'MLDSA65-ECDSA-brainpoolP256r1-SHA512', 'sha512', 'ml-dsa-65', 'ecdsa-brainpoolp256r1', 'MLDSA65-ECDSA-BP256-SHA512'),
  composite(48, 'MLDSA65-Ed25519-SHA512', 'sha512', 'ml-dsa-65', 'ed25519'),
  composite(49, 'MLDSA87-ECDSA-P384-SHA512', 'sha512', 'ml-dsa-87', 'ecdsa-p384'),
  composite(50, 'MLDSA87-ECDSA-brainpoolP384r1-SHA512', 'sha512', 'ml-dsa-87', 'ecdsa-brainpoolp384r1', 'MLDSA87-ECDSA-BP384-SHA512'),
  composite(51, 'MLDSA87-Ed448-SHAKE256', 'shake256', 'ml-dsa-87', 'ed448'),
  composite(52, 'MLDSA87-RSA3072-PSS-SHA512', 'sha512', 'ml-dsa-87', 'rsa-3072-pss'),
  composite(53, 'MLDSA87-RSA4096-PSS-SHA512', 'sha512', 'ml-dsa-87', 'rsa-4096-pss'),
  composite(54, 'MLDSA87-ECDSA-P521-SHA512', 'sha512', 'ml-dsa-87', 'ecdsa-p521'),
];

/** The only list of algorithms: lookups, help texts, tests and docs are made from these rows. */
export const ALGORITHMS: readonly SignatureAlgorithm[] = [
  ...CLASSICAL_ROWS,
  ...ML_DSA_ROWS,
  ...COMPOSITE_ROWS,
];

/** Algorithms of one key, which `--algorithm` and `--key-algorithm` take. */
export const SINGLE_ALGORITHMS: readonly (ClassicalAlgorithm | MlDsaAlgorithm)[] = [
  ...CLASSICAL_ROWS,
  ...ML_DSA_ROWS,
];

/** Looks a name up in `rows`, whatever its case; a miss lists what there is. */
function named<Row extends SignatureAlgorithm>(rows: readonly Row[], name: string): Row {
  const found = rows.find((row) => row.name.toLowerCase() === name.toLowerCase());
  if (found) return found;
  throw new PkiError('USAGE', `unknown algorithm "${name}"`, {
    hints: [`use one of: ${rows.map((row) => row.name).join(', ')}`],
  });
}

export const algorithmNamed = (name: string): SignatureAlgorithm => named(ALGORITHMS, name);

export const singleAlgorithmNamed = (name: string): ClassicalAlgorithm | MlDsaAlgorithm =>
  named(SINGLE_ALGORITHMS, name);

export const mlDsaNamed = (name: string): MlDsaAlgorithm => named(ML_DSA_ROWS, name);

/** The composite of the two, if the draft has it. */
export function compositeOf(
  classical: ClassicalAlgorithm,
  mlDsaHalf: MlDsaAlgorithm,
): CompositeAlgorithm {
  const found = COMPOSITE_ROWS.find(
    (row) => row.classical.name === classical.name && row.mlDsa.name === mlDsaHalf.name,
  );
  if (found) return found;
  const pairs = COMPOSITE_ROWS.map((row) => `${row.classical.name} with ${row.mlDsa.name}`);
  throw new PkiError('USAGE', `there is no composite of ${classical.name} with ${mlDsaHalf.name}`, {
    hints: [`the composites are: ${pairs.join(', ')}`],
  });
}
