import type { Handle } from 'pkcs11js';
import { describeKey } from '../algorithms/spki.ts';
import { PkiError } from '../errors.ts';
import { CKA, CKK, CKO } from '../signers/pkcs11/constants.ts';
import { tokenKey } from '../signers/pkcs11/keys.ts';
import {
  keyInCertificate,
  publicKeyOfObject,
  readPublicKey,
} from '../signers/pkcs11/public-key.ts';
import type { Pkcs11Session } from '../signers/pkcs11/session.ts';

export type ObjectClass = 'private key' | 'public key' | 'secret key' | 'certificate';

/** Truth values of objects that are told, by the names that JSON has for them. */
const FLAGS = {
  sensitive: CKA.sensitive,
  alwaysSensitive: CKA.alwaysSensitive,
  extractable: CKA.extractable,
  neverExtractable: CKA.neverExtractable,
  local: CKA.local,
  alwaysAuthenticate: CKA.alwaysAuthenticate,
  sign: CKA.sign,
  signRecover: CKA.signRecover,
  decrypt: CKA.decrypt,
  unwrap: CKA.unwrap,
  derive: CKA.derive,
  verify: CKA.verify,
  verifyRecover: CKA.verifyRecover,
  encrypt: CKA.encrypt,
  wrap: CKA.wrap,
} as const;

export type FlagName = keyof typeof FLAGS;

const OF_PRIVATE_KEYS: readonly FlagName[] = [
  'sensitive',
  'alwaysSensitive',
  'extractable',
  'neverExtractable',
  'local',
  'alwaysAuthenticate',
  'sign',
  'signRecover',
  'decrypt',
  'unwrap',
  'derive',
];
const OF_PUBLIC_KEYS: readonly FlagName[] = ['local', 'verify', 'verifyRecover', 'encrypt', 'wrap'];
const OF_SECRET_KEYS: readonly FlagName[] = [
  ...OF_PRIVATE_KEYS.filter((name) => name !== 'alwaysAuthenticate' && name !== 'signRecover'),
  'verify',
  'encrypt',
  'wrap',
];

const CLASSES: readonly {
  readonly name: ObjectClass;
  readonly number: number;
  readonly flags: readonly FlagName[];
}[] = [
  { name: 'private key', number: CKO.privateKey, flags: OF_PRIVATE_KEYS },
  { name: 'public key', number: CKO.publicKey, flags: OF_PUBLIC_KEYS },
  { name: 'secret key', number: CKO.secretKey, flags: OF_SECRET_KEYS },
  { name: 'certificate', number: CKO.certificate, flags: [] },
];

/** A key or a certificate in a token. */
export interface TokenObject {
  readonly class: ObjectClass;
  readonly label: string;
  readonly id: Uint8Array;
  /** As `ecdsa-p384` or `rsa-3072`; undefined: unknown here, or not told. */
  readonly algorithm: string | undefined;
  /** SubjectPublicKeyInfo, DER: of the key, of its other half, or in the certificate. */
  readonly publicKey: Uint8Array | undefined;
  /** Why there is no public key, if there should be one. */
  readonly problem: string | undefined;
  /** A flag that the token does not tell is not there. */
  readonly flags: Readonly<Partial<Record<FlagName, boolean>>>;
  /** Of a certificate: its DER. */
  readonly certificate: Uint8Array | undefined;
}

/** All keys and certificates, by class, label and ID: tokens list them in any order. */
export async function readObjects(session: Pkcs11Session): Promise<readonly TokenObject[]> {
  const objects: TokenObject[] = [];
  for (const { name, number, flags } of CLASSES) {
    const handles = await session.find([{ type: CKA.class, value: number }]);
    const found: TokenObject[] = [];
    for (const handle of handles) found.push(await readObject(session, name, handle, flags));
    objects.push(...found.toSorted(byName));
  }
  return objects;
}

const byName = (one: TokenObject, other: TokenObject): number =>
  one.label.localeCompare(other.label, 'en') || Buffer.compare(one.id, other.id);

async function readObject(
  session: Pkcs11Session,
  name: ObjectClass,
  handle: Handle,
  flags: readonly FlagName[],
): Promise<TokenObject> {
  const { label, id } = await tokenKey(session, handle);
  const value = name === 'certificate' ? await session.attribute(handle, CKA.value) : undefined;
  const certificate = value && Uint8Array.from(value);
  const common = { class: name, label, id, certificate, flags: await told(session, handle, flags) };
  if (name === 'secret key') {
    const algorithm = await secretKeyType(session, handle);
    return { ...common, algorithm, publicKey: undefined, problem: undefined };
  }
  try {
    const publicKey = await publicKeyOf(session, name, handle, certificate);
    const algorithm = publicKey && describeKey(publicKey);
    return { ...common, algorithm, publicKey, problem: undefined };
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return { ...common, algorithm: undefined, publicKey: undefined, problem: error.message };
  }
}

async function publicKeyOf(
  session: Pkcs11Session,
  name: ObjectClass,
  handle: Handle,
  certificate: Uint8Array | undefined,
): Promise<Uint8Array | undefined> {
  switch (name) {
    case 'private key':
      return readPublicKey(session, await tokenKey(session, handle));
    case 'public key':
      return publicKeyOfObject(session, handle);
    default:
      return certificate && keyInCertificate(certificate);
  }
}

/** `aes-256`, or the number of another type. */
async function secretKeyType(session: Pkcs11Session, key: Handle): Promise<string | undefined> {
  const type = (await session.attribute(key, CKA.keyType))?.readUInt32LE(0);
  if (type === undefined) return undefined;
  if (type !== CKK.aes) return `type 0x${type.toString(16)}`;
  const octets = (await session.attribute(key, CKA.valueLen))?.readUInt32LE(0);
  return octets === undefined ? 'aes' : `aes-${8 * octets}`;
}

async function told(session: Pkcs11Session, object: Handle, names: readonly FlagName[]) {
  const values = await Promise.all(names.map((name) => session.attribute(object, FLAGS[name])));
  const flags = names.flatMap((name, index) => {
    const value = values[index]?.[0];
    return value === undefined ? [] : [[name, value !== 0] as const];
  });
  return Object.fromEntries(flags) as TokenObject['flags'];
}
