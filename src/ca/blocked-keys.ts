import { createHash } from 'node:crypto';
import { splitPublicKey } from '../algorithms/composite.ts';
import { parseSpki } from '../algorithms/spki.ts';
import { sha256Text } from '../der/sha256.ts';
import { describeSubjectKey } from './subject-key.ts';

/** Lists of keys that are not to be certified. Declared beside its caller; `store/` implements it. */
export interface BlockedKeys {
  /** Where one of the fingerprints is listed, such as `weak.txt, line 7`; undefined if none is. */
  find(fingerprints: readonly string[]): Promise<string | undefined>;
}

/**
 * What a key may be listed under, in lower-case hexadecimal: the SHA-256 of its SubjectPublicKeyInfo,
 * and of an RSA key what Debian's openssl-blacklist has. Of a composite, the same of its classical half.
 */
export function keyFingerprints(spki: Uint8Array): readonly string[] {
  const { algorithm, rsa } = describeSubjectKey(spki);
  const half =
    algorithm?.family === 'composite'
      ? splitPublicKey(algorithm, parseSpki(spki).publicKey)?.classical
      : undefined;
  return [
    ...[spki, ...(half ? [half] : [])].map(sha256Text),
    ...(rsa ? [debianFingerprint(rsa.modulus)] : []),
  ];
}

/** The last 80 bits of the SHA-1 over what `openssl rsa -modulus` prints (CVE-2008-0166). */
function debianFingerprint(modulus: bigint): string {
  const printed = `Modulus=${modulus.toString(16).toUpperCase()}\n`;
  return createHash('sha1').update(printed).digest('hex').slice(-20);
}
