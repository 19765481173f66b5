import type { Attribute, Template } from 'pkcs11js';
import type { TokenAlgorithm } from '../algorithms/algorithm.ts';
import { parseSpki } from '../algorithms/spki.ts';
import { enterDer } from '../der/reader.ts';
import { octetString, TAG } from '../der/writer.ts';
import { CKA, CKK, CKO, CKP } from '../signers/pkcs11/constants.ts';
import { naming } from '../signers/pkcs11/keys.ts';
import type { Quirks } from '../signers/pkcs11/quirks.ts';
import {
  edwardsParameters,
  known,
  OTHER_PUBLIC_USES,
  OTHER_USES,
} from '../signers/pkcs11/templates.ts';

/** A key pair that comes into a token. */
export interface IncomingKey {
  readonly algorithm: TokenAlgorithm;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly label: string | undefined;
  readonly id: Uint8Array;
  /** False: it lives as long as the session. */
  readonly stays: boolean;
  readonly exportable: boolean;
}

/** For C_UnwrapKey, from the template that says the most to the one that says the least. */
export function privateTemplates(key: IncomingKey, quirks: Quirks): readonly Template[] {
  const { exportable } = key;
  const needed = [
    { type: CKA.class, value: CKO.privateKey },
    { type: CKA.keyType, value: keyType(key, quirks) },
    ...named(key),
    { type: CKA.private, value: true },
    { type: CKA.sensitive, value: true },
    { type: CKA.extractable, value: exportable },
    { type: CKA.sign, value: true },
    ...pointWanted(key, quirks),
  ];
  return forbidding(OTHER_USES, quirks).map((forbidden) => [...needed, ...forbidden]);
}

/** For C_CreateObject: points and curves are written in more than one way, the usual one first. */
export function publicTemplates(key: IncomingKey, quirks: Quirks): readonly Template[] {
  const needed = [
    { type: CKA.class, value: CKO.publicKey },
    { type: CKA.keyType, value: keyType(key, quirks) },
    ...named(key),
    { type: CKA.verify, value: true },
  ];
  return forbidding(OTHER_PUBLIC_USES, quirks).flatMap((forbidden) =>
    publicValues(key, quirks).map((values) => [...needed, ...forbidden, ...values]),
  );
}

/** The uses as false: all of them, those that every token knows, none. */
function forbidding(uses: readonly number[], { unlisted }: Quirks): readonly Template[] {
  const listed = uses.filter((type) => !unlisted.includes(type));
  return [listed, listed.filter(known), []].map((types) =>
    types.map((type) => ({ type, value: false })),
  );
}

const named = ({ label, id, stays }: IncomingKey): Template => [
  ...naming(label, id),
  { type: CKA.token, value: stays },
];

function keyType({ algorithm }: IncomingKey, quirks: Quirks): number {
  if (algorithm.family === 'ml-dsa') return quirks.mlDsa.keyType;
  return { rsa: CKK.rsa, ec: CKK.ec, edwards: CKK.ecEdwards }[algorithm.key.kind];
}

function pointWanted({ algorithm, publicKey }: IncomingKey, quirks: Quirks): Template {
  const isEc = algorithm.family === 'classical' && algorithm.key.kind === 'ec';
  if (quirks.unwrapPoint === undefined || !isEc) return [];
  return [octets(quirks.unwrapPoint, parseSpki(publicKey).publicKey)];
}

function publicValues(
  { algorithm, publicKey }: IncomingKey,
  quirks: Quirks,
): readonly (readonly Attribute[])[] {
  const value = parseSpki(publicKey).publicKey;
  if (algorithm.family === 'ml-dsa') {
    const { publicTemplate, publicValue } = quirks.mlDsa;
    return [[...publicTemplate(CKP[algorithm.name]), octets(publicValue, value)]];
  }
  const points = [octets(CKA.ecPoint, octetString(value)), octets(CKA.ecPoint, value)];
  const { key, keyIdentifier } = algorithm;
  switch (key.kind) {
    case 'rsa': {
      const numbers = enterDer(value);
      const [modulus, exponent] = [numbers.read(TAG.integer), numbers.read(TAG.integer)];
      return [
        [
          octets(CKA.modulus, magnitude(modulus.contents)),
          octets(CKA.publicExponent, magnitude(exponent.contents)),
        ],
      ];
    }
    case 'ec':
      return points.map((point) => [octets(CKA.ecParams, key.curveOid), point]);
    case 'edwards': {
      const curves = edwardsParameters(key, keyIdentifier, quirks);
      return curves.flatMap((curve) => points.map((point) => [octets(CKA.ecParams, curve), point]));
    }
  }
}

const octets = (type: number, value: Uint8Array): Attribute => ({
  type,
  value: Buffer.from(value),
});

/** PKCS #11 wants big integers without the sign octet of DER. */
const magnitude = (contents: Uint8Array): Uint8Array =>
  contents[0] === 0 ? contents.subarray(1) : contents;
