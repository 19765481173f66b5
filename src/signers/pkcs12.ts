import { createHash, createHmac, randomBytes } from 'node:crypto';
import {
  contextConstructed,
  contextPrimitive,
  type Der,
  integer,
  NULL,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  tlv,
} from '../der/writer.ts';
import { encryptPbes2, encryptPkcs8 } from './pkcs8.ts';
import type { Secret } from './secret.ts';

/** What goes into one file; the certificates in DER. */
export interface Pkcs12Contents {
  /** PrivateKeyInfo, DER. */
  readonly pkcs8: Uint8Array;
  readonly certificate: Uint8Array;
  /** Of CAs, the issuer first. */
  readonly chain: readonly Uint8Array[];
  /** What key stores list the key under. */
  readonly friendlyName: string;
}

const DATA = '1.2.840.113549.1.7.1';
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6';
const SHA256 = '2.16.840.1.101.3.4.2.1';
const SHROUDED_KEY_BAG = '1.2.840.113549.1.12.10.1.2';
const CERT_BAG = '1.2.840.113549.1.12.10.1.3';
const X509_CERTIFICATE = '1.2.840.113549.1.9.22.1';
const FRIENDLY_NAME = '1.2.840.113549.1.9.20';
const LOCAL_KEY_ID = '1.2.840.113549.1.9.21';

const BMP_STRING = 0x1e;

/**
 * Of the MAC, whose derivation no runtime has natively: a third of a second, as long as the
 * 600,000 of PBKDF2. OpenSSL writes 2,048.
 */
const MAC_ITERATIONS = 100_000;

/**
 * PFX in DER (RFC 7292): key and certificates encrypted as key files are, and a MAC of
 * HMAC-SHA256; what OpenSSL 3.0 and Java read. PBMAC1 (RFC 9579) they do not all know.
 */
export function encodePkcs12(contents: Pkcs12Contents, passphrase: Secret): Der {
  const { pkcs8, certificate, chain, friendlyName } = contents;
  const keyId = createHash('sha256').update(certificate).digest();
  const own = [
    attribute(FRIENDLY_NAME, tlv(BMP_STRING, utf16(friendlyName))),
    attribute(LOCAL_KEY_ID, octetString(keyId)),
  ];
  const certificates = [certBag(certificate, own), ...chain.map((der) => certBag(der, []))];
  const key = safeBag(SHROUDED_KEY_BAG, encryptPkcs8(pkcs8, passphrase), own);
  const safe = sequence(
    encryptedContent(sequence(...certificates), passphrase),
    dataContent(sequence(key)),
  );
  return sequence(integer(3), dataContent(safe), macData(safe, passphrase));
}

const attribute = (oid: string, value: Uint8Array): Der =>
  sequence(objectIdentifier(oid), setOf(value));

const safeBag = (oid: string, value: Uint8Array, attributes: readonly Uint8Array[]): Der =>
  sequence(
    objectIdentifier(oid),
    contextConstructed(0, value),
    ...(attributes.length === 0 ? [] : [setOf(...attributes)]),
  );

const certBag = (der: Uint8Array, attributes: readonly Uint8Array[]): Der =>
  safeBag(
    CERT_BAG,
    sequence(objectIdentifier(X509_CERTIFICATE), contextConstructed(0, octetString(der))),
    attributes,
  );

/** ContentInfo of type data (RFC 5652 §4). */
const dataContent = (octets: Uint8Array): Der =>
  sequence(objectIdentifier(DATA), contextConstructed(0, octetString(octets)));

/** ContentInfo of type encryptedData (RFC 5652 §8). */
function encryptedContent(plain: Uint8Array, passphrase: Secret): Der {
  const { scheme, encrypted } = encryptPbes2(plain, passphrase);
  const info = sequence(objectIdentifier(DATA), scheme, contextPrimitive(0, encrypted));
  return sequence(
    objectIdentifier(ENCRYPTED_DATA),
    contextConstructed(0, sequence(integer(0), info)),
  );
}

function macData(authenticated: Uint8Array, passphrase: Secret): Der {
  const salt = randomBytes(16);
  const key = macKey(passphrase, salt);
  const mac = createHmac('sha256', key).update(authenticated).digest();
  key.fill(0);
  const digestInfo = sequence(sequence(objectIdentifier(SHA256), NULL), octetString(mac));
  return sequence(digestInfo, octetString(salt), integer(MAC_ITERATIONS));
}

/** Octets that SHA-256 takes at once, `v` of RFC 7292. */
const BLOCK = 64;

/** What keys are derived for; 3 is a MAC (RFC 7292 appendix B.3). */
const FOR_MAC = 3;

/** RFC 7292 appendix B.2; one round, since the key is as long as a digest. */
function macKey(passphrase: Secret, salt: Uint8Array): Buffer {
  const password = Buffer.concat([utf16(passphrase.reveal()), Buffer.alloc(2)]);
  const input = [Buffer.alloc(BLOCK, FOR_MAC), wholeBlocks(salt), wholeBlocks(password)];
  password.fill(0);
  let digest = Buffer.concat(input);
  for (let iteration = 0; iteration < MAC_ITERATIONS; iteration++) {
    digest = createHash('sha256').update(digest).digest();
  }
  return digest;
}

/** The octets again and again, until they fill whole blocks. */
const wholeBlocks = (octets: Uint8Array): Buffer =>
  Buffer.alloc(Math.ceil(octets.length / BLOCK) * BLOCK, octets);

/** As a BMPString has it, big-endian. */
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
