import type { Mechanism, Template } from 'pkcs11js';
import type { EdwardsKey, TokenAlgorithm } from '../../algorithms/algorithm.ts';
import { readDer } from '../../der/reader.ts';
import { printableString } from '../../der/writer.ts';
import type { Pkcs11KeyRef } from '../key-ref.ts';
import { CKA, CKM, CKP } from './constants.ts';
import { naming } from './keys.ts';
import { EDWARDS_NAMES } from './public-key.ts';
import type { Quirks } from './quirks.ts';

/** A key pair to make. */
export interface KeyGeneration {
  readonly ref: Pkcs11KeyRef;
  readonly algorithm: TokenAlgorithm;
  /** Lets the key leave the token, encrypted, for a backup. */
  readonly exportable: boolean;
}

/** What C_GenerateKeyPair is given. */
export interface GenerationTemplates {
  readonly mechanism: Mechanism;
  readonly publicKey: Template;
  readonly privateKey: Template;
}

/** What a CA key must not do besides signing. */
export const OTHER_USES = [CKA.decrypt, CKA.unwrap, CKA.derive, CKA.signRecover];
export const OTHER_PUBLIC_USES = [CKA.encrypt, CKA.wrap, CKA.verifyRecover];

/** Those that many tokens do not know at all. */
const RECOVER: readonly number[] = [CKA.signRecover, CKA.verifyRecover];
export const known = (type: number): boolean => !RECOVER.includes(type);

/** How a kind of key is made: its mechanism, and what goes into the templates of both halves. */
interface KeyParameters {
  readonly mechanism: Mechanism;
  readonly publicKey: Template;
  readonly privateKey: Template;
}

/**
 * Templates from the one that says the most to the one that says the least. First all that is
 * forbidden is said to be so, since SoftHSM's defaults allow it; some tokens refuse attributes
 * that they do not know, and then those that only repeat what such tokens do anyway.
 */
export function generationTemplates(
  { ref, algorithm, exportable }: KeyGeneration,
  quirks: Quirks,
): readonly GenerationTemplates[] {
  const names = [...naming(ref.object, ref.id), { type: CKA.token, value: true }];
  const not = (uses: readonly number[]) => uses.map((type) => ({ type, value: false }));
  const verify = [...names, { type: CKA.verify, value: true }];
  const sign = { type: CKA.sign, value: true };
  const isPrivate = { type: CKA.private, value: true };
  const stays = [
    { type: CKA.sensitive, value: true },
    { type: CKA.extractable, value: exportable },
  ];
  const usual = [...names, isPrivate, ...stays, sign];
  const rungs = [
    [
      [...verify, ...not(OTHER_PUBLIC_USES)],
      [...usual, ...not(OTHER_USES)],
    ],
    [
      [...verify, ...not(OTHER_PUBLIC_USES.filter(known))],
      [...usual, ...not(OTHER_USES.filter(known))],
    ],
    [verify, usual],
    [verify, [...names, ...stays, sign]],
    ...(exportable ? [] : [[verify, [...names, sign]]]),
  ];
  const listed = (template: Template) =>
    template.filter(({ type }) => !quirks.unlisted.includes(type));
  return rungs.flatMap(([publicKey = [], privateKey = []]) =>
    keyParameters(algorithm, quirks).map((parameters) => ({
      mechanism: parameters.mechanism,
      publicKey: [...listed(publicKey), ...parameters.publicKey],
      privateKey: [...listed(privateKey), ...parameters.privateKey],
    })),
  );
}

/** All ways to name the parameters of a key; there are two for the Edwards curves. */
function keyParameters(algorithm: TokenAlgorithm, quirks: Quirks): readonly KeyParameters[] {
  const forPublic = (mechanism: number, ...publicKey: Template): KeyParameters => ({
    mechanism: { mechanism },
    publicKey,
    privateKey: [],
  });
  if (algorithm.family === 'ml-dsa') {
    const { keyPairGen, generationParameter, publicTemplate, privateTemplate } = quirks.mlDsa;
    const set = CKP[algorithm.name];
    const parameter = generationParameter?.(set);
    return [
      {
        mechanism: { mechanism: keyPairGen, ...(parameter && { parameter }) },
        publicKey: publicTemplate(set),
        privateKey: privateTemplate(set),
      },
    ];
  }
  const { key, keyIdentifier } = algorithm;
  const curve = (octets: Uint8Array) => ({ type: CKA.ecParams, value: Buffer.from(octets) });
  switch (key.kind) {
    case 'rsa':
      return [
        forPublic(
          CKM.rsaPkcsKeyPairGen,
          { type: CKA.modulusBits, value: key.bits },
          { type: CKA.publicExponent, value: Buffer.of(1, 0, 1) },
        ),
      ];
    case 'ec':
      return [forPublic(CKM.ecKeyPairGen, curve(key.curveOid))];
    case 'edwards': {
      const both = edwardsParameters(key, keyIdentifier, quirks);
      return both.map((parameter) => forPublic(CKM.ecEdwardsKeyPairGen, curve(parameter)));
    }
  }
}

/** CKA_EC_PARAMS of an Edwards curve, by OBJECT IDENTIFIER and by name; the likelier one first. */
export function edwardsParameters(
  { curve }: EdwardsKey,
  keyIdentifier: Uint8Array,
  { edwardsByName }: Quirks,
): readonly Uint8Array[] {
  const byIdentifier = readDer(keyIdentifier).contents;
  const byName = printableString(EDWARDS_NAMES[curve]);
  return edwardsByName ? [byName, byIdentifier] : [byIdentifier, byName];
}
