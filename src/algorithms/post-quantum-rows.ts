import { type Der, objectIdentifier, sequence } from '../der/writer.ts';
import type { MlDsaAlgorithm, MlKemAlgorithm, SlhDsaAlgorithm } from './algorithm.ts';

/** AlgorithmIdentifier of one of NIST's algorithms; its parameters are absent. */
const nist = (arcs: string): Der => sequence(objectIdentifier(`2.16.840.1.101.3.4.${arcs}`));

function mlDsa(name: MlDsaAlgorithm['name'], arc: number, sizes: readonly number[]) {
  const [publicKeyBytes = 0, expandedKeyBytes = 0, maxSignatureBytes = 0] = sizes;
  const identifier = nist(`3.${arc}`);
  return {
    family: 'ml-dsa',
    name,
    identifier,
    keyIdentifier: identifier,
    publicKeyBytes,
    seedBytes: 32,
    expandedKeyBytes,
    maxSignatureBytes,
    status: 'standard',
    cites: 'FIPS 204, RFC 9881 §2',
  } as const satisfies MlDsaAlgorithm;
}

// biome-ignore format: a table
export const ML_DSA_ROWS: readonly MlDsaAlgorithm[] = [
  //               arc  public key, expanded private key, signature: octets (FIPS 204 table 2)
  mlDsa('ml-dsa-44', 17, [1312, 2560, 2420]),
  mlDsa('ml-dsa-65', 18, [1952, 4032, 3309]),
  mlDsa('ml-dsa-87', 19, [2592, 4896, 4627]),
];

/** `n` is the security parameter, in octets: keys are 2n and 4n long (FIPS 205 table 2). */
function slhDsa(name: SlhDsaAlgorithm['name'], arc: number, n: number, maxSignatureBytes: number) {
  const identifier = nist(`3.${arc}`);
  return {
    family: 'slh-dsa',
    name,
    identifier,
    keyIdentifier: identifier,
    publicKeyBytes: 2 * n,
    expandedKeyBytes: 4 * n,
    maxSignatureBytes,
    status: 'standard',
    cites: 'FIPS 205, RFC 9909 §3',
  } as const satisfies SlhDsaAlgorithm;
}

// biome-ignore format: a table
export const SLH_DSA_ROWS: readonly SlhDsaAlgorithm[] = [
  slhDsa('slh-dsa-sha2-128s', 20, 16, 7856),
  slhDsa('slh-dsa-sha2-128f', 21, 16, 17088),
  slhDsa('slh-dsa-sha2-192s', 22, 24, 16224),
  slhDsa('slh-dsa-sha2-192f', 23, 24, 35664),
  slhDsa('slh-dsa-sha2-256s', 24, 32, 29792),
  slhDsa('slh-dsa-sha2-256f', 25, 32, 49856),
  slhDsa('slh-dsa-shake-128s', 26, 16, 7856),
  slhDsa('slh-dsa-shake-128f', 27, 16, 17088),
  slhDsa('slh-dsa-shake-192s', 28, 24, 16224),
  slhDsa('slh-dsa-shake-192f', 29, 24, 35664),
  slhDsa('slh-dsa-shake-256s', 30, 32, 29792),
  slhDsa('slh-dsa-shake-256f', 31, 32, 49856),
];

function mlKem(name: MlKemAlgorithm['name'], arc: number, sizes: readonly number[]) {
  const [publicKeyBytes = 0, expandedKeyBytes = 0] = sizes;
  return {
    family: 'ml-kem',
    name,
    keyIdentifier: nist(`4.${arc}`),
    publicKeyBytes,
    seedBytes: 64,
    expandedKeyBytes,
    status: 'standard',
    cites: 'FIPS 203, RFC 9935 §3',
  } as const satisfies MlKemAlgorithm;
}

// biome-ignore format: a table
export const ML_KEM_ROWS: readonly MlKemAlgorithm[] = [
  //               arc  encapsulation key, decapsulation key: octets (FIPS 203 table 3)
  mlKem('ml-kem-512', 1, [800, 1632]),
  mlKem('ml-kem-768', 2, [1184, 2400]),
  mlKem('ml-kem-1024', 3, [1568, 3168]),
];
