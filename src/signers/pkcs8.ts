import { createCipheriv, createDecipheriv, pbkdf2Sync, randomBytes } from 'node:crypto';
import { DerError, type DerReader, enterDer } from '../der/reader.ts';
import { type Der, integer, NULL, objectIdentifier, octetString, sequence } from '../der/writer.ts';
import { PkiError } from '../errors.ts';
import type { Secret } from './secret.ts';

/**
 * What OpenSSL and Node read without help; scrypt from N = 2^15 on and AES-GCM they do not.
 * 600,000 is OWASP's number for PBKDF2-HMAC-SHA256.
 */
const ITERATIONS = 600_000;

/** More would only be there to keep a reader busy. */
const MAX_ITERATIONS = 10_000_000;

const PBES2 = '1.2.840.113549.1.5.13';
const PBKDF2 = '1.2.840.113549.1.5.12';

const PRF: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.7': 'sha1', // the DEFAULT of RFC 8018 §A.2, still written by old tools
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
};

const CIPHERS: Readonly<Record<string, readonly [name: string, keyBytes: number]>> = {
  '2.16.840.1.101.3.4.1.2': ['aes-128-cbc', 16],
  '2.16.840.1.101.3.4.1.22': ['aes-192-cbc', 24],
  '2.16.840.1.101.3.4.1.42': ['aes-256-cbc', 32],
};

/** EncryptedPrivateKeyInfo (RFC 5958 §3). */
export function encryptPkcs8(pkcs8: Uint8Array, passphrase: Secret): Der {
  const { scheme, encrypted } = encryptPbes2(pkcs8, passphrase);
  return sequence(scheme, octetString(encrypted));
}

/** By PBES2 with PBKDF2-HMAC-SHA256 and AES-256-CBC (RFC 8018); `scheme` is its AlgorithmIdentifier. */
export function encryptPbes2(
  plain: Uint8Array,
  passphrase: Secret,
): { readonly scheme: Der; readonly encrypted: Uint8Array } {
  const [salt, iv] = [randomBytes(16), randomBytes(16)];
  const key = pbkdf2Sync(passphrase.reveal(), salt, ITERATIONS, 32, 'sha256');
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]);
  key.fill(0);
  const prf = sequence(objectIdentifier('1.2.840.113549.2.9'), NULL);
  const derivation = sequence(
    objectIdentifier(PBKDF2),
    sequence(octetString(salt), integer(ITERATIONS), prf),
  );
  const encryption = sequence(objectIdentifier('2.16.840.1.101.3.4.1.42'), octetString(iv));
  const scheme = sequence(objectIdentifier(PBES2), sequence(derivation, encryption));
  return { scheme, encrypted };
}

/** Opens an EncryptedPrivateKeyInfo; `name` says in errors what could not be opened. */
export function decryptPkcs8(encrypted: Uint8Array, passphrase: Secret, name: string): Uint8Array {
  const { prf, salt, iterations, cipher, keyBytes, iv, contents } = parameters(encrypted, name);
  const key = pbkdf2Sync(passphrase.reveal(), salt, iterations, keyBytes, prf);
  try {
    const decipher = createDecipheriv(cipher, key, iv);
    const pkcs8 = Buffer.concat([decipher.update(contents), decipher.final()]);
    enterDer(pkcs8); // one wrong passphrase in 256 leaves padding that looks right
    return pkcs8;
  } catch (error) {
    throw new PkiError('AUTH', `wrong passphrase for ${name}`, { cause: error });
  } finally {
    key.fill(0);
  }
}

/** How an EncryptedPrivateKeyInfo is encrypted, in words; throws like {@link decryptPkcs8}. */
export function describeEncryption(encrypted: Uint8Array, name: string): string {
  const { prf, iterations, cipher } = parameters(encrypted, name);
  return `${cipher}, PBKDF2-HMAC-${prf.toUpperCase()} with ${iterations} iterations`;
}

function parameters(encrypted: Uint8Array, name: string) {
  const outer = enterDer(encrypted);
  const scheme = outer.enter();
  const contents = outer.octetString();
  mustBe(scheme.objectIdentifier(), PBES2, name);
  const parts = scheme.enter();
  const derivation = parts.enter();
  mustBe(derivation.objectIdentifier(), PBKDF2, name);
  const { salt, iterations, prf } = pbkdf2Parameters(derivation.enter(), name);
  const encryption = parts.enter();
  const [cipher, keyBytes] = CIPHERS[encryption.objectIdentifier()] ?? unsupported(name);
  const iv = encryption.octetString();
  if (iv.length !== 16) throw new DerError('the initialisation vector has a wrong length');
  return { prf, salt, iterations, cipher, keyBytes, iv, contents };
}

function pbkdf2Parameters(reader: DerReader, name: string) {
  const salt = reader.octetString();
  const iterations = reader.smallInteger();
  if (iterations < 1 || iterations > MAX_ITERATIONS) {
    throw new DerError(`${iterations} iterations are out of bounds`);
  }
  if (reader.nextTag === 0x02) reader.smallInteger(); // keyLength, which the cipher tells too
  const prf = reader.done ? 'sha1' : PRF[reader.enter().objectIdentifier()];
  return { salt, iterations, prf: prf ?? unsupported(name) };
}

function mustBe(found: string, wanted: string, name: string): void {
  if (found !== wanted) unsupported(name);
}

function unsupported(name: string): never {
  throw new PkiError('KEY_UNAVAILABLE', `${name} is encrypted in a way that is not supported`, {
    hints: [
      'encrypt it anew: openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000',
    ],
  });
}
