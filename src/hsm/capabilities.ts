import type { ClassicalAlgorithm, TokenAlgorithm } from '../algorithms/algorithm.ts';
import { TOKEN_ALGORITHMS } from '../algorithms/registry.ts';
import { mechanismName } from '../signers/pkcs11/constants.ts';
import { signingMechanisms } from '../signers/pkcs11/mechanisms.ts';
import type { Pkcs11Module } from '../signers/pkcs11/module.ts';
import type { Quirks } from '../signers/pkcs11/quirks.ts';
import type { Token } from '../signers/pkcs11/slots.ts';
import { mechanismsOf } from '../signers/pkcs11/slots.ts';
import { generationTemplates } from '../signers/pkcs11/templates.ts';

/** One mechanism that a token offers. */
export interface OfferedMechanism {
  readonly number: number;
  /** `CKM_…`, or the number where it has no name here. */
  readonly name: string;
  /** In bits or octets, as the mechanism has it; null: the token does not tell. */
  readonly minKeySize: number | null;
  readonly maxKeySize: number | null;
  /** What it is for: `sign`, `generate-key-pair`, and the others of {@link USES}. */
  readonly uses: readonly string[];
  /** The device computes it, not the library. */
  readonly hardware: boolean;
}

/** What a token can do with keys of one algorithm of pki. */
export interface AlgorithmSupport {
  readonly algorithm: TokenAlgorithm;
  /** Mechanisms that would sign, the preferred one first; none: it cannot. */
  readonly signing: readonly string[];
  readonly generation: string;
  /** Null: the mechanism is there, but tokens do not tell which curves it knows. */
  readonly canGenerate: boolean | null;
}

const CKF_HW = 0x01;

/** Flags of CK_MECHANISM_INFO (PKCS #11 3.2 §3.5). */
const USES: readonly (readonly [flag: number, use: string])[] = [
  [0x100, 'encrypt'],
  [0x200, 'decrypt'],
  [0x400, 'digest'],
  [0x800, 'sign'],
  [0x1000, 'sign-recover'],
  [0x2000, 'verify'],
  [0x4000, 'verify-recover'],
  [0x8000, 'generate'],
  [0x1_0000, 'generate-key-pair'],
  [0x2_0000, 'wrap'],
  [0x4_0000, 'unwrap'],
  [0x8_0000, 'derive'],
  [0x1000_0000, 'encapsulate'],
  [0x2000_0000, 'decapsulate'],
];

/** All mechanisms of the token, by their numbers. One that it says nothing about is listed too. */
export async function readMechanisms(
  module: Pkcs11Module,
  token: Token,
): Promise<readonly OfferedMechanism[]> {
  const numbers = await mechanismsOf(module, token);
  const sorted = [...new Set(numbers)].toSorted((one, other) => one - other);
  const infos = await Promise.allSettled(
    sorted.map((number) => module.library.C_GetMechanismInfo(token.slot, number)),
  );
  return sorted.map((number, index) => {
    const info = infos[index];
    const told = info?.status === 'fulfilled' ? info.value : undefined;
    const flags = told?.flags ?? 0;
    return {
      number,
      name: mechanismName(number),
      minKeySize: told?.minKeySize || null,
      maxKeySize: size(told?.maxKeySize),
      uses: USES.flatMap(([flag, use]) => ((flags & flag) === 0 ? [] : [use])),
      hardware: (flags & CKF_HW) !== 0,
    };
  });
}

/** 0 and all ones mean nothing, or no limit. */
const size = (told: number | undefined): number | null =>
  told !== undefined && told > 0 && told < 0xffff_ffff ? told : null;

/** For each algorithm that a key in a token can have, what this token would do. */
export const supportedAlgorithms = (
  offered: readonly OfferedMechanism[],
  quirks: Quirks,
): readonly AlgorithmSupport[] =>
  TOKEN_ALGORITHMS.map((algorithm) => supportOf(algorithm, offered, quirks));

function supportOf(
  algorithm: TokenAlgorithm,
  offered: readonly OfferedMechanism[],
  quirks: Quirks,
): AlgorithmSupport {
  const find = (number: number) => offered.find((mechanism) => mechanism.number === number);
  const signing = signingMechanisms(algorithm, quirks)
    .map(({ mechanism }) => find(mechanism.mechanism))
    .filter((found) => found !== undefined)
    .filter((found) => !isEdwards(algorithm) || fits(algorithm, found))
    .map(({ name }) => name);
  const generation = generationMechanism(algorithm, quirks);
  const found = find(generation);
  return {
    algorithm,
    signing,
    generation: mechanismName(generation),
    canGenerate: found && signing.length > 0 ? fits(algorithm, found) : false,
  };
}

/** There only, sizes say what a token can sign with: one mechanism is for two curves. */
const isEdwards = (algorithm: TokenAlgorithm): boolean =>
  algorithm.family === 'classical' && algorithm.key.kind === 'edwards';

function generationMechanism(algorithm: TokenAlgorithm, quirks: Quirks): number {
  const nobody = { kind: 'pkcs11', modulePath: '' } as const;
  const [template] = generationTemplates({ ref: nobody, algorithm, exportable: false }, quirks);
  if (!template) throw new TypeError(`no template for ${algorithm.name}`);
  return template.mechanism.mechanism;
}

function fits(
  algorithm: TokenAlgorithm,
  { minKeySize, maxKeySize }: OfferedMechanism,
): boolean | null {
  if (algorithm.family === 'ml-dsa') return true; // its sizes are those of public keys, in octets
  const inRange = keySizes(algorithm).some(
    (bits) => bits >= (minKeySize ?? 0) && bits <= (maxKeySize ?? Number.POSITIVE_INFINITY),
  );
  if (!inRange) return false;
  const { key } = algorithm;
  return key.kind === 'ec' && !key.curve.startsWith('P-') ? null : true;
}

/** In bits. Of the Edwards curves, tokens tell the size of the field or that of the octets. */
function keySizes({ key }: ClassicalAlgorithm): readonly number[] {
  switch (key.kind) {
    case 'rsa':
      return [key.bits];
    case 'ec':
      return [Number(/\d+/.exec(key.curve)?.[0])];
    case 'edwards':
      return key.curve === 'ed25519' ? [255, 256] : [448, 456];
  }
}
