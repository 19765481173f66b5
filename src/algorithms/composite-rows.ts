import { objectIdentifier, sequence } from '../der/writer.ts';
import type { CompositeAlgorithm, MlDsaAlgorithm } from './algorithm.ts';
import { CLASSICAL_ROWS } from './classical-rows.ts';
import { ML_DSA_ROWS } from './post-quantum-rows.ts';

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
    status: 'draft',
    cites: 'draft-ietf-lamps-pq-composite-sigs-19 §6',
  };
}

/**
 * The hash in a composite's name is its pre-hash; the classical half keeps the hash of its row.
 * Six labels differ from the name's usual form since draft 14, under the same OIDs.
 */
// biome-ignore format: a table
export const COMPOSITE_ROWS: readonly CompositeAlgorithm[] = [
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
