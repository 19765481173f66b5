import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { algorithmNamed, mlDsaNamed } from '../../src/algorithms/registry.ts';
import { SCHEMES } from '../../src/algorithms/schemes.ts';
import { encodeSpki } from '../../src/algorithms/spki.ts';
import { verifySignature } from '../../src/algorithms/verify.ts';
import { NULL, objectIdentifier, sequence } from '../../src/der/writer.ts';
import { signerFor } from '../signers/software-keys.ts';

const message = Buffer.from('message');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed25519 = generateKeyPairSync('ed25519');
const ed448 = generateKeyPairSync('ed448');

const spkiOf = (key: KeyObject): Uint8Array => key.export({ format: 'der', type: 'spki' });

type SchemeName = keyof typeof SCHEMES;

/** Made by node:crypto alone, from the scheme's name. */
function signature(scheme: SchemeName, privateKey: KeyObject): Uint8Array {
  const hash = /sha\d+/.exec(scheme)?.[0] ?? null;
  const padding = scheme.startsWith('rsa-pss') ? constants.RSA_PKCS1_PSS_PADDING : undefined;
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
  return sign(hash, message, padding ? { key: privateKey, padding, saltLength } : privateKey);
}

const KEYS: Readonly<Record<SchemeName, typeof rsa>> = {
  'rsa-pkcs1-sha256': rsa,
  'rsa-pkcs1-sha384': rsa,
  'rsa-pkcs1-sha512': rsa,
  'rsa-pss-sha256': rsa,
  'rsa-pss-sha384': rsa,
  'rsa-pss-sha512': rsa,
  'ecdsa-sha256': p256,
  'ecdsa-sha384': p256,
  'ecdsa-sha512': p256,
  ed25519,
  ed448,
};

describe.each(Object.keys(KEYS) as SchemeName[])('%s', (scheme) => {
  const { publicKey, privateKey } = KEYS[scheme];
  const { identifier, name } = SCHEMES[scheme];
  const signed = {
    spki: spkiOf(publicKey),
    identifier,
    message,
    signature: signature(scheme, privateKey),
  };

  it('verifies what node:crypto signed', async () => {
    expect(await verifySignature(signed)).toBeUndefined();
  });

  it('does not verify with a flipped bit, another message, or nothing', async () => {
    const verdict = `its ${name} signature does not verify`;
    const flipped = Uint8Array.from(signed.signature);
    flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
    expect(await verifySignature({ ...signed, signature: flipped })).toBe(verdict);
    expect(await verifySignature({ ...signed, message: Buffer.from('x') })).toBe(verdict);
    expect(await verifySignature({ ...signed, signature: new Uint8Array(0) })).toBe(verdict);
  });

  it('is not for keys of another kind', async () => {
    const other = spkiOf((KEYS[scheme] === p256 ? rsa : p256).publicKey);
    expect(await verifySignature({ ...signed, spki: other })).toBe(
      `its key is not a key for ${name}`,
    );
  });

  it.each([
    ['no OID', sequence()],
    ['something else', Buffer.of(0x05, 0)],
  ])('is not by an AlgorithmIdentifier with %s', async (_, identifier) => {
    expect(await verifySignature({ ...signed, identifier })).toBe(
      'its signature algorithm is malformed',
    );
  });

  it('is not for a malformed key', async () => {
    const row = algorithmNamed('ecdsa-p256');
    const offCurve = encodeSpki(row, Buffer.concat([Buffer.of(4), Buffer.alloc(64, 1)]));
    expect(await verifySignature({ ...signed, spki: offCurve })).toBe(
      'its public key is malformed',
    );
  });
});

describe('a signature with PSS', () => {
  it('has a salt as long as its hash, as its parameters say', async () => {
    const shortSalt = sign('sha256', message, {
      key: rsa.privateKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: 20,
    });
    const { identifier } = SCHEMES['rsa-pss-sha256'];
    const signed = { spki: spkiOf(rsa.publicKey), identifier, message, signature: shortSalt };
    expect(await verifySignature(signed)).toBe('its RSASSA-PSS-SHA256 signature does not verify');
  });
});

describe('a key that is for PSS alone', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa-pss', {
    modulusLength: 2048,
    hashAlgorithm: 'sha256',
    mgf1HashAlgorithm: 'sha256',
  });
  const verdictOf = (scheme: SchemeName, signed: Uint8Array) =>
    verifySignature({
      spki: spkiOf(publicKey),
      identifier: SCHEMES[scheme].identifier,
      message,
      signature: signed,
    });

  it('verifies with the hash that it is for, and with no other', async () => {
    const signed = signature('rsa-pss-sha256', privateKey);
    expect(await verdictOf('rsa-pss-sha256', signed)).toBeUndefined();
    expect(await verdictOf('rsa-pss-sha384', signed)).toBe(
      'its RSASSA-PSS-SHA384 signature does not verify',
    );
    expect(await verdictOf('rsa-pkcs1-sha256', signed)).toBe(
      'its key is not a key for sha256WithRSAEncryption',
    );
  });
});

describe('an algorithm that is not supported', () => {
  it.each([
    ['SHA-1 with RSA', sequence(objectIdentifier('1.2.840.113549.1.1.5'), NULL)],
    ['ML-DSA with parameters', sequence(objectIdentifier('2.16.840.1.101.3.4.3.18'), NULL)],
    ['HashML-DSA', sequence(objectIdentifier('2.16.840.1.101.3.4.3.33'))],
    ['SHA-256 with RSA without its NULL', sequence(objectIdentifier('1.2.840.113549.1.1.11'))],
  ])('is named so: %s', async (_, identifier) => {
    const signed = { spki: spkiOf(rsa.publicKey), identifier, message, signature: message };
    expect(await verifySignature(signed)).toBe('its signature algorithm is not supported');
  });
});

describe('ml-dsa-65 and composites', () => {
  const mlDsa = mlDsaNamed('ml-dsa-65');
  const composite = algorithmNamed('MLDSA65-ECDSA-P256-SHA512');
  const { identifier } = mlDsa;

  it('verify what was signed, and nothing else', async () => {
    await using signer = await signerFor(mlDsa);
    const signed = { spki: signer.publicKey, identifier, message };
    const good = await signer.sign(message);
    const short = good.subarray(1);
    const verdict = 'its ml-dsa-65 signature does not verify (node:crypto)';
    expect(await verifySignature({ ...signed, signature: good })).toBeUndefined();
    expect(await verifySignature({ ...signed, signature: short })).toBe(verdict);
    const other = { ...signed, message: Buffer.from('x'), signature: good };
    expect(await verifySignature(other)).toBe(verdict);
  });

  it('want a key of their own kind', async () => {
    const signed = { spki: spkiOf(p256.publicKey), message, signature: message };
    expect(await verifySignature({ ...signed, identifier })).toBe(
      'its key is not a key for ml-dsa-65',
    );
    expect(await verifySignature({ ...signed, identifier: composite.identifier })).toBe(
      'its key is not a key for MLDSA65-ECDSA-P256-SHA512',
    );
  });

  it('want a key, and of composites a signature, that is long enough', async () => {
    const signed = { identifier, message, signature: new Uint8Array(3309) };
    const spki = encodeSpki(mlDsa, new Uint8Array(1951));
    expect(await verifySignature({ ...signed, spki })).toBe('its ml-dsa-65 key has a wrong length');
    const both = { ...signed, identifier: composite.identifier };
    const short = 'its MLDSA65-ECDSA-P256-SHA512 key or signature is too short';
    const [key, whole] = [1952, 2017].map((size) => encodeSpki(composite, new Uint8Array(size)));
    expect(await verifySignature({ ...both, spki: key ?? new Uint8Array(0) })).toBe(short);
    expect(await verifySignature({ ...both, spki: whole ?? new Uint8Array(0) })).toBe(short);
  });
});
