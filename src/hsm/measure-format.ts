import { createDecipheriv, randomBytes } from 'node:crypto';
import { PkiError } from '../errors.ts';
import { CKA, CKK, CKO } from '../signers/pkcs11/constants.ts';
import type { Pkcs11Session } from '../signers/pkcs11/session.ts';
import type { WrapFormat, WrapMechanism } from './wrap-formats.ts';
import { importWrappingKey } from './wrapping-key.ts';

/** Octets; not a multiple of 8, so that the padding shows. */
const PROBE_BYTES = 20;
const MAX_WRAPPED_BYTES = 64;

/** Integrity check values of RFC 3394 §2.2.3.1 and RFC 5649 §3. */
const KW_ICV = Buffer.alloc(8, 0xa6);
const KWP_ICV = Buffer.from('a65959a6', 'hex');

/**
 * What a mechanism makes: the token wraps one throw-away secret under another, and both are known
 * here. `unknown` if it does not take them.
 */
export async function measureFormat(
  session: Pkcs11Session,
  { number }: WrapMechanism,
): Promise<WrapFormat> {
  const [wrappingKey, secret] = [randomBytes(32), randomBytes(PROBE_BYTES)];
  const made: Buffer[] = [];
  try {
    made.push(await importWrappingKey(session, wrappingKey), await importSecret(session, secret));
    const [under = made[0], key] = made;
    if (!under || !key) return 'unknown';
    const wrapped = await session.wrap({ mechanism: number }, under, key, MAX_WRAPPED_BYTES);
    return formatOf(wrapped, wrappingKey, secret);
  } catch (error) {
    if (error instanceof PkiError) return 'unknown';
    throw error;
  } finally {
    for (const object of made) await session.destroy(object).catch(() => undefined);
  }
}

const importSecret = (session: Pkcs11Session, octets: Buffer) =>
  session.createObject([
    { type: CKA.class, value: CKO.secretKey },
    { type: CKA.keyType, value: CKK.genericSecret },
    { type: CKA.token, value: false },
    { type: CKA.private, value: true },
    { type: CKA.sensitive, value: false },
    { type: CKA.extractable, value: true },
    { type: CKA.value, value: octets },
  ]);

/** Exported for its test. */
export function formatOf(wrapped: Buffer, wrappingKey: Buffer, secret: Buffer): WrapFormat {
  const kwp = decrypted('id-aes256-wrap-pad', KWP_ICV, wrapped, wrappingKey);
  if (kwp?.subarray(0, PROBE_BYTES).equals(secret)) return 'kwp';
  const kw = decrypted('id-aes256-wrap', KW_ICV, wrapped, wrappingKey);
  if (!kw?.subarray(0, PROBE_BYTES).equals(secret)) return 'unknown';
  const padding = kw.subarray(PROBE_BYTES);
  if (padding.every((octet) => octet === 0)) return 'kw';
  return padding.every((octet) => octet === padding.length) ? 'kw-pkcs7' : 'unknown';
}

function decrypted(cipher: string, icv: Buffer, wrapped: Buffer, key: Buffer): Buffer | undefined {
  try {
    const decipher = createDecipheriv(cipher, key, icv);
    return Buffer.concat([decipher.update(wrapped), decipher.final()]);
  } catch {
    return undefined; // the integrity check value is another one
  }
}
