import { createPrivateKey } from 'node:crypto';
import { verifySignature } from '../algorithms/verify.ts';
import { PkiError, systemErrorCode } from '../errors.ts';
import { parsePkcs8 } from './private-key.ts';
import { importPkcs8, publicKeyOfPkcs8, type SoftwareKey } from './software-key.ts';

/**
 * Proves that the parts of a private key belong together and to the public key that is derived from
 * them or stored beside them; returns the SubjectPublicKeyInfo, DER. OpenSSL opens RSA, EC and
 * SLH-DSA keys whose parts disagree; only a signature tells, of RSA not even that.
 */
export async function provenPublicKey(pkcs8: Uint8Array, name: string): Promise<Uint8Array> {
  const publicKey = await publicKeyOfPkcs8(pkcs8, name);
  const key = parsePkcs8(pkcs8);
  const compared = key.kind === 'raw' && key.algorithm.family === 'ml-kem'; // when it was opened
  const holds =
    compared ||
    ((await signsForItself(await importPkcs8(pkcs8, name))) &&
      (key.kind === 'raw' || rsaPartsAgree(key.kind === 'composite' ? key.classical : pkcs8)));
  if (holds) return publicKey;
  throw new PkiError('KEY_UNAVAILABLE', `the parts of the private key in ${name} disagree`, {
    hints: ['the file is damaged, or was put together from two keys'],
  });
}

const MESSAGE = Buffer.from('pki: do the private and the public key belong together?');

async function signsForItself(key: SoftwareKey): Promise<boolean> {
  try {
    const signature = await key.sign(MESSAGE);
    const { identifier } = key.algorithm;
    const proof = { spki: key.publicKey, identifier, message: MESSAGE, signature };
    return (await verifySignature(proof)) === undefined;
  } catch (error) {
    if (systemErrorCode(error)?.startsWith('ERR_OSSL_')) return false;
    throw error;
  }
}

/**
 * SP 800-56B §6.4.1. Signing takes either the private exponent or the other parts, so that a wrong
 * one of them goes unnoticed until somebody else uses the file.
 */
function rsaPartsAgree(pkcs8: Uint8Array): boolean {
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  if (key.asymmetricKeyType !== 'rsa') return true;
  const jwk = key.export({ format: 'jwk' });
  const number = (part: keyof typeof jwk) =>
    BigInt(`0x${Buffer.from(String(jwk[part]), 'base64url').toString('hex')}`);
  const [n, e, d, p, q] = [number('n'), number('e'), number('d'), number('p'), number('q')];
  return (
    p * q === n &&
    (e * d) % (p - 1n) === 1n &&
    (e * d) % (q - 1n) === 1n &&
    number('dp') === d % (p - 1n) &&
    number('dq') === d % (q - 1n) &&
    (number('qi') * q) % p === 1n
  );
}
