import type { ClassicalAlgorithm, SignatureAlgorithm } from '../../src/algorithms/algorithm.ts';
import { ALGORITHMS } from '../../src/algorithms/registry.ts';

/** One kind of CA, whose certificates are judged: a row of the matrix. */
export interface Row {
  readonly name: string;
  /** What the signatures are made with, which alone decides who can verify them. */
  readonly kind: string;
  readonly group: Group;
  /** Options of `pki init-ca` that choose the keys, but for those that name the token. */
  readonly options: readonly string[];
  /** The algorithm of end-entity keys besides the usual one. */
  readonly keyAlgorithm?: string;
}

/** SLH-DSA is a group of its own because it takes long. */
export const GROUPS = ['files', 'slh-dsa', 'token'] as const;

type Group = (typeof GROUPS)[number];

const SINGLE = ALGORITHMS.filter((row) => row.family !== 'composite');
const COMPOSITES = ALGORITHMS.filter((row) => row.family === 'composite');
const CLASSICAL = ALGORITHMS.filter((row) => row.family === 'classical');

/** Pairs of a classical and an ML-DSA key that make two signatures. */
const CATALYST = [
  ['ecdsa-p384', 'ml-dsa-65'],
  ['rsa-3072', 'ml-dsa-87'],
  ['ed25519', 'ml-dsa-44'],
] as const;

/** A key that is in the token beforehand, made by pkcs11-tool. */
export interface ExistingKey {
  /** As pkcs11-tool names it. */
  readonly type: string;
  readonly label: string;
  /** CKA_ID; without one the key has none, which is what pkcs11-tool does by default. */
  readonly id?: string;
}

/** Schemes of one kind of key share the key. pkcs11-tool makes no Ed448 keys. */
export const EXISTING_KEYS: readonly ExistingKey[] = [
  { type: 'rsa:2048', label: 'rsa-2048', id: '01' },
  { type: 'rsa:3072', label: 'rsa-3072', id: '02' },
  { type: 'rsa:4096', label: 'rsa-4096', id: '03' },
  { type: 'EC:prime256v1', label: 'ecdsa-p256', id: '04' },
  { type: 'EC:secp384r1', label: 'ecdsa-p384' },
  { type: 'EC:secp521r1', label: 'ecdsa-p521', id: '05' },
  { type: 'EC:brainpoolP256r1', label: 'ecdsa-brainpoolp256r1', id: '06' },
  { type: 'EC:brainpoolP384r1', label: 'ecdsa-brainpoolp384r1', id: '07' },
  { type: 'EC:edwards25519', label: 'ed25519', id: '08' },
];

export const ROWS: readonly Row[] = [
  ...SINGLE.map(
    (algorithm): Row => ({
      ...named(algorithm),
      group: algorithm.family === 'slh-dsa' ? 'slh-dsa' : 'files',
      keyAlgorithm: algorithm.name,
    }),
  ),
  ...COMPOSITES.map((algorithm): Row => ({ ...named(algorithm), group: 'files' })),
  ...CATALYST.map(
    ([classical, mlDsa]): Row => ({
      ...catalyst(classical, mlDsa),
      group: 'files',
      options: ['--algorithm', classical, ...catalyst(classical, mlDsa).options],
    }),
  ),
  ...CLASSICAL.map((algorithm) => inToken({ ...named(algorithm), options: tokenKey(algorithm) })),
  ...COMPOSITES.map((algorithm) => {
    const { options, ...names } = named(algorithm);
    return inToken({ ...names, options: [...options, ...generated(algorithm.name)] });
  }),
  ...CATALYST.map(([classical, mlDsa]) => {
    const { options, ...names } = catalyst(classical, mlDsa);
    return inToken({ ...names, options: ['--pkcs11-key-label', classical, ...options] });
  }),
];

function named({ name }: SignatureAlgorithm) {
  return { name, kind: name, options: ['--algorithm', name] };
}

function catalyst(classical: string, mlDsa: string) {
  const kind = `catalyst ${classical} ${mlDsa}`;
  return { name: kind, kind, options: ['--hybrid', 'catalyst', '--ml-dsa', mlDsa] };
}

/** The classical key is in the token; an ML-DSA key is in a file all the same. */
function inToken({ name, ...row }: Omit<Row, 'group'>): Row {
  return { name: `${name}, token`, group: 'token', ...row };
}

/** A key that is there already, if it can be; that of PSS is the one of PKCS #1 v1.5. */
function tokenKey({ name, scheme }: ClassicalAlgorithm): readonly string[] {
  const pss = scheme.family === 'rsa-pss';
  const label = pss ? name.replace(/-pss$/, '') : name;
  if (!EXISTING_KEYS.some((key) => key.label === label)) {
    return ['--algorithm', name, ...generated(name)];
  }
  return ['--pkcs11-key-label', label, ...(pss ? ['--algorithm', name] : [])];
}

function generated(label: string): readonly string[] {
  return ['--pkcs11-generate-key', '--pkcs11-key-label', label];
}
