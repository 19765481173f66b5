import type {
  ClassicalAlgorithm,
  KeyAlgorithm,
  SignatureAlgorithm,
} from '../../src/algorithms/algorithm.ts';
import { algorithmNamed, keyAlgorithmNamed } from '../../src/algorithms/registry.ts';
import { generatePkcs8 } from '../../src/signers/generate-key.ts';
import type { Signer } from '../../src/signers/signer.ts';
import { importPkcs8, softwareSigner } from '../../src/signers/software-key.ts';

const made = new Map<string, Promise<Uint8Array>>();

/** PKCS #8 of one key an algorithm, made once in a test file: large RSA keys take their time. */
export function pkcs8For(algorithm: KeyAlgorithm | string): Promise<Uint8Array> {
  const row = typeof algorithm === 'string' ? keyAlgorithmNamed(algorithm) : algorithm;
  const kind = row.name.replace(/-pss$/, ''); // the same RSA key does for both
  const key = made.get(kind) ?? generatePkcs8(row);
  made.set(kind, key);
  return key;
}

/** A signer in memory with the key of {@link pkcs8For}. */
export async function signerFor(algorithm: SignatureAlgorithm): Promise<Signer> {
  return softwareSigner(await importPkcs8(await pkcs8For(algorithm), 'test key', algorithm));
}

export function classicalNamed(name: string): ClassicalAlgorithm {
  const row = algorithmNamed(name);
  if (row.family === 'classical') return row;
  throw new Error(`${name} is not classical`);
}
