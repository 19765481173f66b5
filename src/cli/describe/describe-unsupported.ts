import { obsoleteAlgorithm } from '../../algorithms/obsolete.ts';
import { KEY_ALGORITHMS } from '../../algorithms/registry.ts';
import { SCHEMES } from '../../algorithms/schemes.ts';
import { DerError, type DerReader, enterDer } from '../../der/reader.ts';
import { TAG } from '../../der/writer.ts';
import type { AlgorithmRank } from './algorithm-rank.ts';

/** What others use and pki does not: named, so that nobody has to look the OID up. */
// biome-ignore format: a table
const NAMES: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.1':  'rsa',
  '1.2.840.113549.1.1.4':  'md5WithRSAEncryption',
  '1.2.840.113549.1.1.5':  'sha1WithRSAEncryption',
  '1.2.840.113549.1.1.10': 'RSASSA-PSS',
  '1.2.840.113549.1.1.14': 'sha224WithRSAEncryption',
  '1.2.840.10040.4.1':     'dsa',
  '1.2.840.10040.4.3':     'dsa-with-SHA1',
  '2.16.840.1.101.3.4.3.2': 'dsa-with-SHA256',
  '1.2.840.10045.2.1':     'ec',
  '1.2.840.10045.4.1':     'ecdsa-with-SHA1',
  '1.2.840.10045.4.3.1':   'ecdsa-with-SHA224',
  '2.16.840.1.101.3.4.3.10': 'ecdsa-with-SHA3-256',
  '2.16.840.1.101.3.4.3.11': 'ecdsa-with-SHA3-384',
  '2.16.840.1.101.3.4.3.12': 'ecdsa-with-SHA3-512',
  '1.3.101.110':           'x25519',
  '1.3.101.111':           'x448',
  '1.2.840.113549.1.9.16.3.17': 'hss-lms-hashsig',
  '1.3.6.1.4.1.2.267.7.4.4': 'dilithium2',
  '1.3.6.1.4.1.2.267.7.6.5': 'dilithium3',
  '1.3.6.1.4.1.2.267.7.8.7': 'dilithium5',
  '1.3.6.1.5.5.7.6.34':    'xmss-hashsig',
  '1.3.6.1.5.5.7.6.35':    'xmssmt-hashsig',
};

/** The twelve sets of SLH-DSA with their pre-hash functions, from arc 35 on (RFC 9909 §3). */
// biome-ignore format: a table
const HASH_SLH_DSA = [
  'sha2-128s-with-sha256', 'sha2-128f-with-sha256', 'sha2-192s-with-sha512',
  'sha2-192f-with-sha512', 'sha2-256s-with-sha512', 'sha2-256f-with-sha512',
  'shake-128s-with-shake128', 'shake-128f-with-shake128', 'shake-192s-with-shake256',
  'shake-192f-with-shake256', 'shake-256s-with-shake256', 'shake-256f-with-shake256',
];

const PREHASHED: Readonly<Record<string, string>> = Object.fromEntries([
  ...['44', '65', '87'].map((set, index) => [
    `2.16.840.1.101.3.4.3.${32 + index}`,
    `hash-ml-dsa-${set}-with-sha512`,
  ]),
  ...HASH_SLH_DSA.map((set, index) => [
    `2.16.840.1.101.3.4.3.${35 + index}`,
    `hash-slh-dsa-${set}`,
  ]),
]);

/** Curves of keys that are not in our table of algorithms. */
// biome-ignore format: a table
const CURVES: Readonly<Record<string, string>> = {
  '1.2.840.10045.3.1.1':     'P-192',
  '1.3.132.0.33':            'P-224',
  '1.3.132.0.10':            'secp256k1',
  '1.3.36.3.3.2.8.1.1.13':   'brainpoolP512r1',
};

/** The best name for an AlgorithmIdentifier that no row of ours has; throws DerError. */
export function unsupportedAlgorithm(identifier: Uint8Array): AlgorithmRank {
  const reader = enterDer(identifier);
  const oid = reader.objectIdentifier();
  const reason = obsoleteAlgorithm(oid);
  const name = NAMES[oid] ?? PREHASHED[oid] ?? nameOfRow(oid) ?? oid;
  const curve = curveIn(reader);
  const on = curve === undefined ? '' : ` on ${CURVES[curve] ?? curve}`;
  return {
    name: name + on,
    status: 'unsupported',
    ...(reason !== undefined && { reason: `it ${reason}` }),
  };
}

/** The curve that parameters name; undefined for all other parameters, sound or not. */
function curveIn(parameters: DerReader): string | undefined {
  if (parameters.nextTag !== TAG.objectIdentifier) return undefined;
  try {
    return parameters.objectIdentifier();
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

/** The OID is ours, so the parameters are not: NULL where there must be none, or none for NULL. */
function nameOfRow(oid: string): string | undefined {
  const rows = [
    ...KEY_ALGORITHMS.map(({ name, keyIdentifier }) => ({ name, identifier: keyIdentifier })),
    ...Object.values(SCHEMES),
  ];
  const row = rows.find(({ identifier }) => enterDer(identifier).objectIdentifier() === oid);
  return row && `${row.name} with other parameters`;
}
