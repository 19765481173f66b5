import type { Handle } from 'pkcs11js';
import type {
  ClassicalAlgorithm,
  EdwardsKey,
  SignatureAlgorithm,
} from '../../algorithms/algorithm.ts';
import { ALGORITHMS } from '../../algorithms/registry.ts';
import {
  algorithmsOfKey,
  encodeSpki,
  publicKeyObject,
  rsaParameters,
} from '../../algorithms/spki.ts';
import { DerError, enterDer, readDer } from '../../der/reader.ts';
import { printableString, sequence, TAG, unsignedInteger } from '../../der/writer.ts';
import { PkiError } from '../../errors.ts';
import { CKA, CKK, CKO } from './constants.ts';
import { decodePoint } from './ec-point.ts';
import { hex, naming, type TokenKey, tokenKey } from './keys.ts';
import type { MlDsaNumbers } from './quirks.ts';
import type { Pkcs11Session } from './session.ts';

const CLASSICAL = ALGORITHMS.filter((row) => row.family === 'classical');
const ML_DSA = ALGORITHMS.filter((row) => row.family === 'ml-dsa');

/** A private key by what names it. */
type NamedKey = Pick<TokenKey, 'handle' | 'label' | 'id'>;

/**
 * SubjectPublicKeyInfo of a private key in a token. The public object with the same CKA_ID tells
 * it; where there is none, the private object may have the same attributes or the whole encoding,
 * or there is a certificate for the key.
 */
export async function readPublicKey(session: Pkcs11Session, key: NamedKey): Promise<Uint8Array> {
  for (const object of [...(await publicObjects(session, key)), key.handle]) {
    const spki = await publicKeyOfObject(session, object);
    if (spki) return checked(spki, key);
  }
  const encoded = await session.attribute(key.handle, CKA.publicKeyInfo);
  if (encoded && encoded.length > 0) return checked(Uint8Array.from(encoded), key);
  const certified = await certifiedKey(session, key);
  if (certified) return checked(certified, key);
  throw new PkiError(
    'KEY_UNAVAILABLE',
    `the token "${session.token.label}" does not tell the public key of "${key.label}"`,
    { hints: [`there has to be a public key object ${sought(key)}`] },
  );
}

/** The key of a certificate object with the same CKA_ID; other keys' certificates may be there. */
async function certifiedKey(
  session: Pkcs11Session,
  { id }: NamedKey,
): Promise<Uint8Array | undefined> {
  if (id.length === 0) return undefined;
  const [object] = await session.find([
    { type: CKA.class, value: CKO.certificate },
    ...naming(undefined, id),
  ]);
  const certificate = object && (await session.attribute(object, CKA.value));
  return certificate && keyInCertificate(certificate);
}

/** `tbsCertificate.subjectPublicKeyInfo` (RFC 5280 §4.1), whole; undefined for what is none. */
export function keyInCertificate(certificate: Uint8Array): Uint8Array | undefined {
  try {
    const tbs = enterDer(certificate).enter();
    tbs.optional(0xa0); // version
    for (const _ of ['serial', 'signature', 'issuer', 'validity', 'subject']) tbs.read();
    return tbs.read(TAG.sequence).octets;
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

/**
 * With the same CKA_ID; the one with the same label first, since tokens let IDs be used twice. A
 * key without an ID, as pkcs11-tool makes it by default, has the public object with its label.
 */
async function publicObjects(
  session: Pkcs11Session,
  { id, label }: NamedKey,
): Promise<readonly Handle[]> {
  const find = (byLabel: string | undefined, byId: Uint8Array | undefined) =>
    session.find([{ type: CKA.class, value: CKO.publicKey }, ...naming(byLabel, byId)]);
  if (id.length > 0) {
    const both = await find(label, id);
    return both.length > 0 ? both : find(undefined, id);
  }
  const sameLabel = await find(label, undefined);
  return sameLabel.length === 1 ? sameLabel : [];
}

const sought = ({ id, label }: NamedKey): string =>
  id.length > 0 ? `with the ID ${hex(id)}` : `with the label "${label}", and only one`;

/** OpenSSL refuses points that are not on their curve; nothing is signed for such a key. */
function checked(spki: Uint8Array, key: NamedKey): Uint8Array {
  const known = knownAlgorithms(spki);
  // a runtime without ML-DSA cannot look at such a key; there is nothing to it but its length
  if (known?.some((row) => row.family === 'ml-dsa')) return spki;
  if (!known || !publicKeyObject(spki)) {
    throw new PkiError('KEY_UNAVAILABLE', `the public key of "${key.label}" is malformed`);
  }
  if (known.length > 0) return spki;
  throw unsupported(key);
}

function knownAlgorithms(spki: Uint8Array): readonly SignatureAlgorithm[] | undefined {
  try {
    return algorithmsOfKey(spki);
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

function unsupported(key: NamedKey): PkiError {
  return new PkiError('KEY_UNAVAILABLE', `the key "${key.label}" is of an unsupported type`, {
    hints: [`supported are: ${[...CLASSICAL, ...ML_DSA].map((row) => row.name).join(', ')}`],
  });
}

/** What one object alone tells of its public key; undefined if that is not enough. */
export async function publicKeyOfObject(
  session: Pkcs11Session,
  object: Handle,
): Promise<Uint8Array | undefined> {
  const numbers = session.quirks.mlDsa;
  const keyType = await session.attribute(object, CKA.keyType);
  if (!keyType) return undefined;
  switch (keyType.readUInt32LE(0)) {
    case CKK.rsa:
      return rsaKey(session, object);
    case CKK.ec:
    case CKK.ecEdwards:
      return curveKey(session, object);
    case numbers.keyType:
      return mlDsaKey(session, object, numbers);
    default:
      throw unsupported(await tokenKey(session, object));
  }
}

/** Raw, as FIPS 204 encodes it (PKCS #11 3.2 §6.67.2); a private object has its private value there. */
async function mlDsaKey(
  session: Pkcs11Session,
  object: Handle,
  { publicValue }: MlDsaNumbers,
): Promise<Uint8Array | undefined> {
  const value = await session.attribute(object, publicValue);
  const row = ML_DSA.find(({ publicKeyBytes }) => publicKeyBytes === value?.length);
  return row && value && encodeSpki(row, value);
}

async function rsaKey(session: Pkcs11Session, object: Handle): Promise<Uint8Array | undefined> {
  const [modulus, exponent] = await Promise.all([
    session.attribute(object, CKA.modulus),
    session.attribute(object, CKA.publicExponent),
  ]);
  if (!modulus?.length || !exponent?.length) return undefined;
  const key = sequence(unsignedInteger(modulus), unsignedInteger(exponent));
  const { bits } = rsaParameters(key);
  const row = CLASSICAL.find((item) => item.key.kind === 'rsa' && item.key.bits === bits);
  const any = row ?? CLASSICAL.find((item) => item.key.kind === 'rsa');
  return any && encodeSpki(any, key);
}

async function curveKey(session: Pkcs11Session, object: Handle): Promise<Uint8Array | undefined> {
  const [parameters, point] = await Promise.all([
    session.attribute(object, CKA.ecParams),
    session.attribute(object, CKA.ecPoint),
  ]);
  if (!parameters?.length || !point?.length) return undefined;
  const row = CLASSICAL.find((item) => isCurve(item, parameters));
  if (!row) throw unsupported(await tokenKey(session, object));
  return encodeSpki(row, decodePoint(point, row));
}

/** Edwards curves come by OID or by name (PKCS #11 3.1 §6.3.5); SoftHSM and nShield give names. */
export const EDWARDS_NAMES: Readonly<Record<EdwardsKey['curve'], string>> = {
  ed25519: 'edwards25519',
  ed448: 'edwards448',
};

function isCurve({ key, keyIdentifier }: ClassicalAlgorithm, parameters: Buffer): boolean {
  if (key.kind === 'rsa') return false;
  const accepted =
    key.kind === 'ec'
      ? [key.curveOid]
      : [readDer(keyIdentifier).contents, printableString(EDWARDS_NAMES[key.curve])];
  return accepted.some((value) => Buffer.compare(value, parameters) === 0);
}
