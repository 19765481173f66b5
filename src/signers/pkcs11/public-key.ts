import { createPublicKey } from 'node:crypto';
import type { Handle } from 'pkcs11js';
import type { ClassicalAlgorithm, EdwardsKey } from '../../algorithms/algorithm.ts';
import { ALGORITHMS } from '../../algorithms/registry.ts';
import { algorithmsOfKey, encodeSpki, rsaParameters } from '../../algorithms/spki.ts';
import { DerError, readDer } from '../../der/reader.ts';
import { printableString, sequence, TAG, unsignedInteger } from '../../der/writer.ts';
import { PkiError } from '../../errors.ts';
import { CKA, CKK, CKO } from './constants.ts';
import { hex, naming, type TokenKey } from './keys.ts';
import type { Pkcs11Session } from './session.ts';

const CLASSICAL = ALGORITHMS.filter((row) => row.family === 'classical');

/**
 * SubjectPublicKeyInfo of a private key in a token. The public object with the same CKA_ID tells
 * it; where there is none, the private object may have the same attributes or the whole encoding.
 */
export function readPublicKey(session: Pkcs11Session, key: TokenKey): Uint8Array {
  for (const object of [...publicObjects(session, key), key.handle]) {
    const spki = fromAttributes(session, object);
    if (spki) return checked(spki, key);
  }
  const encoded = session.attribute(key.handle, CKA.publicKeyInfo);
  if (encoded && encoded.length > 0) return checked(Uint8Array.from(encoded), key);
  throw new PkiError(
    'KEY_UNAVAILABLE',
    `the token "${session.token.label}" does not tell the public key of "${key.label}"`,
    { hints: [`there has to be a public key object ${sought(key)}`] },
  );
}

/**
 * With the same CKA_ID; the one with the same label first, since tokens let IDs be used twice. A
 * key without an ID, as pkcs11-tool makes it by default, has the public object with its label.
 */
function publicObjects(session: Pkcs11Session, { id, label }: TokenKey): readonly Handle[] {
  const find = (byLabel: string | undefined, byId: Uint8Array | undefined) =>
    session.find([{ type: CKA.class, value: CKO.publicKey }, ...naming(byLabel, byId)]);
  if (id.length > 0) return [...find(label, id), ...find(undefined, id)];
  const sameLabel = find(label, undefined);
  return sameLabel.length === 1 ? sameLabel : [];
}

const sought = ({ id, label }: TokenKey): string =>
  id.length > 0 ? `with the ID ${hex(id)}` : `with the label "${label}", and only one`;

/** OpenSSL refuses points that are not on their curve; nothing is signed for such a key. */
function checked(spki: Uint8Array, key: TokenKey): Uint8Array {
  try {
    createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch (error) {
    throw new PkiError('KEY_UNAVAILABLE', `the public key of "${key.label}" is malformed`, {
      cause: error,
    });
  }
  if (algorithmsOfKey(spki).length > 0) return spki;
  throw unsupported(key);
}

function unsupported(key: TokenKey): PkiError {
  return new PkiError('KEY_UNAVAILABLE', `the key "${key.label}" is of an unsupported type`, {
    hints: [`supported are: ${CLASSICAL.map((row) => row.name).join(', ')}`],
  });
}

function fromAttributes(session: Pkcs11Session, object: Handle): Uint8Array | undefined {
  const keyType = session.attribute(object, CKA.keyType);
  if (!keyType) return undefined;
  switch (keyType.readUInt32LE(0)) {
    case CKK.rsa:
      return rsaKey(session, object);
    case CKK.ec:
    case CKK.ecEdwards:
      return curveKey(session, object);
    default:
      throw unsupported({
        handle: object,
        label: session.attribute(object, CKA.label)?.toString('utf8') ?? '',
        id: new Uint8Array(0),
      });
  }
}

function rsaKey(session: Pkcs11Session, object: Handle): Uint8Array | undefined {
  const modulus = session.attribute(object, CKA.modulus);
  const exponent = session.attribute(object, CKA.publicExponent);
  if (!modulus?.length || !exponent?.length) return undefined;
  const key = sequence(unsignedInteger(modulus), unsignedInteger(exponent));
  const { bits } = rsaParameters(key);
  const row = CLASSICAL.find((item) => item.key.kind === 'rsa' && item.key.bits === bits);
  const any = row ?? CLASSICAL.find((item) => item.key.kind === 'rsa');
  return any && encodeSpki(any, key);
}

function curveKey(session: Pkcs11Session, object: Handle): Uint8Array | undefined {
  const parameters = session.attribute(object, CKA.ecParams);
  const point = session.attribute(object, CKA.ecPoint);
  if (!parameters?.length || !point?.length) return undefined;
  const row = CLASSICAL.find((item) => isCurve(item, parameters));
  if (!row) {
    const label = session.attribute(object, CKA.label)?.toString('utf8') ?? '';
    throw unsupported({ handle: object, label, id: new Uint8Array(0) });
  }
  return encodeSpki(row, decodePoint(point, row));
}

/** Edwards curves come by OID or by name (PKCS #11 3.1 §6.3.5); SoftHSM and nShield give names. */
const EDWARDS_NAMES: Readonly<Record<EdwardsKey['curve'], string>> = {
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

/**
 * CKA_EC_POINT to the octets of `subjectPublicKey`. The standard says OCTET STRING around the
 * point; tokens also give it bare, or in a BIT STRING. The curve's length decides, never the first
 * octet, which is 04 for both an OCTET STRING and an uncompressed point.
 */
export function decodePoint(attribute: Uint8Array, { key, name }: ClassicalAlgorithm): Uint8Array {
  if (key.kind === 'rsa') throw new TypeError('RSA keys have no point');
  const wanted = key.kind === 'ec' ? 1 + 2 * key.fieldBytes : key.publicKeyBytes;
  if (attribute.length === wanted) return Uint8Array.from(attribute);
  const unwrapped = unwrap(attribute);
  if (unwrapped?.length === wanted) return Uint8Array.from(unwrapped);
  throw new PkiError('KEY_UNAVAILABLE', `the token gives a malformed public key for ${name}`, {
    hints: [`CKA_EC_POINT has ${attribute.length} octets; the point alone would have ${wanted}`],
  });
}

function unwrap(attribute: Uint8Array): Uint8Array | undefined {
  try {
    const { tag, contents } = readDer(attribute);
    if (tag === TAG.octetString) return contents;
    return tag === TAG.bitString ? contents.subarray(1) : undefined;
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}
