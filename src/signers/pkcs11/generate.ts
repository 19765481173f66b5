import { randomBytes } from 'node:crypto';
import type { Handle, KeyPair, Template } from 'pkcs11js';
import type { ClassicalAlgorithm } from '../../algorithms/algorithm.ts';
import { readDer } from '../../der/reader.ts';
import { PkiError } from '../../errors.ts';
import type { Pkcs11KeyRef } from '../key-ref.ts';
import { CKA, CKM, CKO } from './constants.ts';
import { CKR_ATTRIBUTE_TYPE_INVALID, CKR_TEMPLATE_INCONSISTENT, returnCode } from './errors.ts';
import { describedRef, hex, naming } from './keys.ts';
import type { Pkcs11Session } from './session.ts';

/** Length of the random CKA_ID of a new key, in octets. */
const ID_BYTES = 8;

/** What a CA key must not do besides signing. */
const OTHER_USES = [CKA.decrypt, CKA.signRecover, CKA.unwrap, CKA.derive];
const OTHER_PUBLIC_USES = [CKA.encrypt, CKA.verifyRecover, CKA.wrap];

/**
 * Makes a key pair that can only sign and never leaves the token, and proves it by reading back
 * what was made. A label or ID that exists is refused; what fails the proof is deleted again.
 */
export async function generateKeyPair(
  session: Pkcs11Session,
  algorithm: ClassicalAlgorithm,
  ref: Pkcs11KeyRef,
): Promise<Pkcs11KeyRef & { readonly id: Uint8Array }> {
  const id = ref.id ?? randomBytes(ID_BYTES);
  mustBeFree(session, ref, id);
  const names = [...naming(ref.object, id), { type: CKA.token, value: true }];
  const pair = await generated(session, algorithm, names);
  const problems = privateKeyProblems(session, pair.privateKey);
  if (problems.length === 0) return { ...ref, id };
  destroyKeyPair(session, pair);
  throw new PkiError('KEY_UNAVAILABLE', 'the token made a key that is not fit for a CA', {
    hints: [...problems, 'the key was deleted again'],
  });
}

/** Deletes both halves of a key pair. */
function destroyKeyPair(session: Pkcs11Session, pair: KeyPair): void {
  session.destroy(pair.privateKey);
  session.destroy(pair.publicKey);
}

/** Deletes all key objects with the ID; for undoing a generation whose CA was not made. */
export function destroyById(session: Pkcs11Session, id: Uint8Array): void {
  for (const value of [CKO.privateKey, CKO.publicKey]) {
    const objects = session.find([{ type: CKA.class, value }, ...naming(undefined, id)]);
    for (const object of objects) session.destroy(object);
  }
}

function mustBeFree(session: Pkcs11Session, ref: Pkcs11KeyRef, id: Uint8Array): void {
  const names: readonly Pick<Pkcs11KeyRef, 'object' | 'id'>[] = [
    ...(ref.object === undefined ? [] : [{ object: ref.object }]),
    { id },
  ];
  for (const name of names) {
    if (session.find(naming(name.object, name.id)).length === 0) continue;
    throw new PkiError(
      'KEY_UNAVAILABLE',
      `an object in the token "${session.token.label}" already has ${describedRef(name)}`,
      { hints: ['choose another one; keys in the token are never overwritten'] },
    );
  }
}

/**
 * First with all that is forbidden said to be so, since SoftHSM's defaults allow it; then, for
 * tokens that refuse attributes which they do not know, without. Reading back decides either way.
 */
async function generated(
  session: Pkcs11Session,
  algorithm: ClassicalAlgorithm,
  names: Template,
): Promise<KeyPair> {
  const { mechanism, parameters } = generation(algorithm);
  const publicTemplate = [...names, { type: CKA.verify, value: true }, ...parameters];
  const privateTemplate = [
    ...names,
    { type: CKA.private, value: true },
    { type: CKA.sensitive, value: true },
    { type: CKA.extractable, value: false },
    { type: CKA.sign, value: true },
  ];
  const not = (uses: readonly number[]) => uses.map((type) => ({ type, value: false }));
  try {
    return await session.generateKeyPair(
      { mechanism },
      [...publicTemplate, ...not(OTHER_PUBLIC_USES)],
      [...privateTemplate, ...not(OTHER_USES)],
    );
  } catch (error) {
    const code = returnCode(error instanceof Error ? error.cause : undefined);
    if (code !== CKR_TEMPLATE_INCONSISTENT && code !== CKR_ATTRIBUTE_TYPE_INVALID) throw error;
    return session.generateKeyPair({ mechanism }, publicTemplate, privateTemplate);
  }
}

function generation(algorithm: ClassicalAlgorithm): { mechanism: number; parameters: Template } {
  const { key } = algorithm;
  if (key.kind === 'rsa') {
    return {
      mechanism: CKM.rsaPkcsKeyPairGen,
      parameters: [
        { type: CKA.modulusBits, value: key.bits },
        { type: CKA.publicExponent, value: Buffer.of(1, 0, 1) },
      ],
    };
  }
  const curve = key.kind === 'ec' ? key.curveOid : readDer(algorithm.keyIdentifier).contents;
  return {
    mechanism: key.kind === 'ec' ? CKM.ecKeyPairGen : CKM.ecEdwardsKeyPairGen,
    parameters: [{ type: CKA.ecParams, value: Buffer.from(curve) }],
  };
}

/** Attributes that a token does not tell are no problem, but for the two that keep the key in. */
function privateKeyProblems(session: Pkcs11Session, key: Handle): readonly string[] {
  const flag = (type: number) => session.attribute(key, type)?.[0];
  const problems = [
    flag(CKA.sensitive) !== 1 && 'CKA_SENSITIVE is not true',
    flag(CKA.extractable) !== 0 && 'CKA_EXTRACTABLE is not false',
    flag(CKA.sign) === 0 && 'CKA_SIGN is not true',
    OTHER_USES.some((type) => flag(type) === 1) && 'it can do more than sign',
  ];
  return problems.filter((problem) => typeof problem === 'string');
}

/** Says what is left in the token when a key could not be deleted. */
export const leftBehind = ({ object, id, token }: Pkcs11KeyRef): string =>
  `delete the key "${object}" (ID ${hex(id ?? new Uint8Array(0))}) in the token "${token}" by hand`;
